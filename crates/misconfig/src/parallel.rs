//! The same work for many things on all cores, with the results in the order of the things.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Expressions nest as deep as the evaluator allows, and unoptimized frames are large. Pages that are not touched cost
/// nothing.
const STACK: usize = 64 << 20;
const MOST_THREADS: usize = 16;

/// What each comes to; nothing for one whose work failed, or where there are no threads to be had.
pub fn each<T: Sync, R: Send>(things: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<Option<R>> {
    let next = AtomicUsize::new(0);
    let worker = || {
        let mut done = Vec::new();
        while let Some((index, thing)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            things.get(index).map(|thing| (index, thing))
        } {
            // One that fails is lost, and no other.
            done.push((index, catch_unwind(AssertUnwindSafe(|| work(thing))).ok()));
        }
        done
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(things.len()).min(MOST_THREADS);
    let mut results: Vec<Option<R>> = things.iter().map(|_| None).collect();
    thread::scope(|scope| {
        let workers: Vec<_> = (0..threads)
            .map_while(|_| thread::Builder::new().stack_size(STACK).spawn_scoped(scope, worker).ok())
            .collect();
        for (index, result) in workers.into_iter().filter_map(|worker| worker.join().ok()).flatten() {
            results[index] = result;
        }
    });
    results
}

#[cfg(test)]
mod tests {
    use super::each;

    #[test]
    fn results_come_in_order_and_one_failure_costs_itself() {
        let things: Vec<u32> = (0..100).collect();
        let results = each(&things, |thing| {
            assert!(*thing != 7, "seven");
            thing * 2
        });
        let expected: Vec<Option<u32>> = (0..100).map(|thing| (thing != 7).then_some(thing * 2)).collect();
        assert_eq!(results, expected);
    }
}
