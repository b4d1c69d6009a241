//! Names of files, into which builds put a hash: `main.1a2b3c4d5e6f7a8b9c0d.js`.

use super::Candidate;

/// Extensions of what is built, copied and served.
const EXTENSIONS: &[&[u8]] = &[
    b"js", b"mjs", b"cjs", b"css", b"map", b"html", b"htm", b"png", b"jpg", b"jpeg", b"gif", b"svg", b"webp", b"ico",
    b"woff", b"woff2", b"ttf", b"json", b"py", b"pyc", b"ts", b"tsx", b"jsx", b"md", b"txt", b"xml", b"yaml", b"yml",
    b"gz", b"zip", b"tgz", b"whl", b"jar", b"war", b"so", b"dll", b"exe", b"a", b"o", b"h", b"c", b"go", b"rs",
    b"java", b"class", b"log", b"pdf", b"tar", b"xz", b"bz2", b"deb", b"rpm",
];

pub fn is_file(candidate: &Candidate<'_>) -> bool {
    if !candidate.is_shapeless() {
        return false;
    }
    let (value, after) = (candidate.value(), candidate.after());
    let end = after.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'.').count();
    let name = [value, &after[..end]].concat();
    let name = name.trim_ascii_end();
    name.iter().rposition(|&byte| byte == b'.').is_some_and(|dot| dot > 0 && EXTENSIONS.contains(&&name[dot + 1..]))
}

#[cfg(test)]
mod tests {
    use super::super::with;
    use super::*;

    #[test]
    fn hashes_in_names_of_files_are_no_keys() {
        let hex = "a7c3b0f2a9d6e41850cb2fa7793de01b";
        let check = |before: &str, after: &str, expected| {
            assert_eq!(with("datadog-api-key", [before, hex, after], is_file), expected, "{before}…{after}");
        };
        check("dd-token.", ".js\"", true);
        check("/dd/key/", ".min.css", true);
        check("DD_API_KEY=", "\n", false);
        check("The key of dd is ", ". Js", false);
        check("dd key ", ".jsonnet", false);
    }
}
