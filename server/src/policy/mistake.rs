//! Mistakes in a policy file, and where in its text they are.

use std::collections::BTreeMap;
use std::fmt;

use saphyr_parser::{Event, Parser};

/// A mistake in a policy file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    /// The line, from 1.
    pub line: usize,
    /// The column in characters, from 1.
    pub column: usize,
    /// What is wrong, naming the policy and the field.
    pub message: String,
}

/// `LINE:COLUMN: MESSAGE`, as compilers and editors write it behind the name of a file.
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}: {}", self.line, self.column, self.message)
    }
}

/// Where each value of a document is, by its path: `policies[2].rules.paths[0]`. Members are where their names are.
#[derive(Debug, Default)]
pub(super) struct Places(BTreeMap<String, (usize, usize)>);

impl Places {
    /// Of a document in YAML, or JSON. One that cannot be read to its end has the places before that.
    pub(super) fn of(text: &str) -> Self {
        let mut places = Self::default();
        let mut open: Vec<Open> = Vec::new();
        for step in Parser::new_from_str(text) {
            let Ok((event, span)) = step else { break };
            let at = (span.start.line(), span.start.col() + 1);
            let name = match &event {
                Event::Scalar(text, ..) => Some(text.clone().into_owned()),
                _ => None,
            };
            match event {
                Event::Scalar(..) | Event::Alias(_) => {
                    enter(&mut open, name, at, &mut places.0);
                }
                Event::SequenceStart(..) => {
                    let path = enter(&mut open, None, at, &mut places.0);
                    open.push(Open { path, is_list: true, next: 0, key: None });
                }
                Event::MappingStart(..) => {
                    let path = enter(&mut open, None, at, &mut places.0);
                    open.push(Open { path, is_list: false, next: 0, key: None });
                }
                Event::SequenceEnd | Event::MappingEnd => drop(open.pop()),
                _ => {}
            }
        }
        places
    }

    /// Where a problem is: at the field that its message names first, else at the policy, else at the beginning.
    pub(super) fn locate(&self, policy: Option<usize>, message: &str) -> (usize, usize) {
        let field = message.split('`').nth(1).unwrap_or_default();
        let base = policy.map(|index| format!("policies[{index}]"));
        let candidates = match &base {
            None => vec![field.to_owned()],
            Some(base) => vec![
                format!("{base}.rules.{field}"),
                format!("{base}.{field}"),
                if field == "type" { format!("{base}.policy_type") } else { String::new() },
                base.clone(),
            ],
        };
        candidates.iter().find_map(|path| self.0.get(path)).copied().unwrap_or((1, 1))
    }
}

/// A list or a mapping that is being read.
struct Open {
    path: String,
    is_list: bool,
    next: usize,
    /// The member whose value comes next.
    key: Option<String>,
}

/// Takes one node in: the name of a member, or a value. Answers the path of a value.
fn enter(
    open: &mut [Open],
    scalar: Option<String>,
    at: (usize, usize),
    places: &mut BTreeMap<String, (usize, usize)>,
) -> String {
    let Some(inner) = open.last_mut() else { return String::new() };
    if inner.is_list {
        let path = format!("{}[{}]", inner.path, inner.next);
        inner.next += 1;
        places.insert(path.clone(), at);
        return path;
    }
    if let Some(key) = inner.key.take() {
        return join(&inner.path, &key);
    }
    let key = scalar.unwrap_or_default();
    places.entry(join(&inner.path, &key)).or_insert(at);
    inner.key = Some(key);
    String::new()
}

fn join(path: &str, key: &str) -> String {
    if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn places_are_those_of_names_and_items() {
        let yaml = "policies:\n  - name: x\n    rules: { paths: ['.env',\n      5] }\n";
        let json = "{\"policies\": [\n  {\"name\": \"x\"}]}";
        for (text, path, place) in [
            (yaml, "policies", (1, 1)),
            (yaml, "policies[0]", (2, 5)),
            (yaml, "policies[0].name", (2, 5)),
            (yaml, "policies[0].rules.paths", (3, 14)),
            (yaml, "policies[0].rules.paths[1]", (4, 7)),
            (json, "policies[0].name", (2, 4)),
        ] {
            assert_eq!(Places::of(text).0.get(path), Some(&place), "{path}");
        }
    }

    proptest! {
        #[test]
        fn any_text_has_places_or_none(text in "[-a-z:{}\\[\\], \n\"'&*!|>%@0-9?]{0,200}") {
            let _ = Places::of(&text);
        }
    }
}
