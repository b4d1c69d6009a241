//! How far a scan has got, on a terminal where somebody watches: one line that goes away when the scan is done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use report::one_line;

/// What the line looks like while it is known how much there is, and while it is not.
const KNOWN: &str = "{spinner} {bytes} of {total_bytes} ({percent} %)  {bytes_per_sec}  {eta} left{msg}";
const UNKNOWN: &str = "{spinner} {bytes}  {bytes_per_sec}{msg}";
/// Long enough for an eye, short enough to look alive.
const TICK: Duration = Duration::from_millis(100);

/// The line.
pub struct Line {
    bar: ProgressBar,
    layers: AtomicU64,
    expected: AtomicU64,
}

impl Line {
    /// Begins to draw on standard error.
    pub fn start() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.set_style(style(UNKNOWN));
        bar.enable_steady_tick(TICK);
        Self { bar, layers: AtomicU64::new(0), expected: AtomicU64::new(0) }
    }

    /// Shows what is being done.
    pub fn say(&self, what: &str) {
        self.bar.set_message(format!("  {}", one_line(what)));
    }

    /// Takes the line away, so that the report begins on a clean one.
    pub fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

impl scan::Progress for Line {
    fn expect(&self, bytes: u64) {
        // Platforms are scanned one after the other, each with bytes of its own.
        let expected = self.expected.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if expected > 0 {
            self.bar.set_style(style(KNOWN));
            self.bar.set_length(expected);
        }
    }

    fn read(&self, bytes: u64) {
        self.bar.inc(bytes);
    }

    fn layer_done(&self, _cached: bool) {
        let layers = self.layers.fetch_add(1, Ordering::Relaxed).saturating_add(1);
        self.bar.set_message(format!("  {layers} {} done", if layers == 1 { "layer" } else { "layers" }));
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are constants; a test shows that they can be read.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

#[cfg(test)]
mod tests {
    use super::*;
    use scan::Progress;

    #[test]
    fn templates_can_be_read() {
        for template in [KNOWN, UNKNOWN] {
            assert!(ProgressStyle::with_template(template).is_ok(), "{template}");
        }
    }

    #[test]
    fn bytes_and_layers_are_counted() {
        let line = Line::start();
        line.expect(100);
        line.read(30);
        line.read(20);
        line.layer_done(false);
        line.expect(50);
        assert_eq!((line.bar.position(), line.bar.length()), (50, Some(150)));
        assert_eq!(line.bar.message(), "  1 layer done");
        line.finish();
    }
}
