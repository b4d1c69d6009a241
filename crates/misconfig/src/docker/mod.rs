//! Dockerfiles and Containerfiles (Dockerfile reference, BuildKit's frontend `docker/dockerfile:1`).
//!
//! What rules see of one:
//!
//! | kind | body |
//! |---|---|
//! | `file` | `stages`, `instructions` (those of the whole file), `directives` |
//! | `stage` | `name`, `index`, `final` (whether it is what the build makes by default), `from`, `user` and `shell` at its end, `instructions`, and of each instruction a list by its name: `RUN`, `USER` … |
//! | `FROM` | `image` (as written), `name`, `tag`, `digest`, `platform`, `alias`, `stage` (the earlier stage that it continues) |
//! | `RUN`, `CMD`, `ENTRYPOINT` | `form` (`shell` or `exec`), `text`, `words`, `commands` (see [`crate::shell::commands`]) |
//! | `COPY`, `ADD` | `sources`, `destination` |
//! | `ENV`, `LABEL`, `ARG` | `entries`: each with `name` and `value` |
//! | `EXPOSE` | `ports`: each with `port` and `protocol` |
//! | `USER` | `user`, `group` |
//! | `HEALTHCHECK` | `none`, or `form`, `text`, `words`, `commands` |
//! | `WORKDIR`, `SHELL`, `VOLUME`, `STOPSIGNAL`, `MAINTAINER` | `words`, `text` |
//!
//! Every instruction has `instruction` (its name), `flags` (`--chown=x` as `chown: x`), `stage` (the name of its stage), and
//! what is in effect before it: `user`, `shell`, `workdir`. That of an `ONBUILD` has `onbuild: true`.
//!
//! Variables are put in with the defaults of the file; one that only the build or the base image knows makes its value
//! unknown.

mod input;
pub(crate) mod line;
mod read;
mod stage;
mod variable;

pub(crate) use input::documents;
pub use read::read;
pub(crate) use variable::Variables;
