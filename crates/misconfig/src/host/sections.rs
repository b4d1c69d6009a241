//! Files of sections: `[name]` and settings below it (`systemd.syntax(7)`, `yum.conf(5)`, `git-config(1)`, option files of MySQL,
//! `php.ini`, `smb.conf(5)`, pip's configuration).

use super::Found;
use super::lines::{Repeated, Settings, joined, unquoted};
use crate::{Span, Value};

/// Every section a resource, with its settings.
pub fn read(text: &str, found: &mut Found<'_>) {
    for Section { name, first, settings } in sections(text, Repeated::Last) {
        if !settings.is_empty() {
            found.add(name, settings.node(first));
        }
    }
}

/// The file is one resource, and its sections are mappings in it; what stands before all sections is directly in it.
pub fn whole(text: &str, found: &mut Found<'_>) {
    nested(text, found, Repeated::Last);
}

/// Units of systemd, and drop-ins: as [`whole`], where settings may be there several times and all of them count. An empty
/// value begins anew.
pub fn unit(text: &str, found: &mut Found<'_>) {
    nested(text, found, Repeated::All);
}

/// The file is one resource, and sections mean nothing.
pub fn flat(text: &str, found: &mut Found<'_>) {
    let mut all = Settings::default();
    for section in sections(text, Repeated::Last) {
        for (key, value) in section.settings.node(section.first).entries() {
            all.add(key, value.clone(), Repeated::Last);
        }
    }
    if !all.is_empty() {
        found.add_whole(all.node(1));
    }
}

/// Option files of MySQL and MariaDB: every section a resource whose name is its group, with `-` and `_` in names the same.
pub fn mysql(text: &str, found: &mut Found<'_>) {
    for Section { name, first, settings } in sections(text, Repeated::Last) {
        if name.is_empty() {
            continue;
        }
        let mut plain = Settings::default();
        for (key, value) in settings.node(first).entries() {
            plain.add(&key.replace('-', "_"), value.clone(), Repeated::Last);
        }
        plain.text("group", name.clone(), first, Repeated::Last);
        found.add(name, plain.node(first));
    }
}

fn nested(text: &str, found: &mut Found<'_>, repeated: Repeated) {
    let mut all = Settings::default();
    for Section { name, first, settings } in sections(text, repeated) {
        let body = settings.node(first);
        if name.is_empty() {
            for (key, value) in body.entries() {
                all.add(key, value.clone(), Repeated::Last);
            }
        } else {
            all.add(&name, body, Repeated::All);
        }
    }
    if !all.is_empty() {
        found.add_whole(all.node(1));
    }
}

struct Section {
    name: String,
    first: u32,
    settings: Settings,
}

fn sections(text: &str, repeated: Repeated) -> Vec<Section> {
    let mut found = vec![Section { name: String::new(), first: 1, settings: Settings::default() }];
    for (Span { first, last }, line) in joined(text) {
        if let Some(name) = line.strip_prefix('[') {
            let name = name.split(']').next().unwrap_or(name).trim().to_ascii_lowercase();
            found.push(Section { name, first, settings: Settings::default() });
            continue;
        }
        let Some(section) = found.last_mut() else { continue };
        // A key alone is a switch that is on.
        let (key, value) = line.split_once('=').unwrap_or((&line, "true"));
        let key = key.trim().to_ascii_lowercase();
        // In units a semicolon parts commands.
        let value = if repeated == Repeated::All { value } else { without_comment(value) };
        let value = unquoted(value);
        let node = Value::text(value).at(Span::new(first, last));
        section.settings.add(&key, node, repeated);
    }
    found
}

/// A comment behind a value, as most of these formats allow it.
fn without_comment(value: &str) -> &str {
    let ends = [" ;", "\t;", " #", "\t#"].iter().filter_map(|sign| value.find(sign)).min();
    value[..ends.unwrap_or(value.len())].trim()
}

#[cfg(test)]
mod tests {
    use super::super::check;

    #[test]
    fn repositories_are_resources() {
        check(
            "etc/yum.repos.d/a.repo",
            "[main]\n\n[Base]\nname = Base ; x\nbaseurl=http://mirror.example/\\\n  os\ngpgcheck=0\n",
            &["yum base name = Base :4", "yum base baseurl = http://mirror.example/os :5", "yum base gpgcheck = 0 :7"],
        );
    }

    #[test]
    fn units_keep_all_commands() {
        check(
            "etc/systemd/system/kubelet.service",
            "[Unit]\nDescription=x\n[Service]\nExecStartPre=/bin/a\nExecStartPre=/bin/b\nExecStart=/usr/bin/kubelet \\\n  --x=1\n",
            &[
                "unit kubelet.service unit description = x :2",
                "unit kubelet.service service execstartpre[] = /bin/a :4",
                "unit kubelet.service service execstartpre[] = /bin/b :5",
                "unit kubelet.service service execstart = /usr/bin/kubelet --x=1 :6",
            ],
        );
    }

    #[test]
    fn options_of_mysql_have_one_spelling() {
        check(
            "etc/mysql/my.cnf",
            "[mysqld]\nskip-grant-tables\nbind_address = 0.0.0.0\n",
            &[
                "mysql mysqld skip_grant_tables = true :2",
                "mysql mysqld bind_address = 0.0.0.0 :3",
                "mysql mysqld group = mysqld :1",
            ],
        );
    }
}
