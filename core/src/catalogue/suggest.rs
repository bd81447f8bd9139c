//! The nearest known name to a misspelt one.

/// The candidate with the fewest edits, when they are few enough to be the same name misspelt.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let few = |known: &str| 1 + known.len() / 4;
    // A name that is far too long is not compared: that takes time as long as it is.
    let close = candidates.into_iter().filter(|known| name.len().abs_diff(known.len()) <= few(known));
    let (distance, known) = close.map(|known| (edits(name, known), known)).min()?;
    (distance <= few(known)).then_some(known)
}

/// The candidate that `name` is when it is misspelt for certain, where other names are as good as any: written in another
/// style (`risk-score`, `RiskScore`), or with a slip of the finger. Short names have too many neighbours that are words:
/// of them only a swap counts.
pub(crate) fn misspelt<'a>(name: &str, mut candidates: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    candidates.find(|known| {
        if name.len().abs_diff(known.len()) > 4 {
            return false;
        }
        if bare(name) == bare(known) {
            return true;
        }
        match (edits(name, known), known.len()) {
            (1, 4..6) => name.len() == known.len() && sorted(name) == sorted(known),
            (1, 6..) => true,
            (2, 9..) => name.chars().next() == known.chars().next(),
            _ => false,
        }
    })
}

/// A name without what differs between styles.
fn bare(name: &str) -> String {
    name.chars().filter(|char| !matches!(char, '_' | '-')).map(|char| char.to_ascii_lowercase()).collect()
}

fn sorted(name: &str) -> Vec<char> {
    let mut chars: Vec<char> = name.chars().collect();
    chars.sort_unstable();
    chars
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
    fn only_what_is_misspelt_for_certain_is_said_to_be() {
        let known = ["risk_score", "declared_goal", "content", "model", "tool", "systems_touched", "id"];
        let table = [
            ("risk_scor", Some("risk_score")),
            ("risk_scroe", Some("risk_score")),
            ("risc_scor", Some("risk_score")),
            ("riskscore", Some("risk_score")),
            ("RISK-SCORE", Some("risk_score")),
            ("decalred_goal", Some("declared_goal")),
            ("system_touched", Some("systems_touched")),
            ("contents", Some("content")),
            ("modle", Some("model")),
            ("ID", Some("id")),
            ("mode", None),
            ("tools", None),
            ("risk", None),
            ("score", None),
            ("goal", None),
            ("disk_store", None),
            ("di", None),
            ("", None),
        ];
        for (name, expected) in table {
            assert_eq!(misspelt(name, known.into_iter()), expected, "{name}");
        }
    }

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
        assert_eq!(nearest(&"x".repeat(10_000_000), known), None);
        assert_eq!(hint("agent_di", known), "; did you mean `agent_id`?");
    }
}
