//! What to deal with first: one number from 0 to 100 for each finding, and why.
//!
//! The number is a sum of points, and every point has its sentence. Somebody who doubts it can add it up by hand:
//!
//! | what | points |
//! |---|---|
//! | how bad it would be | 2 for each point of CVSS, up to 20 |
//! | how likely an attack is | 27 × √chance (EPSS), up to 27 |
//! | attacks are happening, or the package itself is one | 60 in place of the chance |
//! | … with ransomware | 5 |
//! | … and the day by which CISA wants it fixed has passed | 3 |
//! | there is a version with the fix | 4 |
//! | for how long that, or the vulnerability, has been public | up to 3, which 90 days have |
//! | the image offers network ports | 3 |
//! | its programs run as root | 2 |
//!
//! Of that sum the whole counts for an installed package, 70 % for one that a file only asks for, 40 % for one that is
//! asked for in development alone, and 20 % for one that a later layer removes.
//!
//! Why so:
//! - Without attacks the sum ends at 59. So **60 and more means "attackers use it"**, and no prediction comes before a fact.
//! - The usual formula, chance × harm, makes nothing of what has no forecast yet, and puts nearly everything else below
//!   one in a hundred, where nobody can tell findings apart. A sum lets either weigh without the other.
//! - Most chances are far below 1 %; their square root spreads them out, and 0.6 still weighs far more than 0.0004: a high
//!   severity that will be attacked comes before a critical one that will not.
//! - **What is not known is not zero.** It counts as the middle of its scale, or as the average vulnerability, and says so.
//! - A severity is the distribution's word where there is one (`severity`): a CVSS score counts only as far as it agrees.
//! - What can be fixed today comes before what cannot, but only among equals: danger is not less for want of a fix.
//!
//! Log4Shell in an image that runs as root and offers ports: 20 + 60 + 5 + 3 + 4 + 3 + 3 + 2 = 100.

use std::fmt;

use model::{Presence, Severity};

/// All that can be tuned. The first eight add up to 100.
const WEIGHTS: Weights = Weights {
    severity: 20.0,
    exploited: 60.0,
    ransomware: 5.0,
    overdue: 3.0,
    fixed: 4.0,
    age: 3.0,
    ports: 3.0,
    root: 2.0,
    forecast: 27.0,
    full_age: 90,
    declared: 0.7,
    for_development: 0.4,
    removed: 0.2,
    unknown_score: 5.0,
    unknown_chance: 0.05,
};

struct Weights {
    /// Points for a CVSS score of 10.
    severity: f64,
    /// Points for attacks that are seen.
    exploited: f64,
    /// Points for use by extortionists.
    ransomware: f64,
    /// Points for a day that has passed.
    overdue: f64,
    /// Points for a version with the fix.
    fixed: f64,
    /// Points for having been public for long.
    age: f64,
    /// Points for network ports.
    ports: f64,
    /// Points for running as root.
    root: f64,
    /// Points for a chance of 1.
    forecast: f64,
    /// Days that are long.
    full_age: u32,
    /// The part that counts where a file only asks for the package.
    declared: f64,
    /// The part that counts where it is for development alone.
    for_development: f64,
    /// The part that counts where a later layer removes it.
    removed: f64,
    /// The CVSS score that counts where nobody has said one.
    unknown_score: f64,
    /// The chance that counts where there is no forecast: the part of all vulnerabilities that attackers have ever been
    /// seen to use, some 5 % by FIRST's own account.
    unknown_chance: f64,
}

/// Each severity with the CVSS scores that it stands for, lowest and highest, and the one that counts where there is only
/// the word (CVSS v3.1 section 5).
const SCORES: [(Severity, f64, f64, f64); 5] = [
    (Severity::Negligible, 0.0, 0.0, 0.0),
    (Severity::Low, 0.1, 3.9, 2.5),
    (Severity::Medium, 4.0, 6.9, 5.5),
    (Severity::High, 7.0, 8.9, 8.0),
    (Severity::Critical, 9.0, 10.0, 9.5),
];

/// What is known about a finding.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Factors {
    /// How bad it is, as the judgement has decided.
    pub severity: Severity,
    /// The CVSS score beside it.
    pub score: Option<f64>,
    /// The package was made to do harm (`MAL-` records).
    pub malicious: bool,
    /// What is known of attacks, if any are seen.
    pub exploited: Option<Exploited>,
    /// How likely attacks are.
    pub forecast: Option<Forecast>,
    /// There is a version with the fix.
    pub fixed: bool,
    /// For how many days the fix has been out or, without one, the vulnerability has been public.
    pub age: Option<u32>,
    /// Whether the package is there or asked for. None is as good as there.
    pub presence: Option<Presence>,
    /// A later layer removes the package.
    pub removed: bool,
    /// The image offers network ports.
    pub ports: Option<bool>,
    /// Its programs run as root.
    pub root: Option<bool>,
}

/// Attacks that are seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Exploited {
    /// Extortionists use it.
    pub ransomware: bool,
    /// Days until the day by which CISA wants it fixed; below zero when that has passed.
    pub due_in: Option<i64>,
}

/// How likely attacks are (EPSS).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Forecast {
    /// Within thirty days, from 0 to 1.
    pub probability: f32,
    /// The part of all vulnerabilities that are no likelier, from 0 to 1.
    pub percentile: Option<f32>,
}

/// How urgent a finding is, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Priority {
    /// From 0 to 100: the sum of the terms.
    pub score: Points,
    /// What it is made of, in the order of the table above.
    pub terms: Vec<Term>,
}

/// Some points, and what they are for.
#[derive(Clone, Debug, PartialEq)]
pub struct Term {
    /// Below zero for what makes it less urgent.
    pub points: Points,
    /// One sentence for a person who knows nothing of scores.
    pub reason: String,
}

/// Points in tenths, so that what is shown adds up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Points(i16);

impl Points {
    #[expect(clippy::cast_possible_truncation, reason = "a cast of a float ends at the bounds; no weight is near them")]
    fn of(points: f64) -> Self {
        Self((points * 10.0).round() as i16)
    }

    /// As a number.
    pub fn value(self) -> f64 {
        f64::from(self.0) / 10.0
    }
}

impl fmt::Display for Points {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&self.value(), f)
    }
}

/// How urgent it is, and why.
pub fn priority(factors: &Factors) -> Priority {
    let sum = add_up(factors, Some(Vec::new()));
    Priority { score: sum.score, terms: sum.terms.unwrap_or_default() }
}

/// How urgent it is: the same score, for those who have many findings to sort.
pub fn score(factors: &Factors) -> Points {
    add_up(factors, None).score
}

fn add_up(factors: &Factors, terms: Option<Vec<Term>>) -> Sum {
    let mut sum = Sum { score: Points::default(), terms };
    severity(factors, &mut sum);
    threat(factors, &mut sum);
    remedy(factors, &mut sum);
    exposure(factors, &mut sum);
    presence(factors, &mut sum);
    sum
}

struct Sum {
    score: Points,
    /// None where nobody will read them.
    terms: Option<Vec<Term>>,
}

impl Sum {
    fn add(&mut self, points: f64, reason: impl fmt::Display) {
        let points = Points::of(points);
        self.score.0 += points.0;
        if let Some(terms) = &mut self.terms {
            terms.push(Term { points, reason: reason.to_string() });
        }
    }
}

fn severity(factors: &Factors, sum: &mut Sum) {
    let told = factors.score.filter(|score| (0.0..=10.0).contains(score));
    let word = factors.severity.word();
    let points = |score: f64| WEIGHTS.severity * score / 10.0;
    let row = SCORES.iter().find(|(severity, ..)| *severity == factors.severity);
    match (row, told) {
        (Some((_, lowest, highest, _)), Some(score)) if (*lowest..=*highest).contains(&score) => {
            sum.add(points(score), format_args!("How bad it would be: {word} ({score:.1} of 10)."));
        }
        (Some((_, lowest, highest, _)), Some(score)) => {
            let reason = format_args!("How bad it would be: {word} here ({score:.1} of 10 in general).");
            sum.add(points(score.clamp(*lowest, *highest)), reason);
        }
        (Some((.., typical)), None) => sum.add(points(*typical), format_args!("How bad it would be: {word}.")),
        (None, Some(score)) => sum.add(points(score), format_args!("How bad it would be: {score:.1} of 10.")),
        (None, None) => {
            sum.add(points(WEIGHTS.unknown_score), "Nobody has said how bad it would be; counted as medium.");
        }
    }
}

fn threat(factors: &Factors, sum: &mut Sum) {
    if factors.malicious {
        sum.add(WEIGHTS.exploited, "The package was made to do harm: what has run it may be taken over already.");
    } else if factors.exploited.is_some() {
        sum.add(
            WEIGHTS.exploited,
            "Attackers are known to use it, says CISA, the security agency of the United States.",
        );
    } else {
        forecast(factors.forecast, sum);
    }
    let Some(exploited) = factors.exploited else { return };
    if exploited.ransomware {
        sum.add(WEIGHTS.ransomware, "It is used to extort money (ransomware).");
    }
    match exploited.due_in {
        Some(left) if left < 0 => {
            let ago = Days(left.unsigned_abs());
            sum.add(WEIGHTS.overdue, format_args!("The day by which CISA wants it fixed passed {ago} ago."));
        }
        Some(0) => sum.add(0.0, "CISA wants it fixed today."),
        Some(left) => sum.add(0.0, format_args!("CISA wants it fixed within {}.", Days(left.unsigned_abs()))),
        None => {}
    }
}

fn forecast(forecast: Option<Forecast>, sum: &mut Sum) {
    let part = |part: f32| Some(f64::from(part)).filter(|part| (0.0..=1.0).contains(part));
    let points = |chance: f64| WEIGHTS.forecast * chance.sqrt();
    let Some(chance) = forecast.and_then(|forecast| part(forecast.probability)) else {
        let chance = Percent(WEIGHTS.unknown_chance);
        let reason = format_args!("There is no forecast of attacks; counted as a chance of {chance}.");
        return sum.add(points(WEIGHTS.unknown_chance), reason);
    };
    let word = match chance {
        chance if chance < 0.01 => "very unlikely",
        chance if chance < 0.1 => "unlikely",
        chance if chance < 0.5 => "possible",
        _ => "likely",
    };
    let rank = Rank(forecast.and_then(|forecast| part(forecast.percentile?)));
    let chance_in_words = Percent(chance);
    let reason = format_args!("Attacks within 30 days are {word}: a chance of {chance_in_words}{rank}.");
    sum.add(points(chance), reason);
}

fn remedy(factors: &Factors, sum: &mut Sum) {
    if factors.fixed {
        sum.add(WEIGHTS.fixed, "There is a version with the fix.");
    } else {
        sum.add(0.0, "No version with a fix is known.");
    }
    let points = |days: u32| WEIGHTS.age * f64::from(days.min(WEIGHTS.full_age)) / f64::from(WEIGHTS.full_age);
    match factors.age {
        Some(days) if factors.fixed => {
            sum.add(points(days), format_args!("The fix has been out for {}.", Days(days.into())));
        }
        Some(days) => sum.add(points(days), format_args!("It has been public for {}.", Days(days.into()))),
        None => {
            let days = WEIGHTS.full_age / 2;
            let counted = Days(days.into());
            sum.add(points(days), format_args!("For how long it has been public is not known; counted as {counted}."));
        }
    }
}

fn exposure(factors: &Factors, sum: &mut Sum) {
    match factors.ports {
        Some(true) => sum.add(WEIGHTS.ports, "The image offers network ports: attackers may reach it."),
        Some(false) => sum.add(0.0, "The image offers no network ports."),
        None => sum.add(WEIGHTS.ports / 2.0, "Whether it can be reached over a network is not known; counted half."),
    }
    match factors.root {
        Some(true) => sum.add(WEIGHTS.root, "Its programs run as root: whoever breaks in may do anything inside."),
        Some(false) => sum.add(0.0, "Its programs run as an ordinary user."),
        None => sum.add(WEIGHTS.root / 2.0, "Whether it runs as root is not known; counted half."),
    }
}

fn presence(factors: &Factors, sum: &mut Sum) {
    let (part, reason) = match factors.presence {
        _ if factors.removed => (
            WEIGHTS.removed,
            "A later layer removes it: programs cannot use it, but it can be unpacked from the image.",
        ),
        Some(Presence::DeclaredForDevelopment) => (WEIGHTS.for_development, "It is asked for in development alone."),
        Some(Presence::Declared | Presence::DeclaredOptional) => {
            (WEIGHTS.declared, "A file asks for it, but it was not seen installed.")
        }
        Some(Presence::Installed) | None => return,
    };
    sum.add(-sum.score.value() * (1.0 - part), reason);
}

/// How many vulnerabilities are no likelier, where that is known.
struct Rank(Option<f64>);

impl fmt::Display for Rank {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rank) = self.0 else { return Ok(()) };
        write!(f, ", at least as high as for {:.0} % of all vulnerabilities", (rank * 100.0).round().min(99.0))
    }
}

/// A number of days, in words.
struct Days(u64);

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, if self.0 == 1 { "day" } else { "days" })
    }
}

/// A part of one, with the digits that tell something.
struct Percent(f64);

impl fmt::Display for Percent {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 * 100.0 {
            percent if percent >= 10.0 => write!(f, "{percent:.0} %"),
            percent if percent >= 1.0 => write!(f, "{percent:.1} %"),
            percent if percent >= 0.01 => write!(f, "{percent:.2} %"),
            _ => f.write_str("less than 0.01 %"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// An installed package with this severity and this chance of attacks, and nothing else that adds points.
    fn plain(severity: Severity, chance: f32) -> Factors {
        Factors {
            severity,
            forecast: Some(Forecast { probability: chance, percentile: None }),
            age: Some(0),
            ports: Some(false),
            root: Some(false),
            ..Factors::default()
        }
    }

    /// All that adds points but attacks.
    fn exposed(severity: Severity, chance: f32) -> Factors {
        let plain = plain(severity, chance);
        Factors { fixed: true, age: Some(1000), ports: Some(true), root: Some(true), score: Some(10.0), ..plain }
    }

    const SEEN: Option<Exploited> = Some(Exploited { ransomware: false, due_in: None });

    fn score(factors: &Factors) -> Points {
        let priority = priority(factors);
        assert_eq!(priority.score, super::score(factors));
        assert_eq!(priority.score.0, priority.terms.iter().map(|term| term.points.0).sum::<i16>());
        priority.score
    }

    /// Each is more urgent than the next.
    #[track_caller]
    fn order(list: &[Factors]) {
        for pair in list.windows(2) {
            let [higher, lower] = [&pair[0], &pair[1]].map(score);
            assert!(higher > lower, "{higher} is not more than {lower}: {:?} {:?}", pair[0], pair[1]);
        }
    }

    // Points by hand from the table in this file's first comment.
    #[test]
    fn the_sum_is_that_of_the_table() {
        let worst = Exploited { ransomware: true, due_in: Some(-1) };
        let log4shell = Factors { exploited: Some(worst), ..exposed(Severity::Critical, 0.97) };
        assert_eq!(score(&log4shell), Points(1000));
        assert_eq!(score(&exposed(Severity::Critical, 1.0)), Points(590));
        assert_eq!(score(&plain(Severity::Negligible, 0.0)), Points(0));
        // 2 × 7.5, 27 × 0.5, 4, a third of 3, 3, 2.
        let forecast = Some(Forecast { probability: 0.25, percentile: Some(0.96) });
        let high = Factors { score: Some(7.5), age: Some(30), forecast, ..exposed(Severity::High, 0.25) };
        assert_eq!(score(&high), Points(385));
        let terms = priority(&high).terms.into_iter().map(|term| format!("{:+.1} {}", term.points, term.reason));
        assert_eq!(
            terms.collect::<Vec<_>>(),
            [
                "+15.0 How bad it would be: high (7.5 of 10).",
                "+13.5 Attacks within 30 days are possible: a chance of 25 %, at least as high as for 96 % of all vulnerabilities.",
                "+4.0 There is a version with the fix.",
                "+1.0 The fix has been out for 30 days.",
                "+3.0 The image offers network ports: attackers may reach it.",
                "+2.0 Its programs run as root: whoever breaks in may do anything inside.",
            ]
        );
        // Half of 20, 27 × √0.05, half of 3, 3 and 2.
        assert_eq!(score(&Factors::default()), Points(200));
        // 38.5 × 0.2.
        let removed = Factors { removed: true, ..high };
        assert_eq!(score(&removed), Points(77));
        assert_eq!(priority(&removed).terms.last().map(|term| term.points), Some(Points(-308)));
    }

    #[test]
    fn attacks_that_are_seen_come_before_all_that_are_only_likely() {
        for presence in [Presence::Installed, Presence::Declared, Presence::DeclaredForDevelopment] {
            for removed in [false, true] {
                let of = |factors: Factors| Factors { presence: Some(presence), removed, ..factors };
                let least = of(Factors { exploited: SEEN, ..plain(Severity::Negligible, 0.0) });
                order(&[least, of(exposed(Severity::Critical, 1.0))]);
            }
        }
        let harmful = Factors { malicious: true, ..plain(Severity::Negligible, 0.0) };
        order(&[harmful, exposed(Severity::Critical, 1.0)]);
    }

    #[test]
    fn among_attacks_ransomware_and_a_passed_day_come_first() {
        let of = |ransomware, due_in| Factors {
            exploited: Some(Exploited { ransomware, due_in }),
            ..plain(Severity::High, 0.5)
        };
        order(&[of(true, Some(-400)), of(true, Some(3)), of(false, Some(-1)), of(false, None)]);
        assert_eq!(score(&of(false, Some(0))), score(&of(false, None)));
    }

    #[test]
    fn what_will_be_attacked_comes_before_what_is_only_bad() {
        order(&[
            plain(Severity::Critical, 0.6),
            plain(Severity::High, 0.6),
            plain(Severity::Medium, 0.6),
            plain(Severity::Critical, 0.0004),
            plain(Severity::High, 0.0004),
            plain(Severity::Medium, 0.0004),
            plain(Severity::Low, 0.0004),
            plain(Severity::Negligible, 0.0004),
        ]);
        // Not even a fix and an open door make up for it.
        order(&[plain(Severity::High, 0.6), exposed(Severity::Critical, 0.0004)]);
        // All of these are far below 1 %, and still differ.
        order(&[plain(Severity::High, 0.005), plain(Severity::High, 0.001), plain(Severity::High, 0.0001)]);
    }

    #[test]
    fn what_is_not_known_is_neither_nothing_nor_the_worst() {
        let unknown = Factors { forecast: None, ..plain(Severity::High, 0.0) };
        order(&[plain(Severity::High, 0.5), unknown.clone(), plain(Severity::High, 0.001)]);
        let unrated = plain(Severity::Unknown, 0.01);
        order(&[plain(Severity::High, 0.01), unrated, plain(Severity::Low, 0.01)]);
        let of = |ports, root, age| Factors { age, ports, root, ..plain(Severity::High, 0.01) };
        order(&[of(Some(true), None, None), of(None, None, None), of(Some(false), None, None)]);
        order(&[of(None, Some(true), None), of(None, None, None), of(None, Some(false), None)]);
        order(&[of(None, None, Some(90)), of(None, None, None), of(None, None, Some(1))]);
        // Numbers that are none are not known either.
        for odd in [f32::NAN, f32::INFINITY, -0.1, 1.1] {
            let forecast = Some(Forecast { probability: odd, percentile: Some(odd) });
            assert_eq!(score(&Factors { forecast, ..unknown.clone() }), score(&unknown), "{odd}");
            let factors = Factors { score: Some(f64::from(odd) * 10.0), ..unknown.clone() };
            assert_eq!(score(&factors), score(&unknown), "{odd}");
        }
    }

    #[test]
    fn what_can_be_fixed_comes_first_among_equals_only() {
        let fixed = Factors { fixed: true, ..plain(Severity::High, 0.1) };
        order(&[fixed.clone(), plain(Severity::High, 0.1)]);
        order(&[plain(Severity::High, 0.3), fixed.clone()]);
        order(&[Factors { age: Some(90), ..fixed.clone() }, Factors { age: Some(10), ..fixed.clone() }, fixed]);
    }

    #[test]
    fn what_is_installed_comes_before_what_is_not() {
        let of = |presence, removed| Factors {
            presence: Some(presence),
            removed,
            exploited: SEEN,
            ..exposed(Severity::High, 0.5)
        };
        order(&[
            of(Presence::Installed, false),
            of(Presence::Declared, false),
            of(Presence::DeclaredForDevelopment, false),
            of(Presence::Installed, true),
        ]);
        // Nobody can attack what no program can load.
        order(&[exposed(Severity::High, 0.01), of(Presence::Installed, true)]);
    }

    #[test]
    fn the_distributions_word_bounds_the_score() {
        let of = |severity, score| Factors { score: Some(score), ..plain(severity, 0.01) };
        order(&[of(Severity::High, 7.5), of(Severity::Low, 9.8), of(Severity::Low, 2.0)]);
        assert_eq!(
            priority(&of(Severity::Low, 9.8)).terms[0].reason,
            "How bad it would be: low here (9.8 of 10 in general)."
        );
        assert_eq!(score(&of(Severity::Unknown, 7.5)), score(&of(Severity::High, 7.5)));
    }

    #[test]
    fn sentences_say_small_things_rightly() {
        assert_eq!(Days(1).to_string(), "1 day");
        let percent = |part: f64| Percent(part).to_string();
        let shown = [0.6, 0.012, 0.0004, 0.000_01, 0.0].map(percent);
        assert_eq!(shown, ["60 %", "1.2 %", "0.04 %", "less than 0.01 %", "less than 0.01 %"]);
        let certain = Forecast { probability: 0.97, percentile: Some(0.9999) };
        let reason = &priority(&Factors { forecast: Some(certain), ..Factors::default() }).terms[1].reason;
        assert_eq!(
            reason,
            "Attacks within 30 days are likely: a chance of 97 %, at least as high as for 99 % of all vulnerabilities."
        );
    }

    fn any_factors() -> impl Strategy<Value = Factors> {
        let presence = proptest::option::of(proptest::sample::select(vec![
            Presence::Installed,
            Presence::Declared,
            Presence::DeclaredForDevelopment,
        ]));
        let exploited = proptest::option::of((any::<bool>(), any::<Option<i64>>()));
        let forecast = proptest::option::of((any::<f32>(), any::<Option<f32>>()));
        let rated = (proptest::sample::select(&Severity::WORST_FIRST[..]), any::<Option<f64>>(), any::<bool>());
        let image = (any::<bool>(), any::<Option<bool>>(), any::<Option<bool>>());
        (rated, exploited, forecast, any::<bool>(), any::<Option<u32>>(), presence, image).prop_map(
            |((severity, score, malicious), exploited, forecast, fixed, age, presence, (removed, ports, root))| {
                Factors {
                    severity,
                    score,
                    malicious,
                    exploited: exploited.map(|(ransomware, due_in)| Exploited { ransomware, due_in }),
                    forecast: forecast.map(|(probability, percentile)| Forecast { probability, percentile }),
                    fixed,
                    age,
                    presence,
                    removed,
                    ports,
                    root,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn the_terms_always_add_up(factors in any_factors()) {
            let Priority { score, terms } = priority(&factors);
            prop_assert_eq!(terms.iter().map(|term| i32::from(term.points.0)).sum::<i32>(), i32::from(score.0));
            prop_assert!((Points(0)..=Points(1000)).contains(&score));
            prop_assert!(terms.iter().all(|term| term.reason.ends_with('.')));
        }

        #[test]
        fn more_of_what_is_bad_is_never_less_urgent(factors in any_factors(), a in 0.0..=1.0f32, b in 0.0..=1.0f32) {
            let (least, most) = (a.min(b), a.max(b));
            let likely = |probability| {
                score(&Factors { forecast: Some(Forecast { probability, percentile: None }), ..factors.clone() })
            };
            prop_assert!(likely(most) >= likely(least));
            let bad = |part: f32| score(&Factors { score: Some(f64::from(part) * 10.0), ..factors.clone() });
            prop_assert!(bad(most) >= bad(least));
            let old = |age| score(&Factors { age: Some(age), ..factors.clone() });
            prop_assert!(old(80) >= old(5));
            let attacked = Factors { exploited: SEEN, ..factors.clone() };
            prop_assert!(factors.exploited.is_some() || score(&attacked) >= score(&factors));
        }
    }
}
