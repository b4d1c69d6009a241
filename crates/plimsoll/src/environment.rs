//! What the process finds around it: variables, folders, the clock. Read here once, handed down as values.

use std::env;
use std::path::PathBuf;
use std::time::SystemTime;

use jiff::Timestamp;

use crate::terminal::Variables;

/// A variable's value, where it is set and text.
pub fn variable(name: &str) -> Option<String> {
    env::var(name).ok()
}

/// Where facts about layers are kept between two scans (XDG Base Directory Specification, and its like on other
/// systems). None where the system names no place.
pub fn cache_folder(variables: Variables<'_>) -> Option<PathBuf> {
    // A relative path there is to be ignored, says the specification.
    let folder = |name: &str| variables(name).map(PathBuf::from).filter(|folder| folder.is_absolute());
    let home = |below: &str| folder("HOME").map(|home| home.join(below));
    let caches = folder("XDG_CACHE_HOME").or_else(|| {
        if cfg!(windows) {
            folder("LOCALAPPDATA")
        } else if cfg!(target_os = "macos") {
            home("Library/Caches")
        } else {
            home(".cache")
        }
    });
    caches.map(|caches| caches.join("plimsoll"))
}

/// The time that a report carries: `SOURCE_DATE_EPOCH` where it is set (reproducible-builds.org), else now. In whole
/// seconds.
pub fn report_time(variables: Variables<'_>, now: SystemTime) -> Result<Timestamp, String> {
    let seconds = match variables("SOURCE_DATE_EPOCH").filter(|text| !text.is_empty()) {
        Some(text) => text
            .parse()
            .map_err(|_| format!("SOURCE_DATE_EPOCH is {text:?}, but must be a number of seconds since 1970"))?,
        None => now
            .duration_since(SystemTime::UNIX_EPOCH)
            .map_or(0, |since| i64::try_from(since.as_secs()).unwrap_or(i64::MAX)),
    };
    Timestamp::from_second(seconds).map_err(|error| format!("the time {seconds} is out of range: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn the_source_date_is_the_report_date() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_millis(1_700_000_000_900);
        let time = |value: Option<&str>| {
            let value = value.map(str::to_owned);
            report_time(&|_| value.clone(), now).map(|time| time.to_string())
        };
        // `date -u -d @1700000000 +%FT%TZ` and `date -u -d @0 +%FT%TZ`.
        assert_eq!(time(None).unwrap(), "2023-11-14T22:13:20Z");
        assert_eq!(time(Some("0")).unwrap(), "1970-01-01T00:00:00Z");
        assert_eq!(time(Some("")).unwrap(), "2023-11-14T22:13:20Z");
        assert!(time(Some("yesterday")).is_err());
        assert!(time(Some("9223372036854775807")).is_err());
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_cache_is_where_the_user_keeps_caches() {
        let folder = |xdg: Option<&str>, home: Option<&str>| {
            let of = |name: &str| match name {
                "XDG_CACHE_HOME" => xdg.map(str::to_owned),
                "HOME" => home.map(str::to_owned),
                _ => None,
            };
            cache_folder(&of)
        };
        assert_eq!(folder(Some("/c"), Some("/home/u")), Some("/c/plimsoll".into()));
        assert_eq!(folder(Some("c"), Some("/home/u")), Some("/home/u/.cache/plimsoll".into()));
        assert_eq!(folder(None, Some("/home/u")), Some("/home/u/.cache/plimsoll".into()));
        assert_eq!(folder(None, None), None);
    }
}
