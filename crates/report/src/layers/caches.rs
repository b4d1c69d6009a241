//! Package managers' caches: where they leave what nobody needs at run time, and how an instruction avoids that.

use model::ImagePath;

/// One package manager's cache.
pub(super) struct Cache {
    /// Folders that it fills, below the root or below a home.
    pub(super) folders: &'static [&'static str],
    /// What an instruction that fills it contains.
    pub(super) fills: &'static [&'static str],
    /// What an instruction that leaves nothing behind contains.
    pub(super) avoids: &'static [&'static str],
    /// What to write in the instruction.
    pub(super) remedy: &'static str,
}

/// A build mount keeps any cache out of the layer (BuildKit, `RUN --mount=type=cache`).
const MOUNT: &str = "--mount=type=cache";

const CACHES: &[Cache] = &[
    Cache {
        folders: &["var/lib/apt/lists", "var/cache/apt"],
        fills: &["apt-get update", "apt update", "apt-get install", "apt install"],
        avoids: &["/var/lib/apt/lists", "/var/lib/apt", "/var/lib/{apt"],
        remedy: "end it with: rm -rf /var/lib/apt/lists/*",
    },
    Cache {
        folders: &["var/cache/apk", "etc/apk/cache"],
        fills: &["apk add", "apk update"],
        avoids: &["--no-cache", "/var/cache/apk"],
        remedy: "use: apk add --no-cache",
    },
    Cache {
        folders: &["var/cache/dnf", "var/cache/yum", "var/cache/libdnf5"],
        fills: &["dnf install", "dnf -y install", "yum install", "yum -y install", "microdnf install"],
        avoids: &["clean all", "/var/cache/dnf", "/var/cache/yum"],
        remedy: "end it with: dnf clean all",
    },
    Cache {
        folders: &["root/.cache/pip"],
        fills: &["pip install", "pip3 install"],
        avoids: &["--no-cache-dir", "PIP_NO_CACHE_DIR", ".cache/pip", "rm -rf /root/.cache", "pip cache purge"],
        remedy: "use: pip install --no-cache-dir",
    },
    Cache {
        folders: &["root/.npm"],
        fills: &["npm install", "npm ci"],
        avoids: &["npm cache clean", ".npm"],
        remedy: "end it with: npm cache clean --force",
    },
    Cache {
        folders: &["usr/local/share/.cache/yarn", "root/.cache/yarn", "root/.yarn/berry/cache"],
        fills: &["yarn install"],
        avoids: &["yarn cache clean", ".cache/yarn"],
        remedy: "end it with: yarn cache clean",
    },
    Cache {
        folders: &["root/.cache/go-build", "go/pkg/mod"],
        fills: &["go build", "go install", "go mod download"],
        avoids: &["go clean"],
        remedy: "build in a stage of its own and copy the program out of it",
    },
    Cache {
        folders: &["root/.m2/repository", "root/.gradle/caches"],
        fills: &["mvn package", "mvn install", "gradle build"],
        avoids: &[".m2", ".gradle"],
        remedy: "build in a stage of its own and copy the archive out of it",
    },
    Cache {
        folders: &["usr/local/cargo/registry", "root/.cargo/registry"],
        fills: &["cargo build", "cargo install"],
        avoids: &["cargo/registry"],
        remedy: "build in a stage of its own and copy the program out of it",
    },
];

/// The cache that a file belongs to.
pub(super) fn of_path(path: &ImagePath) -> Option<&'static Cache> {
    let path = path.as_bytes();
    CACHES.iter().find(|cache| {
        cache.folders.iter().any(|folder| {
            path.strip_prefix(folder.as_bytes()).is_some_and(|rest| rest.is_empty() || rest.starts_with(b"/"))
        })
    })
}

/// The caches that an instruction fills and does not empty.
pub(super) fn left_by(instruction: &str) -> impl Iterator<Item = &'static Cache> + '_ {
    let mounted = instruction.contains(MOUNT);
    CACHES.iter().filter(move |cache| {
        let has = |words: &[&str]| words.iter().any(|word| instruction.contains(word));
        !mounted && has(cache.fills) && !has(cache.avoids)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(instruction: &str, remedies: &[&str]) {
        let found: Vec<&str> = left_by(instruction).map(|cache| cache.remedy).collect();
        assert_eq!(found, remedies, "{instruction}");
    }

    #[test]
    fn instructions_that_leave_a_cache_are_told_from_clean_ones() {
        check("RUN apt-get update && apt-get install -y curl", &["end it with: rm -rf /var/lib/apt/lists/*"]);
        check("RUN apt-get update && apt-get install -y curl && rm -rf /var/lib/apt/lists/*", &[]);
        check("RUN --mount=type=cache,target=/var/lib/apt/lists apt-get install -y curl", &[]);
        check("RUN apk add curl", &["use: apk add --no-cache"]);
        check("RUN apk add --no-cache curl", &[]);
        check("COPY . /app", &[]);
    }

    #[test]
    fn files_in_caches_are_known() {
        assert!(of_path(&"var/lib/apt/lists/deb.debian.org_dists".into()).is_some());
        assert!(of_path(&"var/lib/apt/extended_states".into()).is_none());
        assert!(of_path(&"root/.npmrc".into()).is_none());
    }
}
