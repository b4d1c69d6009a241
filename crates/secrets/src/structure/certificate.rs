//! Certificates (RFC 5280, section 4.1): whose key they are about, and until when they are good. They are public; only beside
//! the private key do they say anything here.

use super::der::{self, Der};

/// Until when a certificate is good, in seconds since 1970.
pub fn until(certificate: &[u8]) -> Option<i64> {
    let mut body = Der(certificate).sequence()?.sequence()?;
    let mut next = body.next()?;
    // The version has a tag of its own, and may be absent.
    if next.0 == 0xA0 {
        next = body.next()?;
    }
    (next.0 == der::INTEGER).then_some(())?;
    body.sequence()?;
    body.sequence()?;
    let mut validity = body.sequence()?;
    validity.next()?;
    let (tag, time) = validity.next()?;
    seconds(tag, time)
}

/// `UTCTime` has two digits of the year, those from 50 on in the last century; `GeneralizedTime` has four.
fn seconds(tag: u8, time: &[u8]) -> Option<i64> {
    let number = |range: std::ops::Range<usize>| {
        time.get(range)?
            .iter()
            .try_fold(0_i64, |number, digit| digit.is_ascii_digit().then(|| number * 10 + i64::from(digit - b'0')))
    };
    let (year, at) = match tag {
        0x17 => (number(0..2).map(|year| if year < 50 { 2000 + year } else { 1900 + year })?, 2),
        0x18 => (number(0..4)?, 4),
        _ => return None,
    };
    let part = |index: usize| number(at + index * 2..at + index * 2 + 2);
    let (month, day) = (part(0)?, part(1)?);
    ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(())?;
    Some(days(year, month, day) * 86_400 + part(2)? * 3600 + part(3)? * 60 + part(4)?)
}

/// Days since 1970 in the Gregorian calendar. Years are counted from March on, so that the day of a leap year is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = if month > 2 { (year, month - 3) } else { (year - 1, month + 9) };
    let leap = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    year * 365 + leap + (month * 153 + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_those_of_the_calendar() {
        // As `date -u -d … +%s` says.
        assert_eq!(seconds(0x17, b"700101000000Z"), Some(0));
        assert_eq!(seconds(0x17, b"240229235959Z"), Some(1_709_251_199));
        assert_eq!(seconds(0x17, b"491231235959Z"), Some(2_524_607_999));
        assert_eq!(seconds(0x18, b"20500101000000Z"), Some(2_524_608_000));
        assert_eq!(seconds(0x17, b"241329235959Z"), None);
        assert_eq!(seconds(0x17, b"2401"), None);
    }
}
