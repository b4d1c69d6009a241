//! Date and time functions. What time it is when the configuration is applied, nobody can say.

use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ZonedDateTime};

use super::{Arguments, Function, Needs, function};
use crate::terraform::datum::Datum;

pub(super) const FUNCTIONS: &[Function] = &[
    function("formatdate", (2, 2), Needs::All, format_date),
    function("plantimestamp", (0, 0), Needs::All, |_| Ok(Datum::Unknown)),
    function("timeadd", (2, 2), Needs::All, time_add),
    function("timecmp", (2, 2), Needs::All, |of| {
        let order = moment(of, 0)?.timestamp().cmp(&moment(of, 1)?.timestamp());
        Ok(Datum::Number(f64::from(order as i8)))
    }),
    function("timestamp", (0, 0), Needs::All, |_| Ok(Datum::Unknown)),
];

/// A moment with the offset that it is written with (RFC 3339).
fn moment(of: &Arguments<'_, '_>, at: usize) -> Result<ZonedDateTime, String> {
    let text = of.text(at)?;
    let wrong = || of.wrong(at, "a time as in RFC 3339");
    let moment: Timestamp = text.parse().map_err(|_| wrong())?;
    let offset = match text.get(text.len().saturating_sub(6)..).map(str::as_bytes) {
        Some([sign @ (b'+' | b'-'), a, b, b':', c, d]) => {
            let digits = |a: &u8, b: &u8| i32::from(a.wrapping_sub(b'0')) * 10 + i32::from(b.wrapping_sub(b'0'));
            let seconds = digits(a, b) * 3600 + digits(c, d) * 60;
            Offset::from_seconds(if *sign == b'-' { -seconds } else { seconds }).map_err(|_| wrong())?
        }
        _ => Offset::UTC,
    };
    Ok(moment.to_zoned_datetime(TimeZone::fixed(offset)))
}

fn time_add(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (moment, text) = (moment(of, 0)?, of.text(1)?);
    let nanoseconds = go_duration(&text).ok_or_else(|| of.wrong(1, "a duration like 1h30m"))?;
    let sum = moment.checked_add(jiff::SignedDuration::from_nanos(nanoseconds)).map_err(|_| "out of range")?;
    Ok(Datum::text(zone(&sum, &sum.strftime("%Y-%m-%dT%H:%M:%S").to_string(), true)))
}

/// Something with the offset after it.
fn zone(moment: &ZonedDateTime, before: &str, colon: bool) -> String {
    let seconds = moment.offset().seconds();
    if seconds == 0 {
        return format!("{before}Z");
    }
    let (sign, minutes) = (if seconds < 0 { '-' } else { '+' }, seconds.abs() / 60);
    format!("{before}{sign}{:02}{}{:02}", minutes / 60, if colon { ":" } else { "" }, minutes % 60)
}

/// A duration as Go writes them: `-1.5h`, `2h45m`, `10ms`.
fn go_duration(text: &str) -> Option<i64> {
    let (negative, mut rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    if rest == "0" {
        return Some(0);
    }
    let mut sum = 0.0;
    while !rest.is_empty() {
        let length = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let number: f64 = rest[..length].parse().ok()?;
        rest = &rest[length..];
        let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
        let (unit, size) = units.iter().find(|(unit, _)| rest.starts_with(unit))?;
        rest = &rest[unit.len()..];
        sum += number * size;
    }
    #[expect(clippy::cast_possible_truncation, reason = "of a size that fits")]
    (sum < 9e18 && !text.is_empty()).then_some(if negative { -(sum as i64) } else { sum as i64 })
}

fn format_date(of: &Arguments<'_, '_>) -> Result<Datum, String> {
    let (format, moment) = (of.text(0)?, moment(of, 1)?);
    let mut out = String::new();
    let mut rest = &*format;
    while let Some(first) = rest.chars().next() {
        if first == '\'' {
            let inner = &rest[1..];
            let mut end = 0;
            // A quote within quotes is written twice.
            loop {
                end += inner.get(end..).and_then(|rest| rest.find('\'')).ok_or("a quote does not end")?;
                if inner[end + 1..].starts_with('\'') {
                    end += 2;
                } else {
                    break;
                }
            }
            out.push_str(&inner[..end].replace("''", "'"));
            rest = &inner[end + 1..];
            continue;
        }
        let length = rest.find(|c| c != first).unwrap_or(rest.len());
        let (verb, after) = rest.split_at(length);
        rest = after;
        if !first.is_ascii_alphabetic() {
            out.push_str(verb);
            continue;
        }
        let specifier = match verb {
            "YYYY" => "%Y",
            "YY" => "%y",
            "MMMM" => "%B",
            "MMM" => "%b",
            "MM" => "%m",
            "M" => "%-m",
            "DD" => "%d",
            "D" => "%-d",
            "EEEE" => "%A",
            "EEE" => "%a",
            "hh" => "%H",
            "h" => "%-H",
            "HH" => "%I",
            "H" => "%-I",
            "AA" => "%p",
            "aa" => "%P",
            "mm" => "%M",
            "m" => "%-M",
            "ss" => "%S",
            "s" => "%-S",
            "ZZZZZ" | "ZZZZ" | "ZZZ" | "Z" => {
                let text = zone(&moment, "", verb != "ZZZZ");
                let plain = if verb == "ZZZZZ" { "+00:00" } else { "+0000" };
                out.push_str(match (verb, text.as_str()) {
                    ("ZZZ", "Z") => "UTC",
                    ("ZZZZZ" | "ZZZZ", "Z") => plain,
                    (_, text) => text,
                });
                continue;
            }
            _ => return Err(format!("there is no verb {verb:?}")),
        };
        out.push_str(&moment.strftime(specifier).to_string());
    }
    Ok(Datum::text(out))
}

#[cfg(test)]
mod tests {
    use crate::terraform::functions::testing::check;

    #[test]
    fn examples_of_the_documentation() {
        check(&[
            ("formatdate(\"DD MMM YYYY hh:mm ZZZ\", \"2018-01-02T23:12:01Z\")", "\"02 Jan 2018 23:12 UTC\""),
            (
                "formatdate(\"EEEE, DD-MMM-YY hh:mm:ss ZZZ\", \"2018-01-02T23:12:01Z\")",
                "\"Tuesday, 02-Jan-18 23:12:01 UTC\"",
            ),
            (
                "formatdate(\"EEE, DD MMM YYYY hh:mm:ss ZZZ\", \"2018-01-02T23:12:01-08:00\")",
                "\"Tue, 02 Jan 2018 23:12:01 -08:00\"",
            ),
            ("formatdate(\"MMM DD, YYYY\", \"2018-01-02T23:12:01Z\")", "\"Jan 02, 2018\""),
            ("formatdate(\"HH:mmaa\", \"2018-01-02T23:12:01Z\")", "\"11:12pm\""),
            ("formatdate(\"h'h'mm\", \"2018-01-02T23:12:01Z\")", "\"23h12\""),
            ("timeadd(\"2017-11-22T00:00:00Z\", \"10m\")", "\"2017-11-22T00:10:00Z\""),
            ("timeadd(\"2017-11-22T00:00:00Z\", \"-1.5h\")", "\"2017-11-21T22:30:00Z\""),
            ("timecmp(\"2017-11-22T00:00:00Z\", \"2017-11-22T01:00:00Z\")", "-1"),
            ("timecmp(\"2017-11-22T00:00:00Z\", \"2017-11-22T01:00:00+01:00\")", "0"),
            ("timestamp()", "?"),
            ("plantimestamp()", "?"),
        ]);
    }
}
