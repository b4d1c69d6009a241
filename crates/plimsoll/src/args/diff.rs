//! The flags of `plimsoll diff`.

use clap::Args;
use clap::builder::BoolishValueParser;
use model::Severity;
use policy::gate;

use super::scan::{Common, Gate, ImageSource, Limits, Look, RegistryAccess, ReportArgs, Target};
use super::{Policy, values};

/// `plimsoll diff`.
#[derive(Clone, Debug, Args)]
pub struct CompareArgs {
    /// What there was
    #[arg(value_name = "OLD", help_heading = None)]
    pub old: String,
    /// What there is now
    #[arg(value_name = "NEW", help_heading = None)]
    pub new: String,
    /// Exit with 1 if there is anything new (new), or anything new that is this bad or worse (new:high); high alone counts
    /// everything in NEW
    #[arg(long, value_name = "WHAT", env = "PLIMSOLL_FAIL_ON", help_heading = "Gates", value_parser = fail_on)]
    pub fail_on: Option<FailOn>,
    /// Exit with 4 if anything of NEW could not be seen
    #[arg(long, env = "PLIMSOLL_FAIL_ON_INCOMPLETE", help_heading = "Gates", value_parser = BoolishValueParser::new())]
    pub fail_on_incomplete: bool,
    /// Which platform of multi-architecture images: os/arch[/variant] [default: this machine's]
    #[arg(long, value_name = "PLATFORM", env = "PLIMSOLL_PLATFORM", help_heading = "Image")]
    pub platform: Option<String>,
    /// Who asks registries.
    #[command(flatten)]
    pub access: RegistryAccess,
    /// What to look for.
    #[command(flatten)]
    pub look: Look,
    /// How to report.
    #[command(flatten)]
    pub report: ReportArgs,
    /// Whose rules count.
    #[command(flatten)]
    pub policy: Policy,
    /// What it may cost.
    #[command(flatten)]
    pub limits: Limits,
}

impl CompareArgs {
    /// As scans that fail on nothing by themselves.
    pub fn common(&self) -> Common {
        Common {
            look: self.look.clone(),
            report: self.report.clone(),
            gate: Gate::default(),
            policy: self.policy.clone().without_gates(),
            limits: self.limits.clone(),
        }
    }

    /// An image by its name.
    pub fn image(&self, name: &str) -> Target {
        Target {
            reference: Some(name.to_owned()),
            input: None,
            image_src: vec![ImageSource::Docker, ImageSource::Podman, ImageSource::Containerd, ImageSource::Registry],
            platform: self.platform.clone(),
            access: self.access.clone(),
        }
    }
}

/// What a difference fails for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailOn {
    /// Only what is new.
    pub new: bool,
    /// This bad or worse; none is anything.
    pub severity: Option<Severity>,
}

impl FailOn {
    /// The gate.
    pub fn gate(self) -> gate::Gate {
        let Self { new, severity } = self;
        let what = match (new, severity) {
            (true, None) => "new".to_owned(),
            (true, Some(severity)) => format!("new:{}", severity.word()),
            (false, severity) => severity.unwrap_or_default().word().to_owned(),
        };
        let worse = severity.map(|severity| format!("{} or worse", severity.word()));
        let words = [new.then(|| "new".to_owned()), worse].into_iter().flatten().collect::<Vec<_>>().join(", ");
        gate::Gate { name: format!("--fail-on {what}"), words, severity, new, ..gate::Gate::default() }
    }
}

/// `new`, `new:high`, `high`.
fn fail_on(text: &str) -> Result<FailOn, String> {
    match text.strip_prefix("new") {
        Some("") => Ok(FailOn { new: true, severity: None }),
        Some(rest) if rest.starts_with(':') => {
            values::severity(&rest[1..]).map(|severity| FailOn { new: true, severity: Some(severity) })
        }
        _ => values::severity(text)
            .map(|severity| FailOn { new: false, severity: Some(severity) })
            .map_err(|why| format!("{why}; and new, or new:SEVERITY")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_fails_is_read() {
        let check = |text: &str, new, severity| assert_eq!(fail_on(text), Ok(FailOn { new, severity }), "{text}");
        check("new", true, None);
        check("new:high", true, Some(Severity::High));
        check("critical", false, Some(Severity::Critical));
        for text in ["newer", "new:", "news:high", ""] {
            assert!(fail_on(text).is_err(), "{text}");
        }
    }
}
