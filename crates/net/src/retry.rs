//! When to try again, and after how long: exponential steps with jitter, or what the server asked for
//! (RFC 9110, section 10.2.3, "Retry-After").

use std::hash::{BuildHasher, RandomState};
use std::time::{Duration, Instant};

use jiff::fmt::rfc2822::DateTimeParser;
use ureq::http::header::{DATE, RETRY_AFTER};
use ureq::http::{HeaderMap, HeaderName, StatusCode};

use crate::TIME_IS_UP;

/// How long to keep trying.
#[derive(Clone, Debug)]
pub struct Patience {
    /// Attempts in a row that may fail.
    pub attempts: u32,
    /// The pause after the first.
    pub first: Duration,
    /// The longest pause, whoever asks for it.
    pub longest: Duration,
    /// When to give up whatever happens.
    pub deadline: Option<Instant>,
}

impl Default for Patience {
    fn default() -> Self {
        let (first, longest) = (Duration::from_millis(500), Duration::from_mins(1));
        Self { attempts: 5, first, longest, deadline: None }
    }
}

impl Patience {
    /// Sleeps before the attempt after `failed` ones, or says why there is none.
    pub fn wait(&self, failed: u32, asked: Option<Duration>) -> Result<(), String> {
        let random = RandomState::new().hash_one(failed);
        let pause = self.pause(failed, asked, random)?;
        if self.deadline.is_some_and(|deadline| Instant::now() + pause >= deadline) {
            return Err(TIME_IS_UP.into());
        }
        std::thread::sleep(pause);
        Ok(())
    }

    /// Whether it is time to give up.
    pub fn is_over(&self) -> bool {
        self.deadline.is_some_and(|deadline| Instant::now() >= deadline)
    }

    fn pause(&self, failed: u32, asked: Option<Duration>, random: u64) -> Result<Duration, String> {
        if failed >= self.attempts {
            return Err(format!("gave up after {failed} attempts"));
        }
        let step = self.first.saturating_mul(1 << failed.saturating_sub(1).min(16)).min(self.longest);
        // Many clients that failed together must not come back together.
        let spread = |whole: Duration| {
            let nanoseconds = (whole.as_nanos() * u128::from(random)) >> u64::BITS;
            Duration::from_nanos(u64::try_from(nanoseconds).unwrap_or(u64::MAX))
        };
        match asked {
            Some(asked) if asked > self.longest => Err(format!(
                "it asks to wait {} s, and at most {} s are waited",
                asked.as_secs(),
                self.longest.as_secs()
            )),
            Some(asked) => Ok(asked + spread(self.first)),
            None => Ok(step / 2 + spread(step / 2)),
        }
    }
}

/// Whether a status says that the same request may work later.
pub fn is_passing(status: StatusCode) -> bool {
    matches!(status.as_u16(), 408 | 425 | 429 | 500 | 502 | 503 | 504)
}

/// What the server asks to wait: seconds, or a date, which is held against the server's own clock.
pub fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let text = |name: HeaderName| headers.get(name)?.to_str().ok();
    let asked = text(RETRY_AFTER)?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let date = |text: &str| DateTimeParser::new().parse_timestamp(text).ok();
    let seconds = date(asked)?.as_second().checked_sub(date(text(DATE)?)?.as_second())?;
    Some(Duration::from_secs(u64::try_from(seconds).unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(headers: &[(HeaderName, &str)], seconds: Option<u64>) {
        let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
        assert_eq!(retry_after(&headers), seconds.map(Duration::from_secs), "{headers:?}");
    }

    #[test]
    fn both_forms_of_retry_after_are_read() {
        check(&[(RETRY_AFTER, "120")], Some(120));
        let (asked, date) = ("Fri, 31 Dec 1999 23:59:59 GMT", "Fri, 31 Dec 1999 23:59:29 GMT");
        check(&[(RETRY_AFTER, asked), (DATE, date)], Some(30));
        check(&[(RETRY_AFTER, date), (DATE, asked)], Some(0));
        check(&[(RETRY_AFTER, asked)], None);
        check(&[(RETRY_AFTER, "soon"), (DATE, date)], None);
        check(&[], None);
    }

    #[test]
    fn pauses_grow_and_end() {
        let patience = Patience::default();
        let pause = |failed, random| patience.pause(failed, None, random).unwrap().as_millis();
        assert_eq!([pause(1, 0), pause(2, 0), pause(4, 0)], [250, 500, 2000]);
        assert_eq!(pause(1, u64::MAX).next_multiple_of(10), 500);
        assert!(patience.pause(5, None, 0).is_err());
    }

    #[test]
    fn what_the_server_asks_for_is_kept_within_reason() {
        let patience = Patience::default();
        let pause = |seconds| patience.pause(1, Some(Duration::from_secs(seconds)), 0);
        assert_eq!(pause(3), Ok(Duration::from_secs(3)));
        assert_eq!(pause(3600), Err("it asks to wait 3600 s, and at most 60 s are waited".into()));
    }
}
