//! Files of settings, one on each line: `key = value` (`sysctl.d(5)`, `pwquality.conf(5)`, `npmrc`, `postgresql.conf`,
//! properties of Java) or `key value…` (`login.defs(5)`, `redis.conf`, `snmpd.conf(5)`).

use super::Found;
use super::lines::{Repeated, Settings, lines, unquoted};

/// `key = value`; of several the last counts.
pub fn equals(text: &str, found: &mut Found<'_>) {
    read(text, found, Repeated::Last, |line| {
        let (key, value) = line.split_once('=')?;
        // postgresql.conf has comments behind values, and values in quotes may have a number sign.
        let value = match value.trim_start() {
            quoted if quoted.starts_with(['\'', '"']) => {
                let end = quoted[1..].find(&quoted[..1]).map_or(quoted.len(), |end| end + 2);
                &quoted[..end]
            }
            plain => plain.split_once(" #").or_else(|| plain.split_once("\t#")).map_or(plain, |(value, _)| value),
        };
        Some((key.trim().to_ascii_lowercase(), unquoted(value).to_owned()))
    });
}

/// `key value`; of several the last counts.
pub fn words(text: &str, found: &mut Found<'_>) {
    read(text, found, Repeated::Last, |line| Some(worded(line)));
}

/// `key value`; of several all count.
pub fn lists(text: &str, found: &mut Found<'_>) {
    read(text, found, Repeated::All, |line| Some(worded(line)));
}

/// `key = value`, `key value`, or `key` alone, with dashes in front or without (`curl(1)`, "config file").
pub fn either(text: &str, found: &mut Found<'_>) {
    read(text, found, Repeated::All, |line| {
        let line = line.trim_start_matches('-');
        let (key, value) =
            line.split_once(|it: char| it.is_whitespace() || it == '=' || it == ':').unwrap_or((line, ""));
        Some((key.to_ascii_lowercase(), unquoted(value.trim_start_matches(['=', ':', ' '])).to_owned()))
    });
}

/// Parameters of the kernel: `net.ipv4.ip_forward = 1`, where a slash parts names as well, and a dash in front says that
/// mistakes do not matter.
pub fn sysctl(text: &str, found: &mut Found<'_>) {
    read(text, found, Repeated::Last, |line| {
        let (key, value) = line.split_once('=')?;
        let key = key.trim().trim_start_matches('-').replace('/', ".");
        Some((key, value.trim().to_owned()))
    });
}

fn worded(line: &str) -> (String, String) {
    let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
    (key.to_ascii_lowercase(), unquoted(value).to_owned())
}

fn read(text: &str, found: &mut Found<'_>, repeated: Repeated, one: impl Fn(&str) -> Option<(String, String)>) {
    let mut settings = Settings::default();
    for (at, line) in lines(text) {
        if let Some((key, value)) = one(line).filter(|(key, _)| !key.is_empty()) {
            settings.text(&key, value, at, repeated);
        }
    }
    if !settings.is_empty() {
        found.add_whole(settings.node(1));
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn settings_of_postgresql_have_comments_and_quotes() {
        check(
            "data/postgresql.conf",
            "# x\nlisten_addresses = '*'\t# what IP\nssl = on # x\nport=5432\nPort = 5433\nlog_line_prefix = '%m #%p '\n",
            &[
                "postgresql postgresql.conf listen_addresses = * :2",
                "postgresql postgresql.conf ssl = on :3",
                "postgresql postgresql.conf port = 5433 :5",
                "postgresql postgresql.conf log_line_prefix = %m #%p  :6",
            ],
        );
    }

    #[test]
    fn parameters_of_the_kernel_have_two_spellings() {
        check(
            "etc/sysctl.d/99-a.conf",
            "net/ipv4/ip_forward=1\n-kernel.kptr_restrict = 2\n",
            &["sysctl 99-a.conf net.ipv4.ip_forward = 1 :1", "sysctl 99-a.conf kernel.kptr_restrict = 2 :2"],
        );
    }

    #[test]
    fn lines_of_words_are_settings() {
        check(
            "etc/redis/redis.conf",
            "# a\nbind 127.0.0.1 -::1\nProtected-Mode no\nsave \"\"\n",
            &[
                "redis redis.conf bind = 127.0.0.1 -::1 :2",
                "redis redis.conf protected-mode = no :3",
                "redis redis.conf save =  :4",
            ],
        );
        check(
            "root/.curlrc",
            "--insecure\nproxy = \"x\"\n",
            &["curl .curlrc insecure =  :1", "curl .curlrc proxy = x :2"],
        );
    }
}
