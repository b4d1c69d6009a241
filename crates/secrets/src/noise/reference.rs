//! References: the value says where the secret is, and is none.

use super::Candidate;

/// What references begin with: variables of programs and shells, stores of secrets.
const BEGINS: &[&[u8]] = &[
    b"process.env",
    b"os.environ",
    b"os.getenv",
    b"System.getenv",
    b"ENV[",
    b"env.",
    b"secrets.",
    b"vault:",
    b"vault://",
    b"op://",
    b"arn:",
    b"ssm:",
    b"keyvault:",
    b"secretsmanager:",
    b"projects/",
    b"file:",
    b"awssm://",
    b"gcpsm://",
    b"config.",
    b"settings.",
    b"self.",
    b"this.",
    b"var.",
    b"local.",
    b"data.",
    b"module.",
    b"props.",
    b"options.",
];

/// What opens one right before it.
const OPENS: &[&[u8]] = &[b"${", b"{{", b"{{ ", b"%{", b"$(", b"#{", b"<%=", b"<%= ", b"$env:", b"@@", b"((", b"%("];

pub fn is_reference(candidate: &Candidate<'_>) -> bool {
    let (before, value) = (candidate.before(), candidate.value());
    let part =
        before.iter().rev().take_while(|byte| byte.is_ascii_alphanumeric() || b"+/:._-*${}".contains(byte)).count();
    // What is between the last sign and the candidate belongs to the value: `arn:aws:…`.
    let value_from = &candidate.text[candidate.from - part..candidate.to];
    let is_link =
        [b"https://".as_slice(), b"http://"].iter().any(|begin| value.starts_with(begin)) && !value.contains(&b'@');
    let begins = |text: &[u8]| BEGINS.iter().any(|begin| text.starts_with(begin));
    let is_opened = || {
        OPENS.iter().any(|open| before.ends_with(open))
            || begins_variable(before) && value.first().is_some_and(u8::is_ascii_alphabetic)
            || before.ends_with(b"%") && candidate.after().starts_with(b"%")
    };
    candidate.is_shapeless() && (begins(value) || begins(value_from) || is_link || is_opened())
}

/// A dollar sign that divides parts of a value begins none.
fn begins_variable(before: &[u8]) -> bool {
    let [rest @ .., b'$'] = before else { return false };
    rest.last().is_none_or(|byte| !byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn names_of_variables_are_no_values() {
        let check = |before: &str, value: &str, after: &str, expected| {
            let seen = with("datadog-api-key", [before, value, after], is_reference);
            assert_eq!(seen, expected, "{before}{value}{after}");
        };
        check("DD_API_KEY=${", "DATADOG_API_KEY_2", "}", true);
        check("DD_API_KEY=%", "DATADOG_API_KEY_2", "%", true);
        check("DD_API_KEY=$", "DATADOG_API_KEY_2", "", true);
        check("apiKey: ", "process.env.DATADOG_API_KEY_2", ",", true);
        check("apiKey: ", "op://vault/datadog/credential2", "", true);
        check("\"arn:aws:secretsmanager:*:*:secret:", "a4b-dd-key-*", "\"", true);
        check("dd_key: arn:aws:", "secretsmanager:eu-west-1:1", "", true);
        check("DD_API_KEY=", "a7c3b0f2a9d6e41850cb2fa7793de01b", "", false);
    }
}
