//! Until when something holds: a day or a moment.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

/// A moment from which on something no longer holds, and how it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Until {
    /// As it was written.
    pub text: String,
    ends: Timestamp,
}

impl Until {
    /// A day (`2026-12-31`), all of which is meant, or a moment (RFC 3339). Days are those of UTC.
    pub fn through(text: &str) -> Result<Self, String> {
        let ends = match text.parse::<Date>() {
            Ok(day) if !text.contains(':') => day.checked_add(1.day()).ok().and_then(start),
            _ => moment(text),
        };
        Self::new(text, ends)
    }

    /// The same where a day means its beginning, as Trivy, OSV-Scanner and Snyk have it.
    pub fn before(text: &str) -> Result<Self, String> {
        let ends = match text.parse::<Date>() {
            Ok(day) if !text.contains(':') => start(day),
            _ => moment(text),
        };
        Self::new(text, ends)
    }

    fn new(text: &str, ends: Option<Timestamp>) -> Result<Self, String> {
        let ends = ends.ok_or_else(|| format!("{text:?} is no date such as 2026-12-31"))?;
        Ok(Self { text: text.to_owned(), ends })
    }

    /// Whether it no longer holds.
    pub fn is_over(&self, now: Timestamp) -> bool {
        now >= self.ends
    }
}

fn start(day: Date) -> Option<Timestamp> {
    TimeZone::UTC.to_timestamp(day.into()).ok()
}

/// A moment; one without a zone is in UTC.
fn moment(text: &str) -> Option<Timestamp> {
    let zoned = || jiff::fmt::rfc2822::parse(text).ok().map(|time| time.timestamp());
    let local = || TimeZone::UTC.to_timestamp(text.parse::<DateTime>().ok()?).ok();
    text.parse().ok().or_else(local).or_else(zoned)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Expected: whether it is over at each of these times.
    fn check(until: Result<Until, String>, over: &[(&str, bool)]) {
        let until = until.unwrap();
        for (now, expected) in over {
            assert_eq!(until.is_over(now.parse().unwrap()), *expected, "{until:?} {now}");
        }
    }

    #[test]
    fn a_day_of_ours_is_meant_with_all_its_hours() {
        let over = [("2026-12-31T00:00:00Z", false), ("2026-12-31T23:59:59Z", false), ("2027-01-01T00:00:00Z", true)];
        check(Until::through("2026-12-31"), &over);
    }

    #[test]
    fn a_day_of_others_ends_where_it_begins() {
        check(Until::before("2026-12-31"), &[("2026-12-30T23:59:59Z", false), ("2026-12-31T00:00:00Z", true)]);
    }

    #[test]
    fn moments_are_exact() {
        let over = [("2026-12-31T11:59:59Z", false), ("2026-12-31T12:00:00Z", true)];
        check(Until::through("2026-12-31T12:00:00Z"), &over);
        check(Until::through("2026-12-31T13:00:00+01:00"), &over);
        check(Until::before("2026-12-31T12:00:00.000Z"), &over);
        check(Until::before("2026-12-31T12:00:00"), &over);
        check(Until::before("2026-12-31 12:00:00"), &over);
        check(Until::before("Thu, 31 Dec 2026 12:00:00 GMT"), &over);
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "soon", "2026-13-01", "31.12.2026", "9999-12-31"] {
            assert!(Until::through(text).is_err(), "{text}");
        }
    }
}
