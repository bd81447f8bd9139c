//! The nearest known name to a misspelt one.

/// The candidate with the fewest edits, when they are few enough to be the same name misspelt.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let (distance, known) = candidates.into_iter().map(|known| (edits(name, known), known)).min()?;
    (distance <= 1 + known.len() / 4).then_some(known)
}

/// `; did you mean …?`, or nothing when no candidate is near.
pub(crate) fn hint<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> String {
    nearest(name, candidates).map_or_else(String::new, |known| format!("; did you mean `{known}`?"))
}

/// The edit distance in characters, where swapping two neighbours is one edit (optimal string alignment).
fn edits(left: &str, right: &str) -> usize {
    let (left, right): (Vec<char>, Vec<char>) = (left.chars().collect(), right.chars().collect());
    let mut before = vec![0; right.len() + 1];
    let mut previous: Vec<usize> = (0..=right.len()).collect();
    for (row, from) in left.iter().enumerate() {
        let mut current = vec![row + 1; right.len() + 1];
        for (column, to) in right.iter().enumerate() {
            let replaced = previous[column] + usize::from(from != to);
            current[column + 1] = replaced.min(previous[column + 1] + 1).min(current[column] + 1);
            if row > 0 && column > 0 && *from == right[column - 1] && left[row - 1] == *to {
                current[column + 1] = current[column + 1].min(before[column - 1] + 1);
            }
        }
        before = std::mem::replace(&mut previous, current);
    }
    previous[right.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances() {
        let table = [
            ("", "", 0),
            ("a", "", 1),
            ("", "ab", 2),
            ("kitten", "sitting", 3),
            ("acton", "action", 1),
            ("di", "id", 1),
        ];
        for (left, right, distance) in table {
            assert_eq!(edits(left, right), distance, "{left} {right}");
        }
    }

    #[test]
    fn only_near_names_are_suggested() {
        let known = ["action_type", "agent_id", "declared_goal"];
        assert_eq!(nearest("acton_type", known), Some("action_type"));
        assert_eq!(nearest("agent_di", known), Some("agent_id"));
        assert_eq!(nearest("colour", known), None);
        assert_eq!(nearest("x", []), None);
        assert_eq!(hint("agent_di", known), "; did you mean `agent_id`?");
    }
}
