//! Work on a list by several threads, with results in the order of the list.

use std::panic;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Fewer items than this are not worth a thread: starting one takes as long as looking a few packages up.
const PER_THREAD: usize = 32;
/// Stretches of the list for each thread, so that one with hard items does not keep all waiting. Neighbours stay
/// together, because what they ask for lies together.
const STRETCHES: usize = 16;

/// Calls `work` for stretches of `items`, each thread with a `state` of its own, and gives back what the items came to,
/// in their order, and the states.
pub(super) fn over<T: Sync, S: Send, R: Send>(
    items: &[T],
    state: impl Fn() -> S + Sync,
    work: impl Fn(&mut S, &T) -> R + Sync,
) -> (Vec<R>, Vec<S>) {
    // Asking costs as much as some items: the system has to read files about it.
    static CORES: LazyLock<usize> = LazyLock::new(|| thread::available_parallelism().map_or(1, usize::from));
    let threads = (items.len() / PER_THREAD).clamp(1, *CORES);
    let stretches: Vec<&[T]> = items.chunks(items.len().div_ceil(threads * STRETCHES).max(1)).collect();
    let next = AtomicUsize::new(0);
    let run = || {
        let mut state = state();
        let mut done = Vec::new();
        while let Some((index, stretch)) = {
            let index = next.fetch_add(1, Ordering::Relaxed);
            stretches.get(index).map(|stretch| (index, stretch))
        } {
            done.push((index, stretch.iter().map(|item| work(&mut state, item)).collect::<Vec<_>>()));
        }
        (done, state)
    };
    let results = thread::scope(|scope| {
        let others: Vec<_> = (1..threads).map(|_| scope.spawn(run)).collect();
        let mut results = vec![run()];
        results
            .extend(others.into_iter().map(|other| other.join().unwrap_or_else(|panic| panic::resume_unwind(panic))));
        results
    });
    let (done, states): (Vec<_>, Vec<_>) = results.into_iter().unzip();
    let mut done: Vec<_> = done.into_iter().flatten().collect();
    done.sort_unstable_by_key(|(index, _)| *index);
    (done.into_iter().flat_map(|(_, results)| results).collect(), states)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(items: usize) {
        let items: Vec<usize> = (0..items).collect();
        let (results, counts) = over(
            &items,
            || 0,
            |count, item| {
                *count += 1;
                item * 2
            },
        );
        assert_eq!(results, items.iter().map(|item| item * 2).collect::<Vec<_>>());
        assert_eq!(counts.iter().sum::<usize>(), items.len(), "each once");
    }

    #[test]
    fn results_have_the_order_of_the_items() {
        for items in [0, 1, 31, 32, 64, 65, 1000, 100_003] {
            check(items);
        }
    }
}
