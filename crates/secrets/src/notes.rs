//! Notes to sentences: what the structure of a secret means for whoever reads the report, on the day of the report.

use model::{Note, Severity};

use crate::rule::kind::by_id;

const DAY: i64 = 86_400;

/// The sentences of the notes, on a day given in seconds since 1970; without one, dates are only told.
pub fn sentences(notes: &[Note], today: Option<i64>) -> Vec<String> {
    notes.iter().filter_map(|note| sentence(note, today)).collect()
}

fn sentence(note: &Note, today: Option<i64>) -> Option<String> {
    Some(match note {
        Note::Inside(how) => format!("It stands inside {how}."),
        Note::Checked(true) => "Its check digits are right: it was issued once.".to_owned(),
        Note::Checked(false) => "Its check digits are wrong: it may be an example, or mistyped.".to_owned(),
        Note::Key { algorithm, bits, encrypted } => {
            let bits = bits.map_or_else(String::new, |bits| format!(" of {bits} bits"));
            let lock = if *encrypted { ", protected by a passphrase" } else { ", without a passphrase" };
            format!("{}{bits}{lock}.", capital(algorithm))
        }
        Note::Damaged => "It cannot be read as a key: it is cut off, or made up.".to_owned(),
        Note::Made(time) => format!("It was made on {}.", date(*time)),
        Note::Until(time) => match today.map(|today| (time - today).div_euclid(DAY)) {
            Some(days) if days < 0 => format!("It expired on {}.", date(*time)),
            Some(days) => format!("It expires in {days} {}.", if days == 1 { "day" } else { "days" }),
            None => format!("It expires on {}.", date(*time)),
        },
        Note::Certificate(time) => match today.map(|today| (time - today).div_euclid(DAY)) {
            Some(days) if days < 0 => format!("Its certificate expired on {}.", date(*time)),
            Some(days) => format!("Its certificate expires in {days} {}.", if days == 1 { "day" } else { "days" }),
            None => format!("Its certificate expires on {}.", date(*time)),
        },
        Note::Issuer(issuer) => format!("It was issued by {issuer}."),
        Note::Unsigned => "Nobody signed it (alg: none): what accepts it accepts anything.".to_owned(),
        Note::Beside(kind) => format!("The {} that belongs to it stands nearby.", by_id(kind)?.name),
    })
}

/// How bad a secret is whose kind is that bad: expired, protected or made up it is less.
pub fn severity(kind: Severity, notes: &[Note], today: Option<i64>) -> Severity {
    let less = notes.iter().any(|note| match note {
        Note::Checked(right) => !right,
        Note::Key { encrypted, .. } => *encrypted,
        Note::Damaged => true,
        Note::Until(time) => today.is_some_and(|today| *time < today),
        _ => false,
    });
    match kind {
        Severity::Critical if less => Severity::High,
        Severity::High if less => Severity::Medium,
        Severity::Medium if less => Severity::Low,
        _ => kind,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map(|first| first.to_ascii_uppercase()).into_iter().chain(letters).collect()
}

/// The day (ISO 8601), in the proleptic Gregorian calendar: eras of 400 years have the same number of days.
fn date(time: i64) -> String {
    let days = time.div_euclid(DAY) + 719_468;
    let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    // Months are counted from March on.
    let month = (5 * day + 2) / 153;
    let day = day - (153 * month + 2) / 5 + 1;
    let (month, year) = if month < 10 { (month + 3, year + era * 400) } else { (month - 9, year + era * 400 + 1) };
    format!("{year:04}-{month:02}-{day:02}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_the_calendar() {
        // As `date -u -d @… +%F` says.
        for (time, expected) in [
            (0, "1970-01-01"),
            (951_782_400, "2000-02-29"),
            (1_709_251_199, "2024-02-29"),
            (4_102_444_800, "2100-01-01"),
            (-1, "1969-12-31"),
        ] {
            assert_eq!(date(time), expected);
        }
    }

    #[test]
    fn what_is_over_is_over_on_that_day() {
        let note = [Note::Until(10 * DAY + 5)];
        assert_eq!(sentences(&note, Some(8 * DAY)), ["It expires in 2 days."]);
        assert_eq!(sentences(&note, Some(11 * DAY)), ["It expired on 1970-01-11."]);
        assert_eq!(sentences(&note, None), ["It expires on 1970-01-11."]);
        assert_eq!(severity(Severity::Critical, &note, Some(11 * DAY)), Severity::High);
        assert_eq!(severity(Severity::Critical, &note, Some(0)), Severity::Critical);
    }
}
