//! Vocabularies: enumerations, or words that keep unknown ones.

use super::docs::comment;
use super::names::{camel, quoted};
use super::record::parameter_list;
use super::shapes::Shapes;
use crate::model::{Form, Type, Word};

/// The type of a vocabulary; nothing for other types.
pub(super) fn vocabulary(shapes: &Shapes<'_>, one: &Type) -> Option<String> {
    let Form::Words { words, .. } = &one.form else { return None };
    let mut lines = comment(&one.doc, "");
    if shapes.is_closed(&one.name) {
        lines.push(format!("public enum {}: String, ClosedWord {{", one.name));
        for word in words {
            lines.extend(comment(&word.doc, "    "));
            lines.push(format!("    case {}", case(word)));
        }
    } else {
        lines.push(format!("public struct {}: OpenWord {{", one.name));
        for word in words {
            lines.extend(comment(&word.doc, "    "));
            lines.push(format!("    public static let {} = Self(rawValue: \"{}\")", name(word), word.text));
        }
        let known: Vec<String> = words.iter().map(|word| format!(".{}", name(word))).collect();
        lines.push(String::new());
        lines.extend(parameter_list("    public static let known: [Self] = [", &known, "]", "    "));
        lines.extend([
            String::new(),
            "    /// The word as it stands on the wire.".to_owned(),
            "    public let rawValue: String".to_owned(),
            String::new(),
            "    public init(rawValue: String) {".to_owned(),
            "        self.rawValue = rawValue".to_owned(),
            "    }".to_owned(),
        ]);
    }
    lines.push("}".to_owned());
    Some(lines.join("\n"))
}

fn name(word: &Word) -> String {
    quoted(&camel(&word.text))
}

fn case(word: &Word) -> String {
    let name = name(word);
    if name == word.text { name } else { format!("{name} = \"{}\"", word.text) }
}
