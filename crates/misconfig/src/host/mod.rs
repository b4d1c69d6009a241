//! Configuration of programs on hosts and in images: which files they are, and what each becomes.
//!
//! One file is one resource, or one for each of its sections, accounts or entries. Its kind is the program's name, and the keys
//! of its body are the words of the program's manual, in lower case where the program does not tell them apart. A key that is
//! there several times has a list, except where the program takes the first or the last.
//!
//! | kinds | files | format |
//! |---|---|---|
//! | `sshd`, `ssh` | `sshd_config`, `ssh_config`, and their folders | [`sshd`] |
//! | `account`, `accounts`, `password`, `group` | `etc/passwd`, `etc/shadow`, `etc/group` | [`accounts`] |
//! | `sudo-rule`, `sudo-defaults` | `etc/sudoers`, `sudoers.d` | [`sudoers`] |
//! | `apt-source`, `apt`, `apk-source` | `sources.list`, `sources.list.d`, `apt.conf`, `apk/repositories` | [`apt`] |
//! | `nginx` | `nginx.conf` and its folders | [`nginx`] |
//! | `apache` | `apache2.conf`, `httpd.conf` and their folders | [`apache`] |
//! | `cron`, `pam`, `pg-hba`, `export`, `inetd`, `mount` | tables: an entry is a resource | [`table`] |
//! | others, as in [`FILES`] | sections, settings, lines of words; JSON, YAML, TOML | [`sections`], [`settings`], [`documents`] |
//!
//! Passwords are never part of a body, and of `etc/shadow` not even of the facts ([`redacted`]).

mod accounts;
mod apache;
mod apt;
mod documents;
mod lines;
mod nginx;
mod sections;
mod settings;
mod sshd;
mod sudoers;
mod table;

use model::ImagePath;

pub use self::accounts::redacted;
use crate::detect::is_candidate;
use crate::yaml::Wrong;
use crate::{Node, Reading, Resource, Target};

/// Resources that one file may have: more than any such file has entries.
const MOST_RESOURCES: usize = 20_000;

/// What reads the text of one file.
type Format = fn(text: &str, found: &mut Found<'_>);

/// Files by the end of their paths, where `*` stands for a part of the name; the kind of what is in them; their format.
const FILES: &[(&str, &str, Format)] = &[
    ("sshd_config", "sshd", sshd::read),
    ("sshd_config.d/*.conf", "sshd", sshd::read),
    ("ssh/ssh_config", "ssh", sshd::client),
    ("ssh_config.d/*.conf", "ssh", sshd::client),
    (".ssh/config", "ssh", sshd::client),
    ("etc/passwd", "account", accounts::passwd),
    ("etc/shadow", "password", accounts::shadow),
    ("etc/group", "group", accounts::group),
    ("etc/sudoers", "sudo-rule", sudoers::read),
    ("sudoers.d/*", "sudo-rule", sudoers::read),
    ("apt/sources.list", "apt-source", apt::list),
    ("sources.list.d/*.list", "apt-source", apt::list),
    ("sources.list.d/*.sources", "apt-source", apt::stanzas),
    ("apt/apt.conf", "apt", apt::options),
    ("apt.conf.d/*", "apt", apt::options),
    ("apk/repositories", "apk-source", apt::repositories),
    ("yum.conf", "yum", sections::read),
    ("dnf/dnf.conf", "yum", sections::read),
    ("yum.repos.d/*.repo", "yum", sections::read),
    ("zypp/repos.d/*.repo", "yum", sections::read),
    ("pip.conf", "pip", sections::whole),
    ("pip.ini", "pip", sections::whole),
    ("pip/pip.conf", "pip", sections::whole),
    (".npmrc", "npm", settings::equals),
    ("etc/npmrc", "npm", settings::equals),
    (".yarnrc.yml", "yarn", documents::yaml),
    (".gitconfig", "git", sections::whole),
    ("etc/gitconfig", "git", sections::whole),
    (".curlrc", "curl", settings::either),
    ("wgetrc", "wget", settings::equals),
    (".wgetrc", "wget", settings::equals),
    (".condarc", "conda", documents::yaml),
    ("nginx.conf", "nginx", nginx::read),
    ("nginx/conf.d/*.conf", "nginx", nginx::read),
    ("nginx/http.d/*.conf", "nginx", nginx::read),
    ("nginx/sites-enabled/*", "nginx", nginx::read),
    ("nginx/snippets/*.conf", "nginx", nginx::read),
    ("nginx/templates/*.conf.template", "nginx", nginx::read),
    ("apache2.conf", "apache", apache::read),
    ("httpd.conf", "apache", apache::read),
    ("httpd/conf.d/*.conf", "apache", apache::read),
    ("apache2/conf.d/*.conf", "apache", apache::read),
    ("apache2/ports.conf", "apache", apache::read),
    ("apache2/conf-enabled/*.conf", "apache", apache::read),
    ("apache2/mods-enabled/*.conf", "apache", apache::read),
    ("apache2/sites-enabled/*.conf", "apache", apache::read),
    ("docker/daemon.json", "docker-daemon", documents::json),
    ("containers/registries.conf", "registries", documents::toml),
    ("registries.conf.d/*.conf", "registries", documents::toml),
    ("containerd/config.toml", "containerd", documents::toml),
    ("gitlab-runner/config.toml", "gitlab-runner", documents::toml),
    ("systemd/system/*.service", "unit", sections::unit),
    ("*.service.d/*.conf", "unit", sections::unit),
    ("etc/sysctl.conf", "sysctl", settings::sysctl),
    ("sysctl.d/*.conf", "sysctl", settings::sysctl),
    ("etc/login.defs", "login", settings::words),
    ("security/pwquality.conf", "password-quality", settings::equals),
    ("security/faillock.conf", "faillock", settings::equals),
    ("pam.d/*", "pam", table::pam),
    ("etc/crontab", "cron", table::system_cron),
    ("cron.d/*", "cron", table::system_cron),
    ("cron/crontabs/*", "cron", table::cron),
    ("etc/crontabs/*", "cron", table::cron),
    ("etc/fstab", "mount", table::mounts),
    ("etc/exports", "export", table::exports),
    ("etc/inetd.conf", "inetd", table::inetd),
    ("etc/hosts.equiv", "rhosts", table::trusted),
    (".rhosts", "rhosts", table::trusted),
    ("etc/ld.so.preload", "preload", table::preload),
    ("selinux/config", "selinux", settings::equals),
    ("crypto-policies/config", "crypto-policy", table::preload),
    ("openssl.cnf", "openssl", sections::whole),
    ("krb5.conf", "kerberos", sections::whole),
    ("redis.conf", "redis", settings::words),
    ("redis/*.conf", "redis", settings::words),
    ("valkey.conf", "redis", settings::words),
    ("postgresql.conf", "postgresql", settings::equals),
    ("pg_hba.conf", "pg-hba", table::pg_hba),
    ("my.cnf", "mysql", sections::mysql),
    ("mysql/conf.d/*.cnf", "mysql", sections::mysql),
    ("mysql.conf.d/*.cnf", "mysql", sections::mysql),
    ("mariadb.conf.d/*.cnf", "mysql", sections::mysql),
    ("my.cnf.d/*.cnf", "mysql", sections::mysql),
    ("mongod.conf", "mongodb", documents::yaml),
    ("elasticsearch.yml", "elasticsearch", documents::dotted),
    ("opensearch.yml", "opensearch", documents::dotted),
    ("kibana.yml", "kibana", documents::dotted),
    ("rabbitmq.conf", "rabbitmq", settings::equals),
    ("memcached.conf", "memcached", table::memcached),
    ("server.properties", "kafka", settings::equals),
    ("zoo.cfg", "zookeeper", settings::equals),
    ("grafana.ini", "grafana", sections::whole),
    ("php.ini", "php", sections::flat),
    ("php/*/php.ini", "php", sections::flat),
    ("php/conf.d/*.ini", "php", sections::flat),
    ("vsftpd.conf", "vsftpd", settings::equals),
    ("smb.conf", "samba", sections::whole),
    ("postfix/main.cf", "postfix", settings::equals),
    ("snmpd.conf", "snmpd", settings::lists),
    ("supervisord.conf", "supervisord", sections::whole),
    ("jupyter_notebook_config.py", "jupyter", settings::equals),
    ("jupyter_server_config.py", "jupyter", settings::equals),
    ("traefik.yml", "traefik", documents::yaml),
    ("traefik.yaml", "traefik", documents::yaml),
    ("traefik.toml", "traefik", documents::toml),
    ("ansible.cfg", "ansible-settings", sections::whole),
];

/// Whether a path names such a file. What lies in `usr/share` are examples, and what others begin with.
pub fn is_known(path: &ImagePath) -> bool {
    format(path).is_some() && is_candidate(path) && !path.as_bytes().starts_with(b"usr/share/")
}

fn format(path: &ImagePath) -> Option<(&'static str, Format)> {
    let fits = |(pattern, ..): &&(&str, &str, Format)| fits(path.as_bytes(), pattern.as_bytes());
    FILES.iter().find(fits).map(|(_, kind, read)| (*kind, *read))
}

/// Whether a path ends as a pattern says: component by component, from the last one.
fn fits(path: &[u8], pattern: &[u8]) -> bool {
    let mut path = path.rsplit(|byte| *byte == b'/');
    pattern.rsplit(|byte| *byte == b'/').all(|wanted| {
        let Some(found) = path.next() else { return false };
        match memchr::memchr(b'*', wanted) {
            None => found == wanted,
            Some(star) => {
                let (before, after) = (&wanted[..star], &wanted[star + 1..]);
                // What begins with a dot or ends with `~` are drafts of editors and of package managers.
                found.len() >= before.len() + after.len()
                    && found.starts_with(before)
                    && found.ends_with(after)
                    && !found.starts_with(b".")
                    && !found.ends_with(b"~")
            }
        }
    })
}

/// Reads one file of a host, which its path tells.
pub fn read_at(path: &ImagePath, content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some((kind, read)) = format(path) else { return reading };
    // Comments in old encodings are no reason to see nothing.
    let text = String::from_utf8_lossy(content);
    let name = String::from_utf8_lossy(path.name()).into_owned();
    read(&text, &mut Found { kind, name: &name, file, first: 0, reading: &mut reading });
    reading
}

/// Reads several files in one text, as `tail` prints them: each below a line `==> PATH <==`. So examples of rules are written.
pub fn read(content: &[u8], file: usize) -> Reading {
    let mut reading = Reading::default();
    let Some(text) = reading.text(content) else { return reading };
    let mut parts: Vec<(ImagePath, u32, String)> = Vec::new();
    for (index, line) in text.lines().enumerate() {
        let heading = line.strip_prefix("==> ").and_then(|line| line.strip_suffix(" <=="));
        if let Some(path) = heading {
            parts.push((path.into(), number(index) + 1, String::new()));
        } else if let Some((.., part)) = parts.last_mut() {
            part.extend([line, "\n"]);
        }
    }
    for (path, first, text) in parts {
        let Some((kind, read)) = format(&path) else { continue };
        let name = String::from_utf8_lossy(path.name()).into_owned();
        read(&text, &mut Found { kind, name: &name, file, first, reading: &mut reading });
    }
    reading
}

fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX)
}

/// Where a format puts what it found.
struct Found<'r> {
    /// What the file's resources are.
    kind: &'static str,
    /// The name of the file.
    name: &'r str,
    file: usize,
    /// Lines before the text.
    first: u32,
    reading: &'r mut Reading,
}

impl Found<'_> {
    /// Adds a resource of the file's kind.
    fn add(&mut self, address: impl Into<String>, body: Node) {
        self.add_as(self.kind, address, body);
    }

    fn add_as(&mut self, kind: &str, address: impl Into<String>, mut body: Node) {
        if self.reading.resources.len() >= MOST_RESOURCES {
            if self.reading.gaps.is_empty() {
                let what = format!("line {}: more entries than are read", body.span.first);
                self.reading.gaps.push(Wrong { what, limit: true });
            }
            return;
        }
        if self.first > 0 {
            body.shift(self.first);
        }
        let (kind, address) = (kind.to_owned(), address.into());
        self.reading.resources.push(Resource { target: Target::Host, kind, address, file: self.file, body });
    }

    /// Adds the resource that the whole file is.
    fn add_whole(&mut self, body: Node) {
        self.add(self.name, body);
    }

    fn wrong(&mut self, what: String) {
        self.reading.gaps.push(Wrong { what, limit: false });
    }
}

/// For the tests of formats: what a file at a path becomes, one line for each value, `kind address key = value :line`.
#[cfg(test)]
fn shown(path: &str, text: &str) -> Vec<String> {
    use crate::Value;
    fn lines(at: &str, node: &Node, out: &mut Vec<String>) {
        let line = node.span.first;
        match &node.value {
            Value::Map(entries) => entries.iter().for_each(|(key, value)| lines(&format!("{at} {key}"), value, out)),
            Value::List(items) => items.iter().for_each(|item| lines(&format!("{at}[]"), item, out)),
            Value::Bool(yes) => out.push(format!("{at} = {yes} :{line}")),
            Value::Number(number) => out.push(format!("{at} = {number} :{line}")),
            Value::Text(text) => out.push(format!("{at} = {text} :{line}")),
            other => out.push(format!("{at} = {other:?} :{line}")),
        }
    }
    let reading = read_at(&path.into(), text.as_bytes(), 0);
    assert!(reading.gaps.is_empty(), "{:?}", reading.gaps);
    let mut out = Vec::new();
    reading.resources.iter().for_each(|it| lines(&format!("{} {}", it.kind, it.address), &it.body, &mut out));
    out
}

/// For the tests of formats: these lines and no others.
#[cfg(test)]
fn check(path: &str, text: &str, expected: &[&str]) {
    assert_eq!(shown(path, text), expected);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_tell_files() {
        for (path, expected) in [
            ("etc/ssh/sshd_config", Some("sshd")),
            ("etc/ssh/sshd_config.d/50-cloud.conf", Some("sshd")),
            ("etc/ssh/sshd_config.d/.swp.conf", None),
            ("roles/ssh/files/sshd_config", Some("sshd")),
            ("etc/passwd", Some("account")),
            ("etc/passwd-", None),
            ("usr/share/doc/passwd", None),
            ("etc/nginx/sites-enabled/default", Some("nginx")),
            ("etc/php/8.2/php.ini", Some("php")),
            ("etc/systemd/system/docker.service.d/http.conf", Some("unit")),
            ("srv/node_modules/a/.npmrc", None),
            ("usr/share/doc/nginx/nginx.conf", None),
        ] {
            let path = path.into();
            let found = format(&path).filter(|_| is_known(&path)).map(|(kind, _)| kind);
            assert_eq!(found, expected, "{path:?}");
        }
    }

    #[test]
    fn several_files_in_one_text_keep_their_lines() {
        let text = "==> etc/docker/daemon.json <==\n{\"icc\": false}\n==> etc/login.defs <==\n# x\nUMASK 022\n";
        let reading = read(text.as_bytes(), 3);
        let seen: Vec<_> = reading.resources.iter().map(|it| (&*it.kind, &*it.address, it.file)).collect();
        assert_eq!(seen, [("docker-daemon", "daemon.json", 3), ("login", "login.defs", 3)]);
        assert_eq!(reading.resources[0].body.get("icc").unwrap().span.first, 2);
        assert_eq!(reading.resources[1].body.get("umask").unwrap().span.first, 5);
    }

    #[test]
    fn no_bytes_make_a_format_panic() {
        let hostile = [
            "",
            "\n",
            "[",
            "[a",
            "{",
            "}",
            "<",
            "<a",
            "</a>",
            "a {",
            "a { b; } }",
            "=",
            "=a",
            "a=",
            "\"",
            "'a",
            "\\",
            "a \\",
            ":::",
            "a:b",
            "#",
            ";",
            "a\u{0}b",
            "* * *",
            "-",
            "Match",
            "%",
            "deb [",
            "deb [ ]",
            "Types: deb",
            "root ALL=",
            "\u{1F600}",
            "host all",
            "a: [",
            "a.b.c: 1",
            "[[a",
            "[[a]]\nb=",
            "<a b>\n<c>\n",
            "ALL ALL=(ALL) NOPASSWD: ALL",
        ];
        for (pattern, ..) in FILES {
            let path = ImagePath::from(&*pattern.replace('*', "a"));
            for text in hostile {
                read_at(&path, text.as_bytes(), 0);
            }
            read_at(&path, &[0xFF, 0xFE, b'\n', b'=', 0x80], 0);
            read_at(&path, "{".repeat(100_000).as_bytes(), 0);
            read_at(&path, "<a>\n".repeat(10_000).as_bytes(), 0);
            read_at(&path, "a {\n".repeat(10_000).as_bytes(), 0);
        }
    }

    #[test]
    fn files_of_too_many_entries_end_with_a_gap() {
        let reading = read_at(&"etc/passwd".into(), "a:x:1:1::/:/bin/sh\n".repeat(MOST_RESOURCES + 5).as_bytes(), 0);
        assert_eq!((reading.resources.len(), reading.gaps.len()), (MOST_RESOURCES, 1));
        assert!(reading.gaps[0].limit);
    }
}
