//! Dates (Sprig, "Date Functions"). What time it is says the caller; else `now` is unknown.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use super::{Call, Function, Needs, function};
use crate::template::datum::Datum;
use crate::template::machine::Outcome;

pub(super) const FUNCTIONS: &[Function] = &[
    function("ago", (1, 1), Needs::Known, |_| Ok(Datum::Unknown)),
    function("date", (2, 2), Needs::Known, |call| formatted(call, &call.text(0)?, 1)),
    // Zones are data of the machine; only UTC is known everywhere.
    function("dateInZone", (3, 3), Needs::Known, |call| match &*call.text(2)? {
        "UTC" | "GMT" | "" => formatted(call, &call.text(0)?, 1),
        _ => Ok(Datum::Unknown),
    }),
    function("dateModify", (2, 2), Needs::Known, |call| {
        let by = duration(&call.text(0)?).ok_or("this is no duration")?;
        let moment = moment(call, 1)?.checked_add(by).map_err(|_| "out of range")?;
        Ok(Datum::Time(moment))
    }),
    function("duration", (1, 1), Needs::Known, |call| Ok(Datum::text(written(call.int(0)?)))),
    function("durationRound", (1, 1), Needs::Known, |_| Ok(Datum::Unknown)),
    function("htmlDate", (1, 1), Needs::Known, |call| formatted(call, "2006-01-02", 0)),
    function("htmlDateInZone", (2, 2), Needs::Known, |call| formatted(call, "2006-01-02", 0)),
    function("now", (0, 0), Needs::Known, |call| Ok(call.machine.now.map_or(Datum::Unknown, Datum::Time))),
    function("toDate", (2, 2), Needs::Known, |call| {
        let pattern = strftime(&call.text(0)?);
        let read = jiff::fmt::strtime::parse(pattern, &*call.text(1)?);
        let moment = read.and_then(|read| match read.offset() {
            Some(_) => read.to_timestamp(),
            None if read.hour().is_some() => TimeZone::UTC.to_timestamp(read.to_datetime()?),
            None => TimeZone::UTC.to_timestamp(read.to_date()?.at(0, 0, 0, 0)),
        });
        Ok(moment.map_or(Datum::Unknown, Datum::Time))
    }),
    function("unixEpoch", (1, 1), Needs::Known, |call| Ok(Datum::text(moment(call, 0)?.as_second().to_string()))),
];

/// A method of Go's `time.Time`.
pub fn method(moment: Timestamp, name: &str, arguments: &[Datum]) -> Option<Outcome> {
    let zoned = moment.to_zoned_datetime(TimeZone::UTC);
    Some(Ok(match name {
        "Format" => Datum::text(zoned.strftime(&strftime(arguments.first()?.as_text()?)).to_string()),
        "Year" => Datum::Int(zoned.year().into()),
        "Day" => Datum::Int(zoned.day().into()),
        "Hour" => Datum::Int(zoned.hour().into()),
        "Minute" => Datum::Int(zoned.minute().into()),
        "Second" => Datum::Int(zoned.second().into()),
        "Unix" => Datum::Int(moment.as_second()),
        "UnixNano" => Datum::Int(i64::try_from(moment.as_nanosecond()).unwrap_or(i64::MAX)),
        _ => return None,
    }))
}

/// A moment: one, or seconds since 1970.
fn moment(call: &Call<'_>, at: usize) -> Outcome<Timestamp> {
    match call.at(at) {
        Datum::Time(moment) => Ok(*moment),
        _ => Timestamp::from_second(call.int(at)?).map_err(|_| "out of range".into()),
    }
}

fn formatted(call: &Call<'_>, layout: &str, at: usize) -> Outcome {
    let moment = moment(call, at)?.to_zoned_datetime(TimeZone::UTC);
    Ok(Datum::text(moment.strftime(&strftime(layout)).to_string()))
}

/// A layout of Go (package time, constants) as one of strftime.
fn strftime(layout: &str) -> String {
    const PARTS: &[(&str, &str)] = &[
        ("January", "%B"),
        ("Jan", "%b"),
        ("Monday", "%A"),
        ("Mon", "%a"),
        ("MST", "%Z"),
        ("2006", "%Y"),
        ("-07:00", "%:z"),
        ("-0700", "%z"),
        ("Z07:00", "Z"),
        ("002", "%j"),
        ("01", "%m"),
        ("02", "%d"),
        ("03", "%I"),
        ("04", "%M"),
        ("05", "%S"),
        ("06", "%y"),
        ("15", "%H"),
        ("PM", "%p"),
        ("pm", "%P"),
        ("_2", "%e"),
        ("1", "%-m"),
        ("2", "%-d"),
        ("3", "%-I"),
        ("4", "%-M"),
        ("5", "%-S"),
    ];
    let (mut out, mut rest) = (String::new(), layout);
    while let Some(first) = rest.chars().next() {
        if let Some((part, pattern)) = PARTS.iter().find(|(part, _)| rest.starts_with(part)) {
            out.push_str(pattern);
            rest = &rest[part.len()..];
        } else {
            out.push_str(if first == '%' { "%%" } else { &rest[..first.len_utf8()] });
            rest = &rest[first.len_utf8()..];
        }
    }
    out
}

/// A duration as Go writes them: `-1.5h`, `2h45m`.
fn duration(text: &str) -> Option<SignedDuration> {
    const UNITS: [(&str, f64); 6] = [("ns", 1e-9), ("us", 1e-6), ("ms", 1e-3), ("s", 1.0), ("m", 60.0), ("h", 3600.0)];
    let (negative, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let mut sum = 0.0;
    while !rest.is_empty() {
        let length = rest.find(|it: char| !it.is_ascii_digit() && it != '.')?;
        let number: f64 = rest[..length].parse().ok()?;
        let (unit, size) = UNITS.iter().find(|(unit, _)| rest[length..].starts_with(unit))?;
        rest = &rest[length + unit.len()..];
        sum += number * size;
    }
    let sum = if negative { -sum } else { sum };
    SignedDuration::try_from_secs_f64(sum).ok().filter(|_| !text.is_empty())
}

/// So many seconds: `1h2m3s`.
fn written(seconds: i64) -> String {
    let (sign, size) = (if seconds < 0 { "-" } else { "" }, seconds.unsigned_abs());
    let (hours, minutes, seconds) = (size / 3600, size / 60 % 60, size % 60);
    match (hours, minutes) {
        (0, 0) => format!("{sign}{seconds}s"),
        (0, _) => format!("{sign}{minutes}m{seconds}s"),
        _ => format!("{sign}{hours}h{minutes}m{seconds}s"),
    }
}
