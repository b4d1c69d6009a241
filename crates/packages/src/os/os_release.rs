//! os-release(5): what a distribution says of itself.
//!
//! **Files.** `etc/os-release`, else `usr/lib/os-release`; Bottlerocket's is in
//! `ARCH-bottlerocket-linux-gnu/sys-root/usr/lib`. `initrd-release` describes a boot image, not the system.
//!
//! **Format.** Assignments as in a shell, without its expansions. A value may be in double quotes, where a backslash
//! escapes `"`, `$`, `` ` `` and itself; in single quotes, where nothing is escaped; or bare. Of repeated assignments the
//! last counts.
//!
//! **Facts.** `ID` in lower case, `VERSION_ID`, `VERSION_CODENAME` (of older Ubuntu releases `UBUNTU_CODENAME`),
//! `PRETTY_NAME` (else `NAME` and `VERSION`), `ID_LIKE` and `CPE_NAME`, as they are. So CentOS Stream has the id
//! `centos` like CentOS Linux, told apart by the name; Alpine's edge is a version such as `3.19_alpha20230901`; Debian's
//! testing has a codename and no version.
//!
//! **Not seen.** A file without `ID` says nothing. Point releases that the file does not name are in other files: see
//! the analyzer `release-files`.

use std::borrow::Cow;

use model::{Analyzer, Distro, Facts, File, ImagePath, Key, Unreadable};

use super::text::{field, lines};

/// The row of the table.
pub const ANALYZER: Analyzer = Analyzer {
    name: "os-release",
    version: 1,
    files: &[
        Key::Path("etc/os-release").any(),
        Key::Path("usr/lib/os-release").any(),
        Key::Ends("sys-root/usr/lib/os-release").when(is_bottlerocket),
    ],
    analyze,
};

fn is_bottlerocket(path: &ImagePath) -> bool {
    let top = path.as_bytes().split(|&byte| byte == b'/').next().unwrap_or_default();
    top.ends_with(b"-bottlerocket-linux-gnu") && path.as_bytes()[top.len()..] == *b"/sys-root/usr/lib/os-release"
}

/// How much each kind of file is to be believed; see [`Distro::rank`].
pub(super) mod rank {
    /// The administrator's word, and nearly always a link to the distribution's.
    pub(crate) const ETC_OS_RELEASE: u8 = 0;
    /// The distribution's word.
    pub(crate) const OS_RELEASE: u8 = 1;
    /// Ubuntu before os-release existed.
    pub(crate) const LSB_RELEASE: u8 = 2;
    /// A distribution's own file, which its imitators do not have.
    pub(crate) const OWN_RELEASE: u8 = 3;
    /// Red Hat's file, which those who rebuild its distribution keep.
    pub(crate) const REDHAT_RELEASE: u8 = 4;
    /// The same under a neutral name.
    pub(crate) const SYSTEM_RELEASE: u8 = 5;
    /// The same as a CPE.
    pub(crate) const SYSTEM_RELEASE_CPE: u8 = 6;
    /// Debian's, which Ubuntu and others keep.
    pub(crate) const DEBIAN_VERSION: u8 = 7;
    /// Where packages would be installed from.
    pub(crate) const REPOSITORIES: u8 = 8;
    /// Subscriptions, which name the distribution but no release.
    pub(crate) const SUBSCRIPTION: u8 = 9;
}

fn analyze(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let rank = if file.path.as_bytes() == b"etc/os-release" { rank::ETC_OS_RELEASE } else { rank::OS_RELEASE };
    if let Some(distro) = distro(file.content, rank) {
        facts.distro(distro);
    }
    Ok(())
}

fn distro(content: &[u8], rank: u8) -> Option<Distro> {
    let mut distro = Distro { rank, ..Distro::default() };
    let (mut name, mut version, mut ubuntu) = (String::new(), String::new(), String::new());
    for (key, value) in variables(content) {
        let value = || field(&value).map(|value| String::from_utf8_lossy(value).into_owned()).unwrap_or_default();
        match key {
            "ID" => distro.id = value().to_lowercase(),
            "VERSION_ID" => distro.version = value(),
            "VERSION_CODENAME" => distro.codename = value(),
            "UBUNTU_CODENAME" => ubuntu = value(),
            "PRETTY_NAME" => distro.name = value(),
            "NAME" => name = value(),
            "VERSION" => version = value(),
            "ID_LIKE" => distro.like = value().split_whitespace().take(LIKE).map(str::to_lowercase).collect(),
            "CPE_NAME" => distro.cpe = value(),
            _ => {}
        }
    }
    if distro.name.is_empty() {
        distro.name = format!("{name} {version}").trim().into();
    }
    // Derivatives of Ubuntu name the release of Ubuntu there that they are built on.
    if distro.codename.is_empty() && distro.id == "ubuntu" {
        distro.codename = ubuntu;
    }
    (!distro.id.is_empty()).then_some(distro)
}

/// No distribution is like more others.
const LIKE: usize = 16;

/// The assignments of a file in the format of os-release(5), in its order, with their values unquoted. Lines that are
/// no assignment are left out.
pub fn variables(content: &[u8]) -> impl Iterator<Item = (&str, Cow<'_, [u8]>)> {
    lines(content).filter_map(|(_, line)| {
        let line = line.trim_ascii();
        let equals = line.iter().position(|byte| !(byte.is_ascii_alphanumeric() || *byte == b'_'))?;
        let key = std::str::from_utf8(&line[..equals]).ok()?;
        let value = line[equals..].strip_prefix(b"=")?;
        (!key.is_empty() && !key.starts_with(|first: char| first.is_ascii_digit())).then(|| (key, unquote(value)))
    })
}

/// POSIX.1-2017, Shell Command Language, section 2.2 "Quoting", for a single word. What follows it is dropped, and a
/// quotation that never ends goes on to the end of the line.
fn unquote(value: &[u8]) -> Cow<'_, [u8]> {
    match value {
        [b'\'', rest @ ..] => Cow::Borrowed(rest.split(|&byte| byte == b'\'').next().unwrap_or_default()),
        [b'"', rest @ ..] => unescape(rest, |byte| byte == b'"', |byte| matches!(byte, b'"' | b'$' | b'`' | b'\\')),
        // Spaces must be quoted, and some files have them bare all the same; a comment is not part of a value.
        bare => {
            let end = bare.windows(2).position(|pair| pair[0].is_ascii_whitespace() && pair[1] == b'#');
            unescape(bare[..end.unwrap_or(bare.len())].trim_ascii(), |_| false, |_| true)
        }
    }
}

fn unescape(text: &[u8], ends: impl Fn(u8) -> bool, escapes: impl Fn(u8) -> bool) -> Cow<'_, [u8]> {
    let mut unescaped: Option<Vec<u8>> = None;
    let mut at = 0;
    while let Some(&byte) = text.get(at) {
        if ends(byte) {
            break;
        }
        let escaped = text.get(at + 1).filter(|&&next| byte == b'\\' && escapes(next));
        match (escaped, &mut unescaped) {
            (Some(&next), unescaped) => unescaped.get_or_insert_with(|| text[..at].to_vec()).push(next),
            (None, Some(unescaped)) => unescaped.push(byte),
            (None, None) => {}
        }
        at += if escaped.is_some() { 2 } else { 1 };
    }
    match unescaped {
        Some(unescaped) => Cow::Owned(unescaped),
        None => Cow::Borrowed(&text[..at.min(text.len())]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::os::testing::read;

    fn check_value(raw: &str, expected: &str) {
        assert_eq!(String::from_utf8_lossy(&unquote(raw.as_bytes())), expected, "{raw}");
    }

    // Expected values are what `sh -c '. ./file; printf %s "$X"'` prints for the same line.
    #[test]
    fn values_are_quoted_as_in_a_shell() {
        check_value("12", "12");
        check_value("", "");
        check_value(r#""""#, "");
        check_value(r#""Debian GNU/Linux 12 (bookworm)""#, "Debian GNU/Linux 12 (bookworm)");
        check_value("'30.2 \"x\" \\ $'", "30.2 \"x\" \\ $");
        check_value(r#""a \$ b \` c \" d \\ e \n""#, r#"a $ b ` c " d \ e \n"#);
        check_value(r"a\ b\$\\", r"a b$\");
        check_value("12 # twelve", "12");
        check_value(r#""12" # twelve"#, "12");
        check_value("a#b", "a#b");
    }

    // A shell would not accept these; we take what can be meant.
    #[test]
    fn broken_quoting_is_survived() {
        check_value(r#""open"#, "open");
        check_value("'open", "open");
        check_value("Alpine Linux", "Alpine Linux");
        check_value(r#""a\"#, r"a\");
        check_value(r"\", r"\");
    }

    #[test]
    fn assignments_are_found_among_other_lines() {
        let found: Vec<_> =
            variables(b"# ID=no\n\n  ID=a\r\nexport X=1\n=1\n1A=2\nB\nC =3\n\xff=4\nD_2=\xff\n").collect();
        let found: Vec<_> = found.iter().map(|(key, value)| (*key, &**value)).collect();
        assert_eq!(found, [("ID", b"a".as_slice()), ("D_2", b"\xff")]);
    }

    fn check(path: &str, content: &str, expected: Option<Distro>) {
        let read = read(&ANALYZER, path, content.as_bytes());
        assert_eq!(read.distros, expected.into_iter().collect::<Vec<_>>());
        assert_eq!(read.gaps, []);
    }

    #[test]
    fn a_distribution_is_read_whole() {
        check(
            "usr/lib/os-release",
            "NAME=\"Rocky Linux\"\nVERSION=\"9.3 (Blue Onyx)\"\nID=\"ROCKY\"\nID_LIKE=\"rhel centos fedora\"\n\
             VERSION_ID=\"9.2\"\nVERSION_ID=\"9.3\"\nCPE_NAME=\"cpe:/o:rocky:rocky:9::baseos\"\n",
            Some(Distro {
                rank: 1,
                id: "rocky".into(),
                version: "9.3".into(),
                name: "Rocky Linux 9.3 (Blue Onyx)".into(),
                like: vec!["rhel".into(), "centos".into(), "fedora".into()],
                cpe: "cpe:/o:rocky:rocky:9::baseos".into(),
                ..Distro::default()
            }),
        );
        check("etc/os-release", "NAME=x\nVERSION_ID=1\n", None);
        check("etc/os-release", "", None);
    }

    #[test]
    fn enormous_values_are_no_values() {
        let long = "a".repeat(1 << 20);
        check("etc/os-release", &format!("ID={long}\n"), None);
        let like = "a ".repeat(1000);
        let read = read(&ANALYZER, "etc/os-release", format!("ID=a\nID_LIKE=\"{like}\"").as_bytes());
        assert_eq!(read.distros[0].like.len(), LIKE);
    }

    #[test]
    fn bottlerocket_keeps_its_file_elsewhere() {
        for (path, wanted) in [
            ("x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", true),
            ("a/x86_64-bottlerocket-linux-gnu/sys-root/usr/lib/os-release", false),
            ("opt/sys-root/usr/lib/os-release", false),
        ] {
            assert_eq!(is_bottlerocket(&path.into()), wanted, "{path}");
        }
    }
}
