//! The types of a domain: a data class for every record and every operation's arguments, and vocabularies.

use super::function::{arguments, has_request};
use super::kdoc;
use super::names::{constant, property, spell};
use super::shapes::{empty, is_closed_somewhere, open_name, optional, type_name};
use crate::model::{Api, Doc, Domain, Form, Member, Operation, Shape, Type, Word};
use crate::text::{WIDTH, camel_case};
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/kotlin_types.kt.jinja");
const INDENT: &str = "    ";
/// How a property that is a length of time, or bytes, is declared.
const LENGTH: &str = ": Duration";
const BYTES: &str = ": ByteArray";
/// What `emptied` of a change means.
pub(super) const EMPTIED: &str = "What the server is to empty; it counts where a value is given, too.";

/// The file of one domain's types.
pub(super) fn module(api: &Api, domain: &Domain) -> Result<String> {
    let types: Vec<&Type> = api.types.iter().filter(|one| one.domain == domain.name).collect();
    let requests = domain.operations.iter().filter(|operation| has_request(operation));
    let items: Vec<String> = types
        .iter()
        .filter_map(|one| vocabulary(api, one))
        .chain(requests.map(|operation| request(api, operation)))
        .chain(types.iter().filter_map(|one| record(api, one)))
        .collect();
    let uses = |word: &str| items.iter().any(|item| item.contains(word));
    let imports = [
        ("KeepGeneratedSerializer", "kotlinx.serialization.KeepGeneratedSerializer"),
        ("@SerialName", "kotlinx.serialization.SerialName"),
        ("@Serializable", "kotlinx.serialization.Serializable"),
        ("Json", "kotlinx.serialization.UseSerializers"),
        (LENGTH, "kotlinx.serialization.UseSerializers"),
        (BYTES, "kotlinx.serialization.UseSerializers"),
        ("JsonElement", "kotlinx.serialization.json.JsonElement"),
        ("JsonObject", "kotlinx.serialization.json.JsonObject"),
        (LENGTH, "kotlin.time.Duration"),
    ];
    let mut imports: Vec<&str> =
        imports.into_iter().filter(|(word, _)| uses(word)).map(|(_, path)| path).collect();
    imports.dedup();
    let codecs =
        [("Json", "ExactElement"), ("Json", "ExactObject"), (LENGTH, "LengthCodec"), (BYTES, "BytesCodec")];
    let codecs =
        codecs.into_iter().filter(|(word, _)| uses(word)).map(|(_, codec)| format!("{codec}::class"));
    let codecs = codecs.collect::<Vec<_>>().join(", ");
    template::fill(
        TEMPLATE,
        minijinja::context! { domain => domain.name.replace('_', " "), imports => imports, codecs => codecs, items => items },
    )
}

/// The names of all classes.
pub(super) fn names(api: &Api) -> Vec<String> {
    let requests = api
        .operations()
        .filter(|operation| has_request(operation))
        .map(|operation| operation.request.clone());
    let types = api.types.iter().filter(|one| !matches!(one.form, Form::Alias(_)));
    let open =
        types.clone().filter(|one| is_closed_somewhere(api, &one.name)).map(|one| open_name(&one.name));
    requests.chain(types.map(|one| one.name.clone())).chain(open).collect()
}

/// One property of a data class.
struct Property {
    wire_name: String,
    declaration: String,
    doc: String,
}

impl Property {
    fn line(&self) -> String {
        let (name, _) = self.declaration.split_once(':').unwrap_or_default();
        if name.trim_matches('`') == self.wire_name {
            return format!("{INDENT}val {},", self.declaration);
        }
        let annotation = format!("{INDENT}@SerialName(\"{}\")", self.wire_name);
        let line = format!("{annotation} val {},", self.declaration);
        if line.len() <= WIDTH { line } else { format!("{annotation}\n{INDENT}val {},", self.declaration) }
    }

    fn documented(&self) -> (String, String) {
        let (name, _) = self.declaration.split_once(':').unwrap_or_default();
        (name.to_owned(), self.doc.clone())
    }
}

fn record(api: &Api, one: &Type) -> Option<String> {
    let Form::Record(members) = &one.form else { return None };
    let properties: Vec<Property> = members.iter().map(|member| of_member(api, member)).collect();
    let class = DataClass {
        name: &one.name,
        doc: &one.doc,
        properties,
        emptied: Vec::new(),
        open: true,
        secret: api.holds_secret(&Shape::Named(one.name.clone())),
    };
    Some(class.text())
}

fn of_member(api: &Api, member: &Member) -> Property {
    let shape = member.shape.present();
    let mut of_type = type_name(api, shape, member.closed);
    let nullable = *shape != member.shape || !member.required;
    let default = match empty(api, shape).filter(|_| member.defaulted && !member.closed) {
        _ if nullable => " = null",
        Some(empty) => &format!(" = {empty}"),
        // A value of any type may also be null.
        None if of_type == "JsonElement" => {
            of_type.push('?');
            " = null"
        }
        None => "",
    };
    Property {
        wire_name: member.name.clone(),
        declaration: format!(
            "{}: {}{default}",
            property(&member.name),
            optional(&of_type, nullable && !of_type.ends_with('?'))
        ),
        doc: member.doc.line(&spell),
    }
}

fn request(api: &Api, operation: &Operation) -> String {
    let properties = arguments(operation).into_iter().map(|argument| {
        let of_type =
            optional(&type_name(api, argument.without_unions(), argument.strict), !argument.required);
        let default = if argument.required { "" } else { " = null" };
        Property {
            wire_name: argument.name.to_owned(),
            declaration: format!("{}: {of_type}{default}", property(argument.name)),
            doc: kdoc::described(api, argument),
        }
    });
    let class = DataClass {
        name: &operation.request,
        doc: &Doc::read(&format!("The arguments of `{}`.", camel_case(operation.name))),
        properties: properties.collect(),
        emptied: emptied(operation),
        open: operation.rules.open,
        secret: operation.arguments.iter().any(|argument| argument.secret),
    };
    class.text()
}

/// The wire names of what a change can empty.
fn emptied(operation: &Operation) -> Vec<&'static str> {
    let emptied = operation.arguments.iter().filter(|argument| argument.can_be_emptied);
    emptied.map(|argument| argument.name).collect()
}

/// The enumeration of what a change can empty.
fn fields(emptied: &[&str]) -> String {
    let deep = INDENT.repeat(2);
    let entries = emptied
        .iter()
        .map(|wire_name| format!("{deep}@SerialName(\"{wire_name}\")\n{deep}{},", constant(wire_name)));
    let entries = entries.collect::<Vec<_>>().join("\n\n");
    format!(
        "{INDENT}/** What can be emptied. */\n{INDENT}@Serializable\n{INDENT}public enum class Field {{\n{entries}\n\
         {INDENT}}}"
    )
}

/// A data class.
struct DataClass<'a> {
    name: &'a str,
    doc: &'a Doc,
    properties: Vec<Property>,
    /// What can be emptied.
    emptied: Vec<&'static str>,
    /// Whether it keeps members that it does not know.
    open: bool,
    /// Whether it does not show itself.
    secret: bool,
}

impl DataClass<'_> {
    fn text(&self) -> String {
        let Self { name, doc, properties, emptied, open, secret } = self;
        let mut documented: Vec<(String, String)> = properties.iter().map(Property::documented).collect();
        let mut lines: Vec<String> = properties.iter().map(Property::line).collect();
        let mut inside = Vec::new();
        if !emptied.is_empty() {
            documented.push(("emptied".to_owned(), EMPTIED.to_owned()));
            lines.push(format!("{INDENT}@SerialName(EMPTIED) val emptied: Set<Field> = emptySet(),"));
            inside.push(fields(emptied));
        }
        if *open {
            documented.push(("extra".to_owned(), "Members that this version does not know.".to_owned()));
            lines.push(format!("{INDENT}@SerialName(EXTRA) override val extra: JsonObject = NOTHING,"));
        }
        if *secret {
            inside.push(format!("{INDENT}override fun toString(): String = \"{name}(hidden)\""));
        }
        let codec = match (open, emptied.is_empty()) {
            (true, _) => Some("RecordSerializer"),
            (false, false) => Some("ChangeSerializer"),
            (false, true) => None,
        };
        if let Some(codec) = codec {
            inside.push(format!("{INDENT}internal object Codec : {codec}<{name}>(generatedSerializer())"));
        }
        let serializable = match codec {
            Some(_) => format!("@Serializable(with = {name}.Codec::class)\n@KeepGeneratedSerializer"),
            None => "@Serializable".to_owned(),
        };
        let base = if *open { " : Record()" } else { "" };
        let body =
            if inside.is_empty() { String::new() } else { format!(" {{\n{}\n}}", inside.join("\n\n")) };
        format!(
            "{}\n{serializable}\npublic data class {name}(\n{}\n){base}{body}",
            kdoc::of_class(doc, &documented, ""),
            lines.join("\n")
        )
    }
}

/// A vocabulary: a class of words that takes words this version does not know, and an enum where there are none such.
fn vocabulary(api: &Api, one: &Type) -> Option<String> {
    let Form::Words { words, open } = &one.form else { return None };
    if !open {
        return Some(closed(&one.name, &kdoc::blocks(&one.doc), words));
    }
    if !is_closed_somewhere(api, &one.name) {
        return Some(open_words(&one.name, &kdoc::blocks(&one.doc), words, None));
    }
    let name = open_name(&one.name);
    let doc = [format!("A `{}` where a newer server may use other words.", one.name)];
    let closed = closed(&one.name, &kdoc::blocks(&one.doc), words);
    Some(format!("{closed}\n\n{}", open_words(&name, &doc, words, Some(&one.name))))
}

fn closed(name: &str, doc: &[String], words: &[Word]) -> String {
    let entries = words.iter().map(|word| {
        let doc = kdoc::of_word(word, INDENT).map(|doc| doc + "\n").unwrap_or_default();
        format!("{doc}{INDENT}@SerialName(\"{0}\")\n{INDENT}{1}(\"{0}\"),", word.text, constant(&word.text))
    });
    let entries = entries.collect::<Vec<_>>().join("\n\n");
    format!(
        "{}\n@Serializable\npublic enum class {name}(\n{INDENT}/** As it stands on the wire. */\n{INDENT}public val word: \
         String,\n) {{\n{entries}\n{INDENT};\n\n{INDENT}override fun toString(): String = word\n}}",
        kdoc::of_text(doc, "")
    )
}

fn open_words(name: &str, doc: &[String], words: &[Word], closed: Option<&str>) -> String {
    let constants = words.iter().map(|word| {
        let deep = INDENT.repeat(2);
        let doc =
            kdoc::of_word(word, &deep).filter(|_| closed.is_none()).map(|doc| doc + "\n").unwrap_or_default();
        format!("{doc}{deep}public val {}: {name} = {name}(\"{}\")", constant(&word.text), word.text)
    });
    let between =
        if closed.is_none() && words.iter().any(|word| !word.doc.is_empty()) { "\n\n" } else { "\n" };
    let constants = constants.collect::<Vec<_>>().join(between);
    let known = closed.map_or_else(String::new, |closed| {
        format!(
            "{INDENT}/** The same as an enum; nothing for a word that this version does not know. */\n{INDENT}public val \
             known: {closed}? get() = {closed}.entries.find {{ it.word == word }}\n\n"
        )
    });
    format!(
        "{}\n@Serializable\n@JvmInline\npublic value class {name}(\n{INDENT}/** As it stands on the wire. */\n{INDENT}public \
         val word: String,\n) {{\n{known}{INDENT}override fun toString(): String = word\n\n{INDENT}public companion object \
         {{\n{constants}\n{INDENT}}}\n}}",
        kdoc::of_text(doc, "")
    )
}
