//! What kind of file a text is in, by its path: the same line is a password in a setting and a variable in a program.

/// A kind of file, as far as it says how assignments are to be read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileKind {
    /// Nothing is known.
    #[default]
    Unknown,
    /// Settings: every value is one.
    Settings,
    /// A program: values without quotation marks are expressions.
    Code,
    /// A program of a shell, where words are values.
    Shell,
    /// Prose.
    Text,
    /// Tests and examples of programs.
    Tests,
    /// What programs say, in many languages.
    Words,
    /// PostgreSQL's file of passwords: `host:port:database:user:password` in each line.
    Pgpass,
    /// A web server's file of hashes of passwords: `user:hash` in each line.
    Htpasswd,
}

const SETTINGS: &[&str] = &[
    "env",
    "ini",
    "conf",
    "cfg",
    "cnf",
    "config",
    "properties",
    "yaml",
    "yml",
    "toml",
    "json",
    "xml",
    "tfvars",
    "netrc",
    "pgpass",
    "npmrc",
    "pypirc",
    "tfstate",
    "settings",
    "plist",
    "reg",
    "credentials",
];
const SHELL: &[&str] = &["sh", "bash", "zsh", "ksh", "fish", "bat", "cmd", "dockerfile", "containerfile", "profile"];
const CODE: &[&str] = &[
    "py", "pyi", "js", "mjs", "cjs", "jsx", "ts", "tsx", "java", "kt", "kts", "scala", "groovy", "gradle", "go", "rb",
    "php", "cs", "vb", "c", "h", "cc", "cpp", "hpp", "m", "mm", "rs", "swift", "pl", "pm", "lua", "r", "dart", "ex",
    "exs", "erl", "clj", "vue", "svelte", "tf", "hcl", "sql", "ps1", "psm1", "ipynb", "map", "css", "scss", "pyc",
    "pyx", "pxd", "vim", "el", "tcl", "tm", "hs", "ml", "jl", "coffee", "es6",
];
const TEXT: &[&str] =
    &["md", "rst", "txt", "html", "htm", "adoc", "tex", "org", "man", "log", "csv", "svg", "1", "3", "5", "8"];
const WORDS: &[&str] = &["po", "pot", "strings", "resx", "xlf", "xliff", "arb", "lang", "dtd", "xsd"];

impl FileKind {
    /// Of the file at this path.
    pub fn of(path: &[u8]) -> Self {
        let mut lower = [0; 24];
        let base = path.rsplit(|byte| *byte == b'/').next().unwrap_or_default();
        let ending = base.rsplit(|byte| *byte == b'.').next().unwrap_or_default();
        let Some(lower) = lower.get_mut(..ending.len()) else { return Self::Unknown };
        lower.copy_from_slice(ending);
        lower.make_ascii_lowercase();
        let is = |list: &[&str]| list.iter().any(|known| known.as_bytes() == &*lower);
        let in_folder = |names: &[&str]| {
            path.split(|byte| *byte == b'/').any(|part| names.iter().any(|name| part == name.as_bytes()))
        };
        if is(WORDS) || in_folder(&["locale", "locales", "i18n", "l10n", "lang", "translations", "LC_MESSAGES"]) {
            Self::Words
        } else if base.ends_with(b"pgpass") || base == b"pgpass.conf" {
            Self::Pgpass
        } else if base.ends_with(b"htpasswd") || base.starts_with(b".htpasswd") {
            Self::Htpasswd
        } else if base.starts_with(b".env") {
            Self::Settings
        } else if is(CODE) {
            let tests = ["test", "tests", "testdata", "fixtures", "spec", "specs", "__tests__", "examples", "mocks"];
            if in_folder(&tests) { Self::Tests } else { Self::Code }
        } else if is(SHELL) || base.starts_with(b"Dockerfile") {
            Self::Shell
        } else if is(SETTINGS) {
            Self::Settings
        } else if is(TEXT) {
            Self::Text
        } else {
            Self::Unknown
        }
    }

    /// Whether values without quotation marks are expressions.
    pub fn is_program(self) -> bool {
        matches!(self, Self::Code | Self::Tests)
    }
}
