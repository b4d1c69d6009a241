//! An image's configuration without the secrets that stand in it: reports show instructions, labels and commands, and whoever
//! reads a report need not be who may read the image.

use std::collections::BTreeSet;

use model::ImageConfig;

use crate::allow;
use crate::analyzer::all;

/// What stands in place of a secret.
const MASK: &str = "[secret]";

/// Takes every secret out of the configuration, wherever its text stands.
pub fn mask(config: &mut ImageConfig) {
    let mut secrets = BTreeSet::new();
    for text in joined(config) {
        let found = all(text.as_bytes(), "", allow::active());
        secrets.extend(found.iter().filter_map(|found| text.get(found.span().clone())).map(str::to_owned));
    }
    secrets.retain(|secret| !secret.trim().is_empty());
    // One that another holds is gone with it, and would leave the rest of it behind.
    let mut secrets: Vec<String> = secrets.into_iter().collect();
    secrets.sort_by_key(|secret| std::cmp::Reverse(secret.len()));
    for text in texts(config) {
        for secret in &secrets {
            if text.contains(&**secret) {
                *text = text.replace(&**secret, MASK);
            }
        }
    }
}

/// Every text, with what stands before it where that says what it is.
fn joined(config: &ImageConfig) -> Vec<String> {
    let labels = config.labels.iter().map(|(name, value)| format!("{name}={value}"));
    let commands = [&config.entrypoint, &config.cmd].map(|words| words.join(" "));
    let steps = config.history.iter().map(|step| step.instruction.clone());
    config.env.iter().cloned().chain(labels).chain(commands).chain(steps).collect()
}

fn texts(config: &mut ImageConfig) -> impl Iterator<Item = &mut String> {
    let steps = config.history.iter_mut().map(|step| &mut step.instruction);
    let commands = config.entrypoint.iter_mut().chain(&mut config.cmd);
    config.env.iter_mut().chain(config.labels.values_mut()).chain(commands).chain(steps)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::History;

    const TOKEN: &str = concat!("ghp", "_a1B2c3D4e5F6g7H8i9J0k1L2m3N4o5P6q7R8");

    #[test]
    fn a_secret_is_taken_out_of_every_text() {
        let step = |instruction: String| History { instruction, ..History::default() };
        let mut config = ImageConfig {
            env: vec!["PATH=/bin".into(), format!("GITHUB_TOKEN={TOKEN}")],
            labels: [("build.token".to_owned(), TOKEN.to_owned())].into(),
            cmd: vec!["serve".into(), "--token".into(), TOKEN.into()],
            history: vec![
                step(format!("ENV GITHUB_TOKEN={TOKEN}")),
                step(format!("RUN git clone https://{TOKEN}@git.example && echo done")),
                step("RUN make".into()),
            ],
            ..ImageConfig::default()
        };
        mask(&mut config);
        assert_eq!(config.env, ["PATH=/bin", "GITHUB_TOKEN=[secret]"]);
        assert_eq!(config.labels["build.token"], "[secret]");
        assert_eq!(config.cmd, ["serve", "--token", "[secret]"]);
        let steps: Vec<&str> = config.history.iter().map(|step| &*step.instruction).collect();
        assert_eq!(
            steps,
            ["ENV GITHUB_TOKEN=[secret]", "RUN git clone https://[secret]@git.example && echo done", "RUN make"]
        );
        let once = config.clone();
        mask(&mut config);
        assert_eq!(config, once);
    }
}
