//! `.trivyignore`: one id on each line, behind it perhaps `exp:DATE` (Trivy's documentation, "Filtering", "By Finding IDs").
//!
//! An id there may be that of a vulnerability, a misconfiguration, a secret's kind or a licence. Trivy passes over a line
//! with a date that is none; it is told here.

use super::{Ignore, Reading};
use crate::scope::Scope;
use crate::until::Until;

#[expect(clippy::unnecessary_wraps, reason = "as every form is read")]
pub(super) fn read(text: &str) -> Result<Reading, String> {
    let mut reading = Reading::default();
    for (number, line) in (1..).zip(text.trim_start_matches('\u{feff}').lines()) {
        let mut words = line.split_whitespace();
        let Some(id) = words.next().filter(|id| !id.starts_with('#')) else { continue };
        let until = words.find_map(|word| word.strip_prefix("exp:")).map(Until::before).transpose();
        match until {
            Ok(until) => {
                let scope = Scope { ids: vec![id.to_ascii_uppercase()], ..Scope::default() };
                reading.ignores.push(Ignore { scope, until, line: number, ..Ignore::default() });
            }
            Err(why) => reading.refusals.push(format!("line {number}: {why}")),
        }
    }
    Ok(reading)
}

#[cfg(test)]
mod tests {
    use super::super::samples::check;

    // The documentation's form, with ids of our own.
    #[test]
    fn each_line_is_an_id() {
        check(
            ".trivyignore",
            "# accepted by the team\nCVE-2024-0001\n\n  cve-2024-0002 exp:2030-01-01\nGPL-3.0-only # no comment there\n",
            &["2: CVE-2024-0001", "4: CVE-2024-0002 until 2030-01-01", "5: GPL-3.0-ONLY"],
            &[],
        );
        check(".trivyignore", "", &[], &[]);
    }

    #[test]
    fn a_date_that_is_none_is_told() {
        check(
            ".trivyignore",
            "CVE-2024-1 exp:soon\nCVE-2024-2\n",
            &["2: CVE-2024-2"],
            &["line 1: \"soon\" is no date"],
        );
    }
}
