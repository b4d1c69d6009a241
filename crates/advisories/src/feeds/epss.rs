//! Forecasts of which vulnerabilities will be exploited, from the Forum of Incident Response and Security Teams (Exploit
//! Prediction Scoring System; "EPSS Data and Statistics").
//!
//! One table of comma-separated values a day, with a row for each of some 300,000 CVEs: a comment with the day, the
//! names of the columns, then `CVE-2021-44228,0.94358,0.99963`. Tables from before 2021 have no comment; their day is
//! in the file's name.

use std::ops::RangeInclusive;

use super::cve;
use super::{Broken, Feed, File, Reason, Refusal, Sink};
use crate::lifecycle::Date;
use crate::signal::{Signal, Word};

/// The names of the columns.
const HEADER: &str = "cve,epss,percentile";
/// What both numbers are from and to.
const UNIT: RangeInclusive<f32> = 0.0..=1.0;

pub(crate) const FEED: Feed = Feed {
    name: "epss",
    home: "https://www.first.org/epss/data_stats",
    wants: |name| name.starts_with("epss_scores-") && name.strip_suffix(".csv").is_some(),
    read,
};

fn read(file: &File<'_>, out: &mut dyn Sink) -> Result<(), Broken> {
    let mut lines = file.bytes.split_inclusive(|byte| *byte == b'\n').enumerate().peekable();
    let comment = lines.next_if(|(_, line)| line.starts_with(b"#")).and_then(|(_, line)| text(line));
    let day = match comment {
        Some(comment) => comment.split_once("score_date:").map(|(_, day)| day),
        None => file.path.rsplit_once("epss_scores-").map(|(_, day)| day),
    };
    let day = day.and_then(|day| day.get(..10)?.parse::<Date>().ok());
    let day =
        day.ok_or_else(|| Broken::new("neither its first line nor its name says of which day it is"))?.to_string();
    if lines.next().and_then(|(_, line)| text(line)) != Some(HEADER) {
        return Err(Broken::new(format_args!("its columns are not {HEADER:?}")));
    }
    for (index, line) in lines {
        match row(line) {
            Ok((id, probability, percentile)) => out.signal(Signal {
                id: id.to_owned(),
                word: Word::Forecast { probability, percentile, day: day.clone() },
            }),
            Err(detail) => out.refuse(Refusal {
                record: format!("line {}", index + 1),
                reason: Reason::Broken,
                detail: detail.to_owned(),
            }),
        }
    }
    Ok(())
}

/// A whole line's text. One that does not end was cut off: a number without its last digits is another number.
fn text(line: &[u8]) -> Option<&str> {
    let line = line.strip_suffix(b"\n")?;
    str::from_utf8(line.strip_suffix(b"\r").unwrap_or(line)).ok()
}

fn row(line: &[u8]) -> Result<(&str, f32, f32), &'static str> {
    let line = text(line).ok_or("it is cut off, or no text")?;
    let mut columns = line.split(',');
    let mut column = || columns.next().ok_or("it has fewer than three columns");
    let (id, probability, percentile) = (column()?, column()?, column()?);
    if columns.next().is_some() {
        return Err("it has more than three columns");
    }
    if !cve::is_id(id) {
        return Err("its first column is no CVE id");
    }
    let number = |text: &str| text.parse().ok().filter(|number| UNIT.contains(number));
    let number = |text| number(text).ok_or("a number is not between 0 and 1");
    Ok((id, number(probability)?, number(percentile)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::feeds::lines::{mirror, read};
    use proptest::prelude::*;

    fn forecast(id: &str, probability: f32, percentile: f32, day: &str) -> Signal {
        Signal { id: id.into(), word: Word::Forecast { probability, percentile, day: day.into() } }
    }

    #[test]
    fn rows_become_signals() {
        let csv = "#model_version:v2025.03.14,score_date:2026-01-02T12:55:00Z\ncve,epss,percentile\n\
                   CVE-1999-0001,0.01141,0.77685\nCVE-2021-44228,1,1.0\r\n";
        let taken = read(&FEED, "epss_scores-current.csv", csv.as_bytes()).unwrap();
        assert_eq!(
            taken.signals,
            [
                forecast("CVE-1999-0001", 0.01141, 0.77685, "2026-01-02"),
                forecast("CVE-2021-44228", 1.0, 1.0, "2026-01-02"),
            ]
        );
        assert!(taken.refusals.is_empty());
    }

    #[test]
    fn an_old_table_says_its_day_in_its_name() {
        let csv = "cve,epss,percentile\nCVE-1999-0001,0.5,0.9\n";
        let taken = read(&FEED, "2021/epss_scores-2021-04-14.csv", csv.as_bytes()).unwrap();
        assert_eq!(taken.signals, [forecast("CVE-1999-0001", 0.5, 0.9, "2021-04-14")]);
        assert!(read(&FEED, "epss_scores-current.csv", csv.as_bytes()).is_err());
    }

    #[test]
    fn wrong_rows_are_refused_one_by_one() {
        let csv = b"#model_version:v1,score_date:2026-01-02T00:00:00+0000\ncve,epss,percentile\n\
                    CVE-1999-0001,1.1,0.5\nCVE-1999-0002,nan,0.5\nCVE-1999-0003,0.1,-0.5\nCVE-1999-0004,0.1\n\n\
                    CVE-1999-0005,0.1,0.5,0.9\nGHSA-1,0.1,0.5\nCVE-1999-0006,0.1,\xff\nCVE-1999-0007,0.1,0.5\n\
                    CVE-1999-0008,0.1,0.5";
        let taken = read(&FEED, "", csv).unwrap();
        assert_eq!(taken.signals, [forecast("CVE-1999-0007", 0.1, 0.5, "2026-01-02")]);
        let lines = [3, 4, 5, 6, 7, 8, 9, 10, 12];
        assert_eq!(taken.reasons(), lines.map(|line| (format!("line {line}"), Reason::Broken)));
    }

    #[test]
    fn another_file_is_broken() {
        let day = "#model_version:v1,score_date:2026-01-02T00:00:00+0000\n";
        let others = ["", "<html>\n</html>\n", "#model_version:v1\ncve,epss,percentile\n", day];
        for other in others.into_iter().chain([&*format!("{day}cve,epss\n"), &*format!("{day}cve,epss,percentile")]) {
            assert!(read(&FEED, "epss_scores-current.csv", other.as_bytes()).is_err(), "{other}");
        }
        assert!((FEED.wants)("epss_scores-2026-01-02.csv") && !(FEED.wants)("other.csv"));
    }

    // 81 rows counted with `grep -c ^CVE`; the first and the sixth read by eye.
    #[test]
    fn a_real_table_is_read_whole() {
        let Some(bytes) = mirror("epss/epss_scores-sample.csv") else { return };
        let taken = read(&FEED, "epss_scores-sample.csv", &bytes).unwrap();
        assert_eq!((taken.signals.len(), taken.refusals.len()), (81, 0));
        assert_eq!(taken.signals[0], forecast("CVE-1999-0001", 0.03351, 0.88255, "2026-09-29"));
        assert_eq!(taken.signals[5], forecast("CVE-1999-0016", 0.95739, 0.99871, "2026-09-29"));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200), name in "\\PC{0,30}") {
            let _ = read(&FEED, &name, &bytes);
        }

        #[test]
        fn no_row_is_lost(rows in proptest::collection::vec("[CVE0-9,.\u{e9}#e-]{0,30}", 0..20)) {
            let csv = format!("#score_date:2026-01-02\n{HEADER}\n{}\n", rows.join("\n"));
            let taken = read(&FEED, "", csv.as_bytes()).unwrap();
            prop_assert_eq!(taken.signals.len() + taken.refusals.len(), rows.len().max(1));
        }
    }
}
