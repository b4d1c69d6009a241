//! Whether a distribution's release still gets security updates, by the dates in `rules/end-of-life.tsv`, or in a newer
//! table of that form that came with the advisory data (`table`).

mod table;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use model::{Distro, EndOfLife};

use crate::ecosystems::is_centos_stream;

pub(crate) use table::is_newer;

/// What such a table is called where advisory data carries it.
pub(crate) const KIND: &str = "end-of-life";
/// The text of the program's own table.
pub(crate) const TABLE: &str = include_str!("../../../../rules/end-of-life.tsv");

/// A day of the Gregorian calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

/// Why a text is not a date.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
#[error("not a date: {text:?} (expected one like 2026-06-30)")]
pub struct DateError {
    text: String,
}

impl FromStr for Date {
    type Err = DateError;

    /// Reads an ISO 8601 date; what follows after a `T` is ignored.
    fn from_str(text: &str) -> Result<Self, DateError> {
        let wrong = || DateError { text: text.chars().take(40).collect() };
        let mut fields = text.split('T').next().unwrap_or_default().split('-');
        let mut field = |digits: usize, most: u16| {
            let field = fields.next().filter(|field| field.len() == digits)?;
            let number = field.bytes().all(|byte| byte.is_ascii_digit()).then(|| field.parse().ok())??;
            (1..=most).contains(&number).then_some(number)
        };
        let (year, month, day) = (field(4, 9999), field(2, 12), field(2, 31));
        match (year, month, day, fields.next()) {
            (Some(year), Some(month), Some(day), None) => {
                let small = |number: u16| u8::try_from(number).map_err(|_| wrong());
                Ok(Self { year, month: small(month)?, day: small(day)? })
            }
            _ => Err(wrong()),
        }
    }
}

impl Date {
    /// Days from another date to this one; below zero when the other is later. Days that a month does not have count as
    /// those that follow it.
    pub fn days_since(self, other: Self) -> i64 {
        self.number() - other.number()
    }

    /// Days since the first of March of the year 0: a year that begins in March ends with its leap day.
    fn number(self) -> i64 {
        let (month, year) = match i64::from(self.month) {
            month @ 3.. => (month - 3, i64::from(self.year)),
            month => (month + 9, i64::from(self.year) - 1),
        };
        365 * year + year.div_euclid(4) - year.div_euclid(100)
            + year.div_euclid(400)
            + (153 * month + 2) / 5
            + i64::from(self.day)
            - 1
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

/// What is known about one release. Dates are ISO 8601.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Release<'a> {
    id: &'a str,
    version: &'a str,
    name: &'a str,
    /// None for a release that never ends.
    ends: Option<&'a str>,
    extended: Option<&'a str>,
}

/// Sorted by id and version.
const RELEASES: &[Release<'_>] = include!(concat!(env!("OUT_DIR"), "/end_of_life.rs"));

/// What is known about all releases.
#[derive(Debug)]
pub(crate) struct Releases<'a> {
    /// Sorted by id and version.
    rows: Cow<'a, [Release<'a>]>,
}

impl Releases<'_> {
    /// The end of the distribution's release, if it has passed. Extended support that is switched on counts.
    pub(crate) fn end_of_life(&self, distro: &Distro, today: Date) -> Option<EndOfLife> {
        let release = self.release(distro)?;
        let ends = release.ends?;
        let today = today.to_string();
        let last = if distro.extended_support { release.extended.unwrap_or(ends) } else { ends };
        (*last < *today).then(|| EndOfLife {
            release: release.name.into(),
            date: ends.into(),
            extended: release.extended.map(str::to_owned),
            passed: true,
            suppressed: None,
        })
    }

    /// The row that names most of the version: `3.18` for `3.18.4`.
    fn release(&self, distro: &Distro) -> Option<&Release<'_>> {
        let id = match &*distro.id {
            _ if is_centos_stream(distro) => "centos-stream",
            // Derivatives with their parent's release numbers and support.
            "raspbian" => "debian",
            "sles_sap" => "sles",
            id => id,
        };
        // A release without a service pack has none in its version: SLES 15 is 15.0 there.
        let bare = format!("{}.0", distro.version);
        let names = |name: &str| {
            name == "*"
                || name == bare
                || distro.version.strip_prefix(name).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        let start = self.rows.partition_point(|row| row.id < id);
        let rows = self.rows[start..].iter().take_while(|row| row.id == id);
        rows.filter(|row| names(row.version)).max_by_key(|row| row.version.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(id: &str, version: &str, today: &str, expected: Option<(&str, &str)>) {
        let distro = Distro { id: id.into(), version: version.into(), ..Distro::default() };
        let found = Releases::BUILT_IN.end_of_life(&distro, today.parse().unwrap());
        let found = found.as_ref().map(|end| (&*end.release, &*end.date));
        assert_eq!(found, expected, "{id} {version} on {today}");
    }

    // Dates by the distributions' own announcements.
    #[test]
    fn a_release_ends_the_day_after_its_last_day() {
        let bullseye = Some(("Debian 11 (bullseye)", "2024-08-14"));
        check("debian", "11.9", "2024-08-14", None);
        check("debian", "11.9", "2024-08-15", bullseye);
        check("raspbian", "11", "2026-01-01", bullseye);
        check("alpine", "3.18.4", "2026-01-01", Some(("Alpine 3.18", "2025-05-09")));
        check("alpine", "3.1", "2026-01-01", Some(("Alpine 3.1", "2016-11-01")));
        check("rhel", "9.3", "2026-01-01", None);
        check("centos", "7", "2024-07-01", Some(("CentOS Linux 7", "2024-06-30")));
        check("sles", "15", "2026-01-01", Some(("SUSE Linux Enterprise Server 15", "2019-12-31")));
        check("sles", "15.4", "2026-01-01", Some(("SUSE Linux Enterprise Server 15 SP4", "2023-12-31")));
        check("amzn", "2018.03", "2026-01-01", Some(("Amazon Linux 1 (2018.03)", "2020-12-31")));
    }

    #[test]
    fn what_never_ends_or_is_not_known_is_no_finding() {
        check("wolfi", "20230201", "2099-01-01", None);
        check("arch", "", "2099-01-01", None);
        check("debian", "99", "2099-01-01", None);
        check("debian", "", "2099-01-01", None);
        check("unheard-of", "1", "2099-01-01", None);
        // Service packs that are not in the table are not the release without one.
        check("sles", "15.9", "2099-01-01", None);
    }

    #[test]
    fn centos_stream_is_not_centos() {
        let stream =
            Distro { id: "centos".into(), version: "8".into(), name: "CentOS Stream 8".into(), ..Distro::default() };
        let end = Releases::BUILT_IN.end_of_life(&stream, "2026-01-01".parse().unwrap()).unwrap();
        assert_eq!((&*end.release, &*end.date), ("CentOS Stream 8", "2024-05-31"));
    }

    #[test]
    fn extended_support_that_is_switched_on_counts() {
        let mut distro = Distro { id: "ubuntu".into(), version: "20.04".into(), ..Distro::default() };
        let today = "2026-01-01".parse().unwrap();
        assert_eq!(Releases::BUILT_IN.end_of_life(&distro, today).unwrap().extended.as_deref(), Some("2030-04-23"));
        distro.extended_support = true;
        assert_eq!(Releases::BUILT_IN.end_of_life(&distro, today), None);
        assert!(Releases::BUILT_IN.end_of_life(&distro, "2031-01-01".parse().unwrap()).is_some());
    }

    // `date -d 2026-11-25 +%s` and its like, divided by 86,400.
    #[test]
    fn days_are_counted_across_leap_years() {
        let days = |a: &str, b: &str| b.parse::<Date>().unwrap().days_since(a.parse().unwrap());
        assert_eq!(days("1970-01-01", "2026-11-25"), 20_782);
        assert_eq!(days("2024-02-28", "2024-03-01"), 2);
        assert_eq!(days("2023-02-28", "2023-03-01"), 1);
        assert_eq!(days("1900-02-28", "1900-03-01"), 1);
        assert_eq!(days("2026-01-01", "2025-12-31"), -1);
    }

    #[test]
    fn dates_are_read_strictly() {
        assert_eq!("2026-06-30".parse::<Date>().unwrap().to_string(), "2026-06-30");
        assert_eq!("2026-06-30T12:00:00Z".parse::<Date>().unwrap().to_string(), "2026-06-30");
        for wrong in ["", "2026", "2026-6-3", "2026-13-01", "2026-00-01", "2026-01-32", "+026-01-01", "2026-01-01-01"] {
            assert!(wrong.parse::<Date>().is_err(), "{wrong}");
        }
    }
}
