//! The graph of named types, in the order of their first use.

use serde_json::{Map, Value};

use super::schema::{Schemas, Shape, properties, shape};
use super::{Doc, Domain};
use crate::Result;

/// A named type.
#[derive(Clone, Debug)]
pub struct Type {
    /// Its name, PascalCase.
    pub name: String,
    /// What it is.
    pub doc: Doc,
    /// The domain that uses it first.
    pub domain: &'static str,
    /// What it is made of.
    pub form: Form,
}

/// What a named type is made of.
#[derive(Clone, Debug)]
pub enum Form {
    /// An object with these members; the server may send more.
    Record(Vec<Member>),
    /// A string: one of these words.
    Words {
        /// Those this version knows.
        words: Vec<Word>,
        /// Whether the server may know more.
        open: bool,
    },
    /// Another name for this.
    Alias(Shape),
}

/// A member of a record.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "it is a table of facts")]
pub struct Member {
    /// Its name on the wire.
    pub name: String,
    /// What it means.
    pub doc: Doc,
    /// Its type.
    pub shape: Shape,
    /// Whether it is always there.
    pub required: bool,
    /// Whether an answer with an unknown word here is refused by the engine.
    pub closed: bool,
    /// Whether a reader takes 0, an empty text or an empty list where an answer lacks it.
    pub defaulted: bool,
    /// Whether nobody may see it by accident.
    pub secret: bool,
}

/// One word of a vocabulary.
#[derive(Clone, Debug)]
pub struct Word {
    /// As it stands on the wire.
    pub text: String,
    /// What it means.
    pub doc: Doc,
}

/// Collects named types.
#[derive(Debug)]
pub(super) struct Types<'a> {
    schemas: &'a Schemas,
    found: Vec<Type>,
}

impl<'a> Types<'a> {
    pub(super) fn new(schemas: &'a Schemas) -> Self {
        Self { schemas, found: Vec::new() }
    }

    /// The shape of `schema`, whose named types a `domain` now uses.
    pub(super) fn shape(&mut self, schema: &Value, domain: &'static str) -> Result<Shape> {
        let shape = shape(schema)?;
        for name in shape.names() {
            self.add(name, domain)?;
        }
        Ok(shape)
    }

    fn add(&mut self, name: &str, domain: &'static str) -> Result<()> {
        if self.found.iter().any(|known| known.name == name) {
            return Ok(());
        }
        let (sent, received) = self.schemas.definitions(name);
        let definition = received.or(sent).ok_or_else(|| format!("no schema defines `{name}`"))?;
        let at = self.found.len();
        let doc = doc(definition);
        self.found.push(Type { name: name.to_owned(), doc, domain, form: Form::Record(Vec::new()) });
        let form = match (words(definition), definition.as_object()) {
            (Some(words), _) => words,
            (None, Some(object)) if is_record(definition) => {
                let members = in_order(object);
                if let (Some(sent), Some(received)) = (sent, received)
                    && member_names(sent) != member_names(received)
                {
                    return Err(format!("two types are called `{name}`: rename one"));
                }
                let read =
                    |(name, schema): (&String, &Value)| self.member(name, schema, [sent, received], domain);
                Form::Record(members.into_iter().map(read).collect::<Result<_>>()?)
            }
            _ => Form::Alias(self.shape(definition, domain)?),
        };
        self.found[at].form = form;
        Ok(())
    }

    fn member(
        &mut self,
        name: &str,
        schema: &Value,
        definitions: [Option<&Value>; 2],
        domain: &'static str,
    ) -> Result<Member> {
        // A type that is sent and received requires what both directions require.
        let requires = |definition: &Value| {
            let required = definition.get("required").and_then(Value::as_array);
            required.is_some_and(|names| names.iter().any(|required| required == name))
        };
        Ok(Member {
            name: name.to_owned(),
            doc: doc(schema),
            shape: self.shape(schema, domain)?,
            required: definitions.into_iter().flatten().all(requires),
            closed: false,
            defaulted: schema.get("default").is_some(),
            secret: is_secret(schema),
        })
    }

    /// What the list `member` of an answer holds.
    pub(super) fn item(&self, response: &Shape, member: &str) -> Option<Shape> {
        let Shape::Named(name) = response else { return None };
        let Form::Record(members) = &self.found.iter().find(|one| one.name == *name)?.form else {
            return None;
        };
        match members.iter().find(|one| one.name == member)?.shape.present() {
            Shape::List(item) => Some((**item).clone()),
            _ => None,
        }
    }

    /// Notes that the engine refuses unknown words in this member of a response.
    pub(super) fn close(&mut self, response: &Shape, member: &str) {
        let Shape::Named(name) = response else { return };
        let record = self.found.iter_mut().find(|one| one.name == *name);
        if let Some(Type { form: Form::Record(members), .. }) = record
            && let Some(member) = members.iter_mut().find(|one| one.name == member)
        {
            member.closed = true;
        }
    }

    /// The types, those of one domain together.
    pub(super) fn finish(self, domains: &[Domain]) -> Result<Vec<Type>> {
        let mut types = self.found;
        for operation in domains.iter().flat_map(|domain| &domain.operations) {
            if types.iter().any(|one| one.name == operation.request) {
                return Err(format!("a type is called `{0}` like a request: rename it", operation.request));
            }
        }
        types.sort_by_key(|one| domains.iter().position(|domain| domain.name == one.domain));
        Ok(types)
    }
}

/// The doc text of a schema.
pub(super) fn doc(schema: &Value) -> Doc {
    Doc::read(schema.get("description").and_then(Value::as_str).unwrap_or_default())
}

/// Whether the schema is that of a secret, or of secrets by name.
pub(super) fn is_secret(schema: &Value) -> bool {
    let marked = |schema: &Value| schema.get("format").is_some_and(|format| format == "password");
    marked(schema) || schema.get("additionalProperties").is_some_and(marked)
}

fn is_record(schema: &Value) -> bool {
    schema.get("type").is_some_and(|word| word == "object") && schema.get("additionalProperties").is_none()
}

/// The members in the order of their declaration, which `x-members` tells: JSON objects have none.
fn in_order(definition: &Map<String, Value>) -> Vec<(&String, &Value)> {
    // The declaration says `allowed_facts` where the wire says `allowedFacts`.
    let plain = |name: &str| name.replace('_', "").to_lowercase();
    let declared = definition.get("x-members").and_then(Value::as_array).into_iter().flatten();
    let declared: Vec<String> = declared.filter_map(Value::as_str).map(plain).collect();
    let place = |name: &str| declared.iter().position(|declared| *declared == plain(name));
    let mut members: Vec<_> = properties(definition).iter().collect();
    members.sort_by_key(|(name, _)| *name);
    // What has another name altogether on the wire stands where the declaration has a name the wire does not know.
    let unknown = |at: &usize| members.iter().all(|(name, _)| place(name) != Some(*at));
    let mut gaps: Vec<usize> = (0..declared.len()).filter(unknown).collect();
    gaps.reverse();
    let mut placed: Vec<_> = members
        .into_iter()
        .map(|member| (place(member.0).or_else(|| gaps.pop()).unwrap_or(declared.len()), member))
        .collect();
    placed.sort_by_key(|(place, _)| *place);
    placed.into_iter().map(|(_, member)| member).collect()
}

fn member_names(schema: &Value) -> Vec<&String> {
    schema.as_object().map(|object| properties(object).keys().collect()).unwrap_or_default()
}

/// The vocabulary that a schema declares: open (ours), or closed (an ordinary enum).
fn words(schema: &Value) -> Option<Form> {
    let texts = |name: &str| {
        let list = schema.get(name)?.as_array()?;
        list.iter().map(Value::as_str).collect::<Option<Vec<_>>>()
    };
    if let Some(words) = texts("x-open-enum") {
        let docs = texts("x-word-docs").unwrap_or_default();
        let doc = |at: usize| Doc::read(docs.get(at).copied().unwrap_or_default());
        let words =
            words.iter().enumerate().map(|(at, text)| Word { text: (*text).to_owned(), doc: doc(at) });
        return Some(Form::Words { words: words.collect(), open: true });
    }
    if let Some(words) = texts("enum") {
        let words = words.iter().map(|text| Word { text: (*text).to_owned(), doc: Doc::default() });
        return Some(Form::Words { words: words.collect(), open: false });
    }
    let words = schema
        .get("oneOf")?
        .as_array()?
        .iter()
        .map(|choice| Some(Word { text: choice.get("const")?.as_str()?.to_owned(), doc: doc(choice) }));
    Some(Form::Words { words: words.collect::<Option<_>>()?, open: false })
}
