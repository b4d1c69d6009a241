//! The name that somebody meant who mistyped it.

/// Longer words are no misspelt names.
const LONGEST: usize = 64;

/// The known word that is fewest strokes away, if that is few enough to be a slip: a third of the letters.
pub fn nearest<'a>(word: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if word.len() > LONGEST {
        return None;
    }
    let distances = known.into_iter().map(|candidate| (strokes(word, candidate), candidate));
    let (strokes, candidate) = distances.min_by_key(|&(strokes, _)| strokes)?;
    (strokes <= word.chars().count().div_ceil(3)).then_some(candidate)
}

/// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment), whatever their case.
fn strokes(from: &str, to: &str) -> usize {
    let from: Vec<char> = from.to_lowercase().chars().collect();
    let to: Vec<char> = to.to_lowercase().chars().collect();
    let mut above: Vec<usize> = Vec::new();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (index, letter) in from.iter().enumerate() {
        let mut next = vec![index + 1];
        for (column, other) in to.iter().enumerate() {
            let replaced = row[column] + usize::from(letter != other);
            let mut best = replaced.min(row[column + 1] + 1).min(next[column] + 1);
            if index > 0 && column > 0 && *letter == to[column - 1] && from[index - 1] == *other {
                best = best.min(above[column - 1] + 1);
            }
            next.push(best);
        }
        above = std::mem::replace(&mut row, next);
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_few_strokes() {
        let known = ["severity", "fail-on", "gates", "ignores"];
        let check = |word, expected| assert_eq!(nearest(word, known), expected, "{word}");
        check("severty", Some("severity"));
        check("sevreity", Some("severity"));
        check("Fail_On", Some("fail-on"));
        check("gate", Some("gates"));
        check("colour", None);
        check("", None);
        check(&"x".repeat(LONGEST + 1), None);
    }

    #[test]
    fn strokes_are_counted() {
        // Counted by hand.
        for (from, to, expected) in [("kitten", "sitting", 3), ("ab", "ba", 1), ("", "abc", 3), ("same", "same", 0)] {
            assert_eq!(strokes(from, to), expected, "{from} {to}");
        }
    }
}
