//! Log lines on standard error, for those who ask with -v. What they quote from images is cleaned like anything else.

use std::io::{self, Write};

use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

/// Starts to write log lines. Without any -v nothing is set up, so a quiet start costs nothing.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => return,
        1 => Level::INFO,
        2 => Level::DEBUG,
        _ => Level::TRACE,
    };
    let subscriber = tracing_subscriber::fmt().with_max_level(level).without_time().with_ansi(false);
    // Fails only where one was set before, which is then good enough.
    let _ = tracing::subscriber::set_global_default(subscriber.with_writer(Clean).finish());
}

struct Clean;

impl<'a> MakeWriter<'a> for Clean {
    type Writer = Line;

    fn make_writer(&'a self) -> Line {
        Line
    }
}

/// Takes one event as a whole, as the subscriber hands them over.
struct Line;

impl Write for Line {
    fn write(&mut self, event: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(event);
        writeln!(io::stderr(), "{}", report::one_line(&text))?;
        Ok(event.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        io::stderr().flush()
    }
}
