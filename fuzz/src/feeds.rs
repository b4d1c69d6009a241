//! A small file for every feed of advisories, by hand, in its publisher's form.

use advisories::feeds::{FEEDS, Feed, File, Refusal, Sink};
use advisories::{Advisory, Signal};

/// For each feed a path that it wants, and what may be found there.
pub const FILES: &[(&str, &str, &[u8])] = &[
    ("alpine-secdb", "v3.20/main.json", include_bytes!("../seeds/feed-alpine-secdb.json")),
    ("amazon-alas", "core/updateinfo.xml", include_bytes!("../seeds/feed-amazon-alas.xml")),
    ("arch", "all.json", include_bytes!("../seeds/feed-arch.json")),
    ("azure-oval", "azurelinux-3.0-oval.xml", include_bytes!("../seeds/feed-azure-oval.xml")),
    ("debian-tracker", "json", include_bytes!("../seeds/feed-debian-tracker.json")),
    ("epss", "epss_scores-current.csv", include_bytes!("../seeds/feed-epss.csv")),
    ("gentoo-glsa", "glsa-202401-01.xml", include_bytes!("../seeds/feed-gentoo-glsa.xml")),
    ("github", "advisories/GHSA-2222-3333-4444.json", include_bytes!("../seeds/feed-github.json")),
    ("kev", "known_exploited_vulnerabilities.json", include_bytes!("../seeds/feed-kev.json")),
    ("nvd", "nvdcve-2.0-2024.json", include_bytes!("../seeds/feed-nvd.json")),
    ("oracle-oval", "com.oracle.elsa-all.xml", include_bytes!("../seeds/feed-oracle-oval.xml")),
    ("osv", "a.json", include_bytes!("../seeds/feed-osv.json")),
    ("photon", "cve_data_photon5.0.json", include_bytes!("../seeds/feed-photon.json")),
    ("redhat-csaf", "2024/cve-2024-0001.json", include_bytes!("../seeds/feed-redhat-csaf.json")),
    ("redhat-oval", "rhel-8.oval.xml", include_bytes!("../seeds/feed-redhat-oval.xml")),
    ("suse-csaf", "suse-su-2024_0001-1.json", include_bytes!("../seeds/feed-suse-csaf.json")),
    ("suse-oval", "suse.linux.enterprise.15.xml", include_bytes!("../seeds/feed-suse-oval.xml")),
    ("ubuntu-oval", "com.ubuntu.jammy.cve.oval.xml", include_bytes!("../seeds/feed-ubuntu-oval.xml")),
];

/// Fails where a feed has no file here, so that nothing would ever try it, or where a feed does not understand its file.
pub fn check() {
    for feed in FEEDS {
        let known = FILES.iter().find(|(name, _, _)| *name == feed.name);
        let Some((_, path, bytes)) = known else { panic!("fuzz/src/feeds.rs has no file for the feed {}", feed.name) };
        assert!((feed.wants)(path.rsplit('/').next().unwrap_or(path)), "{} does not want {path}", feed.name);
        let mut count = Count::default();
        if let Err(broken) = read(feed, path, bytes, &mut count) {
            panic!("{} cannot read {path}: {broken}", feed.name);
        }
        assert!(count.taken > 0 && count.refused.is_empty(), "{} refuses {:?} of {path}", feed.name, count.refused);
    }
}

/// Has a feed read a file. Why it is broken, if it is.
pub fn read(feed: &Feed, path: &str, bytes: &[u8], out: &mut dyn Sink) -> Result<(), String> {
    (feed.read)(&File { path, bytes }, out).map_err(|broken| broken.to_string())
}

#[derive(Default)]
struct Count {
    taken: usize,
    refused: Vec<Refusal>,
}

impl Sink for Count {
    fn advisory(&mut self, _: Advisory) {
        self.taken += 1;
    }

    fn signal(&mut self, _: Signal) {
        self.taken += 1;
    }

    fn refuse(&mut self, refusal: Refusal) {
        self.refused.push(refusal);
    }
}
