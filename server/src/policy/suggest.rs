//! The nearest known word to a misspelt one.

/// The candidate with the fewest edits, when few enough to be the same word misspelt.
pub(super) fn nearest<'a>(word: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = candidates.into_iter().map(|known| (edits(word, known), known)).min()?;
    let (distance, known) = nearest;
    (distance <= 1 + known.len() / 3).then_some(known)
}

/// Levenshtein distance in characters.
fn edits(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, left) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, right) in to.iter().enumerate() {
            let replaced = diagonal + usize::from(left != *right);
            diagonal = row[column + 1];
            row[column + 1] = replaced.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        for (from, to, distance) in [("", "", 0), ("a", "", 1), ("", "ab", 2), ("kitten", "sitting", 3)] {
            assert_eq!(edits(from, to), distance, "{from} {to}");
        }
    }

    #[test]
    fn only_close_words_are_suggested() {
        let known = ["threshold", "action", "paths"];
        assert_eq!(nearest("treshold", known), Some("threshold"));
        assert_eq!(nearest("path", known), Some("paths"));
        assert_eq!(nearest("zzzzzz", known), None);
        assert_eq!(nearest("x", []), None);
    }
}
