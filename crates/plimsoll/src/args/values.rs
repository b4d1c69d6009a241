//! Values of flags: text of a command line or a variable into types, with complaints that name what would be right.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use bytesize::ByteSize;
use jiff::SignedDuration;
use model::Severity;
use policy::gate::Gate;
use report::Format;

/// Where a report goes, and in which format.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// The format's name.
    pub format: String,
    /// The template, where that is the format.
    pub template: Option<PathBuf>,
    /// The file; none is standard output.
    pub file: Option<PathBuf>,
}

/// The name of the format that a template makes.
pub const TEMPLATE: &str = "template";

impl Output {
    /// A format on standard output.
    pub fn stdout(format: &str) -> Self {
        Self { format: format.to_owned(), template: None, file: None }
    }
}

/// Where a provider is asked about its secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The provider, in lower-case letters and digits.
    pub provider: String,
    /// The address that stands in place of that of its public server.
    pub url: String,
}

/// `github=https://github.example/api/v3`.
pub fn endpoint(text: &str) -> Result<Endpoint, String> {
    let (provider, url) = text.split_once('=').ok_or("names no address: write PROVIDER=https://…")?;
    let provider = provider.to_ascii_lowercase();
    if !secrets::verify::providers().contains(&provider) {
        return Err(format!("names {provider:?}, whom nobody can ask about secrets"));
    }
    let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    if host.is_none_or(|host| host.is_empty() || host.starts_with('/') || host.contains(['@', '?', '#'])) {
        return Err("names no address: write https://HOST or https://HOST/PATH".to_owned());
    }
    Ok(Endpoint { provider, url: url.to_owned() })
}

/// `json=report.json`, `table`, `json=-`, `template=report.j2`, `template:report.j2=report.txt`.
pub fn output(text: &str) -> Result<Output, String> {
    if let Some(rest) = text.strip_prefix(TEMPLATE) {
        return templated(rest).ok_or_else(|| {
            "names no template: write template=TEMPLATE for standard output, or template:TEMPLATE=FILE".to_owned()
        });
    }
    let (format, file) = match text.split_once('=') {
        Some((_, "")) => {
            return Err(format!("names no file after the =: write {text}FILE, or {text}- for standard output"));
        }
        Some((format, "-")) => (format, None),
        Some((format, file)) => (format, Some(PathBuf::from(file))),
        None => (text, None),
    };
    if self::format(report::SCAN, format).is_some() {
        return Ok(Output { format: format.to_owned(), template: None, file });
    }
    Err(match file {
        None if format.contains('.') || format.contains('/') => {
            format!("is no format: to write to that file, say which one, such as -o json={format}")
        }
        _ => format!("is no format: there are {}", names(report::SCAN)),
    })
}

/// What follows `template`: `=report.j2`, `:report.j2`, `:report.j2=report.txt`.
fn templated(rest: &str) -> Option<Output> {
    let (template, file) = match rest.strip_prefix(':') {
        Some(rest) => rest.split_once('=').map_or((rest, None), |(template, file)| (template, Some(file))),
        None => (rest.strip_prefix('=')?, None),
    };
    let file = file.filter(|file| *file != "-").map(PathBuf::from);
    let is_named = !template.is_empty() && file.as_ref().is_none_or(|file| !file.as_os_str().is_empty());
    is_named.then(|| Output { format: TEMPLATE.to_owned(), template: Some(template.into()), file })
}

/// The names of formats, for people: `table, json and spdx`.
pub fn names(formats: &[Format]) -> String {
    let names: Vec<&str> = formats.iter().map(|format| format.name).collect();
    match &*names {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// A place that advisory data comes from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DataSource {
    /// What is there.
    pub form: DataForm,
    /// An address, a folder or a reference.
    pub address: String,
}

/// The form of the data at a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DataForm {
    /// As OSV.dev exports it: one archive for each ecosystem.
    Osv,
    /// As we make it: shards and their list.
    Shards,
    /// The same as an artifact at a registry.
    Oci,
}

/// `osv:https://…`, `shards:/srv/advisories`, `oci:ghcr.io/team/advisories`.
pub fn source(text: &str) -> Result<DataSource, String> {
    let (form, address) = match text.split_once(':') {
        Some(("osv", address)) => (DataForm::Osv, address),
        Some(("shards", address)) => (DataForm::Shards, address),
        Some(("oci", address)) => (DataForm::Oci, address),
        _ => return Err("does not say what is there: write osv:ADDRESS, shards:ADDRESS or oci:REF".into()),
    };
    if address.is_empty() && form == DataForm::Oci {
        return Err(format!("names no artifact: write {text}HOST/NAME:TAG"));
    }
    if address.is_empty() {
        return Err(format!("names no address: write {text}https://HOST/PATH, or {text}FOLDER"));
    }
    Ok(DataSource { form, address: address.to_owned() })
}

/// The name of a format.
pub fn format_name(text: &str) -> Result<String, String> {
    match output(text)? {
        Output { format, template: None, file: None } if format == text => Ok(format),
        Output { format, .. } if format == TEMPLATE => Err(format!("is no format by itself: write -o {text}")),
        _ => Err(format!("names a file: write -o {text} for that")),
    }
}

/// The format of that name in one of the tables of formats.
pub fn format(formats: &'static [Format], name: &str) -> Option<&'static Format> {
    formats.iter().find(|format| format.name == name)
}

/// A severity by the word of any publisher.
pub fn severity(text: &str) -> Result<Severity, String> {
    Severity::from_word(text).ok_or_else(|| {
        let words: Vec<&str> = Severity::WORST_FIRST.iter().map(|severity| severity.word()).collect();
        format!("is no severity: there are {}", words.join(", "))
    })
}

/// What `--fail-on` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailOn {
    /// What is this bad or worse.
    Severity(Severity),
    /// A control that fails.
    Compliance,
}

impl FailOn {
    /// As a gate.
    pub fn gate(self) -> Gate {
        match self {
            Self::Severity(severity) => Gate::fail_on(severity),
            Self::Compliance => Gate::on_compliance(),
        }
    }
}

/// A severity, or `compliance`.
pub fn fail_on(text: &str) -> Result<FailOn, String> {
    if text == "compliance" { Ok(FailOn::Compliance) } else { severity(text).map(FailOn::Severity) }
}

/// Bytes: `512MiB`, `2GB`, `1000`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Size(pub u64);

impl FromStr for Size {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text.parse::<ByteSize>() {
            Ok(size) if size.as_u64() > 0 => Ok(Self(size.as_u64())),
            _ => Err("is no size: write a number and a unit, such as 512MiB or 2GB".into()),
        }
    }
}

impl fmt::Display for Size {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // `96MiB`: as it would be typed.
        f.write_str(&ByteSize::b(self.0).display().iec().to_string().replace(".0 ", "").replace(' ', ""))
    }
}

/// A length of time: `10m`, `1h 30m`, `90s`; a bare number counts seconds.
pub fn duration(text: &str) -> Result<Duration, String> {
    let seconds = text.parse::<u64>().map(Duration::from_secs).ok();
    let duration = seconds.or_else(|| text.parse::<SignedDuration>().ok()?.try_into().ok());
    duration
        .filter(|duration| !duration.is_zero())
        .ok_or_else(|| "is no length of time: write 90s, 10m or 1h30m".into())
}

/// A length of time that may have days and weeks: `3d`, `1w`, `12h`. A day has 24 hours.
pub fn age(text: &str) -> Result<Duration, String> {
    let days = |unit: char, length: u64| {
        let number = text.strip_suffix(unit)?.parse::<u64>().ok()?;
        Some(Duration::from_secs(number.checked_mul(length * 86_400)?)).filter(|age| !age.is_zero())
    };
    match days('d', 1).or_else(|| days('w', 7)) {
        Some(age) => Ok(age),
        None => duration(text).map_err(|_| "is no length of time: write 3d, 12h or 90m".into()),
    }
}

/// A part of the whole as `0.9`, in percent.
pub fn percent(text: &str) -> Result<u8, String> {
    match text.parse::<f64>() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is from 0 to 100")]
        Ok(part) if (0.0..=1.0).contains(&part) => Ok((part * 100.0).round() as u8),
        _ => Err("is no number from 0 to 1, such as 0.9".into()),
    }
}

/// A number of threads.
pub fn jobs(text: &str) -> Result<usize, String> {
    match text.parse() {
        Ok(jobs @ 1..=1024) => Ok(jobs),
        _ => Err("is no number of threads from 1 to 1024".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn outputs_name_a_format_and_perhaps_a_file() {
        let check = |text, format: &str, file: Option<&str>| {
            let expected = Output { format: format.into(), template: None, file: file.map(Into::into) };
            assert_eq!(output(text), Ok(expected), "{text}");
        };
        check("table", "table", None);
        check("json=out.json", "json", Some("out.json"));
        check("json=a=b", "json", Some("a=b"));
        check("json=-", "json", None);
        assert!(output("json=").is_err());
        assert!(output("xml").unwrap_err().contains("there are table, json, cyclonedx"));
        assert!(output("out.json").unwrap_err().contains("-o json=out.json"));
    }

    #[test]
    fn templates_are_files_too() {
        let check = |text, file: Option<&str>| {
            let (format, template) = ("template".to_owned(), Some("a.j2".into()));
            assert_eq!(output(text), Ok(Output { format, template, file: file.map(Into::into) }), "{text}");
        };
        check("template=a.j2", None);
        check("template:a.j2", None);
        check("template:a.j2=-", None);
        check("template:a.j2=out.txt", Some("out.txt"));
        for text in ["template", "template=", "template:", "template:a.j2=", "template:=x"] {
            assert!(output(text).unwrap_err().contains("template:TEMPLATE=FILE"), "{text}");
        }
    }

    #[test]
    fn every_view_has_formats_of_a_scan() {
        assert!(report::LAYERS.iter().all(|format| output(format.name).is_ok()));
        assert_eq!(names(report::LAYERS), "table and json");
        assert!(names(report::SCAN).starts_with("table, json, cyclonedx, "));
    }

    #[test]
    fn sources_say_what_is_there() {
        let osv = DataSource { form: DataForm::Osv, address: "https://mirror.example/osv".into() };
        assert_eq!(source("osv:https://mirror.example/osv"), Ok(osv));
        assert_eq!(source("shards:/srv/db").map(|source| source.form), Ok(DataForm::Shards));
        let oci = DataSource { form: DataForm::Oci, address: "localhost:5000/db:1".into() };
        assert_eq!(source("oci:localhost:5000/db:1"), Ok(oci));
        assert!(source("oci:").unwrap_err().contains("HOST/NAME:TAG"));
        assert!(source("https://mirror.example").unwrap_err().contains("osv:ADDRESS"));
        assert!(source("osv:").unwrap_err().contains("names no address"));
    }

    #[test]
    fn sizes_have_units() {
        let check = |text: &str, bytes| assert_eq!(text.parse(), Ok(Size(bytes)), "{text}");
        check("1000", 1000);
        check("2GB", 2_000_000_000);
        check("512MiB", 512 << 20);
        check("1.5 kB", 1500);
        for text in ["", "many", "0", "-1", "5 parsecs"] {
            assert!(text.parse::<Size>().is_err(), "{text}");
        }
        assert_eq!(Size(96 << 20).to_string(), "96MiB");
        assert_eq!(Size(1536).to_string(), "1.5KiB");
    }

    #[test]
    fn parts_are_from_nothing_to_the_whole() {
        assert_eq!((percent("0.9"), percent("1"), percent("0")), (Ok(90), Ok(100), Ok(0)));
        for text in ["", "1.1", "-0.1", "90%", "NaN"] {
            assert!(percent(text).is_err(), "{text}");
        }
    }

    #[test]
    fn durations_have_units() {
        assert_eq!(duration("10m"), Ok(Duration::from_mins(10)));
        assert_eq!(duration("1h30m"), Ok(Duration::from_mins(90)));
        assert_eq!(duration("90"), Ok(Duration::from_secs(90)));
        for text in ["", "0s", "-5m", "soon"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn ages_have_days_too() {
        assert_eq!(age("3d"), Ok(Duration::from_hours(72)));
        assert_eq!(age("1w"), Ok(Duration::from_hours(168)));
        assert_eq!(age("12h"), Ok(Duration::from_hours(12)));
        for text in ["", "0d", "-1d", "d", "99999999999999999999d"] {
            assert!(age(text).is_err(), "{text}");
        }
    }

    #[test]
    fn severities_are_known_by_their_words() {
        assert_eq!(severity("HIGH"), Ok(Severity::High));
        assert_eq!(severity("moderate"), Ok(Severity::Medium));
        assert!(severity("7").is_err());
    }
}
