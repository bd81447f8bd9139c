//! The errors as every language sees them: their kinds and what they carry.

use dashclaw::{ErrorField, ErrorFields, ErrorKind, ErrorKindRow, Holds};

use super::Doc;
use crate::describe::Time;

/// The tables of the core.
#[derive(Clone, Debug)]
pub struct Errors {
    /// In the order of their documentation.
    pub kinds: Vec<ErrorKindRow>,
    /// All but the kind.
    pub fields: Vec<ErrorField>,
}

impl Errors {
    pub(super) fn read() -> Self {
        Self {
            kinds: ErrorKind::ALL.iter().map(|kind| kind.row()).collect(),
            fields: ErrorFields::ROWS.to_vec(),
        }
    }

    /// What `text` says in a language that spells operations and fields of errors so.
    pub(crate) fn told(
        &self,
        text: &str,
        operation: &dyn Fn(&str) -> String,
        field: &dyn Fn(&str) -> String,
    ) -> Doc {
        let spelled = |span: &str| {
            if self.fields.iter().any(|known| known.name == span) {
                field(span)
            } else if dashclaw::api::find(span).is_some_and(|row| row.name == span) {
                operation(span)
            } else {
                span.to_owned()
            }
        };
        let spans = text.split('`').enumerate();
        let spans = spans.map(|(at, span)| if at % 2 == 1 { spelled(span) } else { span.to_owned() });
        Doc::read(&spans.collect::<Vec<_>>().join("`"))
    }
}

/// What a field means, with its unit.
pub(crate) fn with_unit(field: &ErrorField, time: Time) -> String {
    let unit = match (field.holds, time) {
        (Holds::Seconds, Time::Seconds) => " In seconds.",
        (Holds::Seconds, Time::Milliseconds) => " In milliseconds.",
        _ => "",
    };
    format!("{}{unit}", field.doc.trim_end())
}
