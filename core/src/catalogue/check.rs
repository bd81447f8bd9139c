//! What must hold for every row, checked when it is compiled: a declaration that breaks a rule does not build.

use super::field::path_names;
use super::{Call, Field, Kind, Place, Row};

impl Row {
    /// This row, when its parts fit each other.
    #[must_use]
    pub const fn checked(self) -> Self {
        self.check_fields();
        self.check_path(self.path);
        let mut at = 0;
        while at < self.rules.aliases.len() {
            self.check_path(self.rules.aliases[at]);
            at += 1;
        }
        if let Call::Positional(names) = self.rules.call {
            self.check_positional(names);
        }
        if let Some(shape) = self.rules.node {
            self.check_node(shape);
        }
        self.check_rules();
        self
    }

    const fn check_fields(&self) {
        let mut at = 0;
        while at < self.fields.len() {
            let field = &self.fields[at];
            let mut other = 0;
            while other < self.fields.len() {
                let name = self.fields[other].name;
                assert!(other == at || !same(field.name, name), "two fields have one name");
                if let Some(also) = field.also {
                    assert!(!same(also, name), "the second name of a field is another's first");
                }
                other += 1;
            }
            assert!(!field.constant || field.default.is_some(), "a constant has no value");
            assert!(field.default.is_none() || !field.required, "a required field has a default");
            if let Place::Query = field.place {
                assert!(is_scalar(field.kind), "a field of the query is no scalar");
            }
            at += 1;
        }
    }

    /// The names in the path's braces are those of its fields.
    const fn check_path(&self, path: &str) {
        let (mut at, mut fields) = (0, 0);
        while at < self.fields.len() {
            let field = &self.fields[at];
            if let Place::Path = field.place {
                assert!(
                    field.required && matches!(field.kind, Kind::Text | Kind::Id(_)),
                    "the path takes required texts"
                );
                assert!(path_names(path, field.name), "a path lacks a field that goes there");
                fields += 1;
            }
            at += 1;
        }
        let (mut at, mut braces) = (0, 0);
        while at < path.len() {
            if path.as_bytes()[at] == b'{' {
                braces += 1;
            }
            at += 1;
        }
        assert!(braces == fields, "a path names what is no field");
    }

    /// An optional argument never stands before a required one.
    const fn check_positional(&self, names: &[&str]) {
        let (mut at, mut optional) = (0, false);
        while at < names.len() {
            let found = self.argument(names[at]);
            assert!(found.is_some(), "a positional argument is no field");
            if let Some(field) = found {
                assert!(!(field.required && optional), "an optional argument stands before a required one");
                optional = !field.required;
            }
            at += 1;
        }
    }

    /// A form without names holds every id of the path, and every required argument has a place in it.
    const fn check_node(&self, shape: &[&str]) {
        let (mut at, mut open) = (0, false);
        while at < shape.len() {
            assert!(!open, "something stands behind the object of the others");
            open = shape[at].as_bytes()[0] == b'.';
            assert!(open || self.argument(shape[at]).is_some(), "a form names what is no field");
            at += 1;
        }
        let mut at = 0;
        while at < self.fields.len() {
            let field = &self.fields[at];
            let must = matches!(field.place, Place::Path) || (field.required && !open && !field.constant);
            assert!(!must || contains(shape, field.name), "a form has no place for an argument");
            at += 1;
        }
    }

    const fn check_rules(&self) {
        if let Some(flag) = self.rules.key_when {
            assert!(self.argument(flag).is_some(), "`key_when` names no field");
        }
        let paged = self.rules.pages.is_some();
        if paged {
            assert!(
                self.argument("limit").is_some() && self.argument("offset").is_some(),
                "pages need limit and offset"
            );
        }
        // `=> SomeList, each SomeRecord as iter_…` in its declaration.
        assert!(paged == self.iterator.is_some(), "pages and an iterator go together");
        if self.rules.confirm.is_some() {
            assert!(self.argument("action_id").is_some(), "a write that is confirmed names its action");
        }
    }

    /// The field that a caller gives under exactly this name.
    const fn argument(&self, name: &str) -> Option<&'static Field> {
        let mut at = 0;
        while at < self.fields.len() {
            if same(self.fields[at].name, name) && !self.fields[at].constant {
                return Some(&self.fields[at]);
            }
            at += 1;
        }
        None
    }
}

const fn is_scalar(kind: Kind) -> bool {
    !matches!(kind, Kind::Object | Kind::List | Kind::Texts | Kind::ObjectOrText | Kind::ObjectOrList)
}

const fn contains(names: &[&str], name: &str) -> bool {
    let mut at = 0;
    while at < names.len() {
        if same(names[at], name) {
            return true;
        }
        at += 1;
    }
    false
}

/// Whether two texts are equal: `==` is not a `const fn` for them.
const fn same(left: &str, right: &str) -> bool {
    let (left, right) = (left.as_bytes(), right.as_bytes());
    let mut at = 0;
    while at < left.len() && at < right.len() && left[at] == right[at] {
        at += 1;
    }
    left.len() == right.len() && at == left.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalogue::{Method, Rules};

    const PATH: &str = "/api/things/{thing_id}";

    const fn text(name: &'static str, required: bool) -> Field {
        Field::new(name, Kind::Text, required, Method::Get, PATH)
    }

    const fn row(fields: &'static [Field], rules: Rules) -> Row {
        Row {
            name: "get_thing",
            domain: "things",
            #[cfg(feature = "schema")]
            module: "things",
            method: Method::Get,
            path: PATH,
            fields,
            rules,
            iterator: None,
            #[cfg(feature = "schema")]
            doc: "",
            #[cfg(feature = "schema")]
            request_schema: |generator| generator.subschema_for::<String>(),
            #[cfg(feature = "schema")]
            response_schema: |generator| generator.subschema_for::<String>(),
        }
    }

    #[test]
    fn a_row_whose_parts_do_not_fit_is_refused() {
        const ID: Field = text("thing_id", true);
        const PLAIN: Rules = Rules::of(Method::Get);
        const LIST: Field = Field::new("list", Kind::List, false, Method::Get, PATH);
        let sound = row(&[ID, const { text("limit", false) }], PLAIN.positional(&["thing_id", "limit"]));
        assert_eq!(sound.checked().name, "get_thing");
        let broken: [(&str, Row); 13] = [
            ("a path names what is no field", row(&[], PLAIN)),
            ("a path lacks a field", row(&[ID], PLAIN.aliases(&["/api/things/{other}"]))),
            ("takes required texts", row(&[const { text("thing_id", false) }], PLAIN)),
            ("two fields have one name", row(&[ID, ID], PLAIN)),
            ("second name of a field", row(&[ID, const { text("a", false).also("thing_id") }], PLAIN)),
            ("no scalar", row(&[ID, LIST], PLAIN)),
            (
                "a required field has a default",
                row(&[ID, const { text("a", false).default("1").required() }], PLAIN),
            ),
            ("is no field", row(&[ID], PLAIN.positional(&["other"]))),
            (
                "before a required",
                row(&[ID, const { text("a", false) }], PLAIN.positional(&["a", "thing_id"])),
            ),
            ("behind the object", row(&[ID], PLAIN.node(&["..options", "thing_id"]))),
            ("no place for an argument", row(&[ID, const { text("a", true) }], PLAIN.node(&["thing_id"]))),
            ("limit and offset", row(&[ID], PLAIN.pages("things"))),
            ("`key_when`", row(&[ID], PLAIN.key_when("other"))),
        ];
        for (why, row) in broken {
            let refused = std::panic::catch_unwind(|| row.checked()).expect_err(why);
            let said = refused.downcast_ref::<&str>().copied().unwrap_or_default();
            assert!(said.contains(why), "{why}: {said}");
        }
    }
}
