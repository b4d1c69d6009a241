//! Ids of the Common Vulnerabilities and Exposures programme (CVE record format 5, `cveId`): `CVE-2021-44228`.

/// Whether the text is a CVE id.
pub(super) fn is_id(text: &str) -> bool {
    let digits =
        |part: &str, few, most| (few..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    text.strip_prefix("CVE-")
        .and_then(|rest| rest.split_once('-'))
        .is_some_and(|(year, number)| digits(year, 4, 4) && digits(number, 4, 19))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_year_and_at_least_four_digits_make_an_id() {
        for right in ["CVE-1999-0001", "CVE-2021-44228", "CVE-2014-1234567890123456789"] {
            assert!(is_id(right), "{right}");
        }
        let wrong =
            ["", "CVE", "CVE-2021-123", "CVE-21-1234", "cve-2021-1234", "CVE-2021-1234 ", "CVE-2021-12\u{663}4"];
        for wrong in wrong.into_iter().chain(["CVE-2014-12345678901234567890", "GHSA-35jh-r3h4-6jhm"]) {
            assert!(!is_id(wrong), "{wrong}");
        }
    }
}
