//! WordPress, its plugins and its themes (WordPress Plugin Handbook, "Header Requirements"; Theme Handbook, "Main
//! Stylesheet"; the function `get_file_data`).
//!
//! `wp-includes/version.php` sets `$wp_version`. A plugin is a PHP file in `wp-content/plugins` or in a folder there, a
//! theme the `style.css` of a folder in `wp-content/themes`, with a header of `Key: value` lines in its first 8 KiB. The
//! name is that of the folder, by which plugins and themes are published and advisories know them, and only for a plugin
//! without a folder that of its file. Files without a name and a version in their header are not packages.

use std::borrow::Cow;

use model::{Analyzer, Confidence, Facts, File, ImagePath, Key, Package, PackageKind, Unreadable};

use crate::listing::is_word;

/// WordPress itself: [the module](self).
pub const CORE: Analyzer =
    Analyzer { name: "wordpress", version: 1, files: &[Key::Ends("wp-includes/version.php").any()], analyze: core };

/// Plugins: [the module](self).
pub const PLUGIN: Analyzer = Analyzer {
    name: "wordpress-plugin",
    version: 1,
    files: &[Key::Extension("php").when(is_a_plugins)],
    analyze: plugin,
};

/// Themes: [the module](self).
pub const THEME: Analyzer = Analyzer {
    name: "wordpress-theme",
    version: 1,
    files: &[Key::Name("style.css").when(is_a_themes)],
    analyze: theme,
};

fn is_a_plugins(path: &ImagePath) -> bool {
    is_folder(path.parent(), b"plugins") || above(path).is_some_and(|folder| is_folder(folder, b"plugins"))
}

fn is_a_themes(path: &ImagePath) -> bool {
    above(path).is_some_and(|folder| is_folder(folder, b"themes"))
}

/// The folder that the file's folder is in.
fn above(path: &ImagePath) -> Option<&[u8]> {
    let parent = path.parent();
    memchr::memrchr(b'/', parent).map(|slash| &parent[..slash])
}

/// Whether it is this folder of WordPress's content.
fn is_folder(folder: &[u8], name: &[u8]) -> bool {
    let mut components = folder.rsplit(|&byte| byte == b'/');
    components.next() == Some(name) && components.next() == Some(b"wp-content")
}

/// What WordPress itself looks at.
fn head(content: &[u8]) -> Cow<'_, str> {
    String::from_utf8_lossy(&content[..content.len().min(8192)])
}

fn core(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let text = head(file.content);
    let mut assigned = text.lines().filter_map(|line| line.trim_start().strip_prefix("$wp_version"));
    let version = assigned.find_map(|rest| rest.trim_start().strip_prefix('=')?.trim().strip_suffix(';'));
    let version = version.map(|version| version.trim().trim_matches(['\'', '"']));
    let Some(version) = version.filter(|version| is_word(version)) else {
        return Err(Unreadable::corrupt("nothing is assigned to $wp_version"));
    };
    let mut package = Package::new(PackageKind::Generic, "wordpress", version);
    package.confidence = Confidence::Medium;
    // Further characters would have to be escaped; releases have none.
    if version.chars().all(|character| character.is_ascii_alphanumeric() || character == '.') {
        package.cpes = vec![format!("cpe:2.3:a:wordpress:wordpress:{version}:*:*:*:*:*:*:*")];
    }
    facts.package(package);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of all analyzers")]
fn plugin(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    let parent = file.path.parent();
    let name = if is_folder(parent, b"plugins") {
        file.path.name().strip_suffix(b".php").unwrap_or(file.path.name())
    } else {
        parent
    };
    tell(PackageKind::WordpressPlugin, "Plugin Name", name, file, facts);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "the signature of all analyzers")]
fn theme(file: &File<'_>, facts: &mut Facts) -> Result<(), Unreadable> {
    tell(PackageKind::WordpressTheme, "Theme Name", file.path.parent(), file, facts);
    Ok(())
}

fn tell(kind: PackageKind, title: &str, folder: &[u8], file: &File<'_>, facts: &mut Facts) {
    let text = head(file.content);
    let header = |key: &str| text.lines().find_map(|line| value(line, key)).unwrap_or_default();
    let name = folder.rsplit(|&byte| byte == b'/').next().unwrap_or_default();
    let (name, version) = (String::from_utf8_lossy(name), header("Version"));
    if header(title).is_empty() || !is_word(&name) || !is_word(version) {
        return;
    }
    let licenses = Some(header("License")).filter(|text| !text.is_empty()).map(str::to_owned).into_iter().collect();
    facts.package(Package { licenses, confidence: Confidence::Medium, ..Package::new(kind, name, version) });
}

/// The value of a line of the header. In front of a key only what comments are made of may stand.
fn value<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    let line = line.trim_start().strip_prefix("<?php").unwrap_or(line);
    let line = line.trim_start_matches([' ', '\t', '/', '*', '#', '@']);
    let rest = line.get(..key.len()).filter(|start| start.eq_ignore_ascii_case(key)).map(|_| &line[key.len()..])?;
    let value = rest.strip_prefix(':')?;
    let end = ["*/", "?>"].iter().filter_map(|end| value.find(end)).min().unwrap_or(value.len());
    Some(value[..end].trim())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{check, survives, wants};

    const HEADER: &str = "<?php\n/*\nPlugin Name:A plugin\nPlugin URI: https://example.test/\nVersion: 5.3\nLicense: GPLv2 or later\n*/\n";

    #[test]
    fn plugins_are_named_by_their_folder() {
        let plugins = "srv/wp-content/plugins";
        check(&PLUGIN, &format!("{plugins}/a-plugin/main.php"), HEADER, "a-plugin 5.3 [GPLv2 or later]");
        check(&PLUGIN, &format!("{plugins}/hello.php"), HEADER, "hello 5.3 [GPLv2 or later]");
        let stars = "<?php\n/**\n * @package X\n * Plugin name: B\n * version: 1.0 */\n";
        check(&PLUGIN, &format!("{plugins}/b/b.php"), stars, "b 1.0");
        check(&PLUGIN, &format!("{plugins}/b/other.php"), "<?php\n// Version: 1.0\n", "");
        check(&PLUGIN, &format!("{plugins}/b/other.php"), b"\xff\xfe\x00", "");
        check(&PLUGIN, &format!("{plugins}/b/far.php"), " ".repeat(8192) + HEADER, "");
    }

    #[test]
    fn themes_have_their_header_in_the_style_sheet() {
        check(
            &THEME,
            "srv/wp-content/themes/twenty/style.css",
            "/*\nTheme Name: Twenty\nVersion: 1.7\nLicense: GNU GPL\n*/\nbody { Version: 2 }\n",
            "twenty 1.7 [GNU GPL]",
        );
        check(&THEME, "srv/wp-content/themes/twenty/style.css", "body {}\n", "");
    }

    #[test]
    fn the_version_of_wordpress_is_a_variable() {
        let path = "srv/wp-includes/version.php";
        check(&CORE, path, "<?php\n/** @global string $wp_version */\n$wp_version = '6.4.2';\n", "wordpress 6.4.2");
        check(&CORE, path, "<?php\n", "gap: corrupt");
    }

    #[test]
    fn only_the_files_with_a_header_are_wanted() {
        for (path, expected) in [
            ("wp-content/plugins/a/a.php", true),
            ("srv/wp-content/plugins/a.php", true),
            ("srv/wp-content/plugins/a/b/c.php", false),
            ("srv/plugins/a/a.php", false),
            ("srv/wp-content/plugins/a/a.txt", false),
        ] {
            assert_eq!(wants(&PLUGIN, path), expected, "{path}");
        }
        assert!(wants(&THEME, "srv/wp-content/themes/a/style.css"));
        assert!(!wants(&THEME, "srv/wp-content/themes/a/css/style.css"));
        assert!(wants(&CORE, "srv/wp-includes/version.php"));
        assert!(!wants(&CORE, "srv/version.php"));
    }

    #[test]
    fn hostile_files_do_no_harm() {
        survives(&PLUGIN, "wp-content/plugins/a/a.php", &[HEADER.as_bytes()]);
        survives(&THEME, "wp-content/themes/a/style.css", &[HEADER.as_bytes()]);
        survives(&CORE, "wp-includes/version.php", &[b"<?php\n$wp_version = '6.4.2';\n"]);
    }
}
