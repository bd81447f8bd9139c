//! One argument of an operation.

use std::borrow::Cow;

use super::{IdKind, Method};

/// One argument of an operation: its name, its type, where it goes and which limits hold.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "a row is a table of facts")]
pub struct Field {
    /// Its name on the wire, snake_case.
    pub name: &'static str,
    /// Its JSON type.
    pub kind: Kind,
    /// Whether a call without it is refused.
    pub required: bool,
    /// Where it goes.
    pub place: Place,
    /// What is sent when the caller gives nothing, as JSON text.
    pub default: Option<&'static str>,
    /// What the client fills in when the caller gives nothing.
    pub fill: Option<Fill>,
    /// Whether `default` is always sent and the caller cannot give it.
    pub constant: bool,
    /// Its name on the wire, where that differs from `name`.
    pub wire_name: Option<&'static str>,
    /// Another name for it, where the official clients have two.
    pub also: Option<&'static str>,
    /// The most characters of a text, elements of a list, or bytes of an object's JSON that the server takes.
    pub max: Option<u32>,
    /// The bounds of a number, both included.
    pub range: Option<(i64, i64)>,
    /// Whether a word outside [`Kind::Choice`] is refused before any request. Elsewhere the server decides, so that new
    /// words need no new SDK.
    pub strict: bool,
    /// Whether the server takes words outside [`Kind::Choice`], too: those it names are only the usual ones.
    pub any_word: bool,
    /// Whether `false` and `true` stand for the numbers 0 and 1.
    pub flag: bool,
    /// Whether an object may stand in its place that holds this and more arguments, as the official clients allow.
    pub spread: bool,
    /// Whether an object is sent as the JSON text that holds it.
    pub json_text: bool,
    /// Older spellings of members of the objects in a list, each with the name that is sent.
    pub respelled: &'static [(&'static str, &'static str)],
    /// Members that objects in a list are sent with when they have none of that name, each with its value as JSON text.
    pub entry_defaults: &'static [(&'static str, &'static str)],
    /// Whether the members of an object stand in the body as they are, in its place.
    pub inline: bool,
    /// Whether the Node client gives its own agent where the caller gives none, as the official one does. The official
    /// Python client does not, and without it these operations speak of every agent.
    pub own_agent_in_node: bool,
    /// Markdown for every language.
    #[cfg(feature = "schema")]
    pub doc: &'static str,
}

/// The JSON type of a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A string.
    Text,
    /// The id of a record of this kind: a string.
    Id(IdKind),
    /// One of these words; the server may know more.
    Choice(&'static [&'static str]),
    /// A whole number.
    Integer,
    /// A number.
    Number,
    /// A length of time: a number of seconds, 0 or more.
    Seconds,
    /// `true` or `false`.
    Boolean,
    /// An object.
    Object,
    /// An array of strings.
    Texts,
    /// An array.
    List,
    /// An object, or JSON text that holds one.
    ObjectOrText,
    /// An object, or an array.
    ObjectOrList,
    /// Any JSON value.
    Any,
}

/// Where a field goes in the request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// In the path, percent-encoded.
    Path,
    /// In the query string.
    Query,
    /// In the JSON body.
    Body,
    /// Nowhere: what performs the operation uses it.
    Local,
}

/// What the client itself fills in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The agent id the client was made with.
    AgentId,
    /// The agent name the client was made with, when it has one.
    AgentName,
    /// The current time: ISO-8601, UTC, milliseconds.
    Now,
}

impl Field {
    /// A field of `kind` for an operation with this verb and path.
    pub const fn new(name: &'static str, kind: Kind, required: bool, method: Method, path: &str) -> Self {
        let name = without_raw_mark(name);
        let place = if path_names(path, name) { Place::Path } else { method.default_place() };
        Self {
            name,
            kind,
            required,
            place,
            default: None,
            fill: None,
            constant: false,
            wire_name: None,
            also: None,
            max: None,
            range: None,
            strict: false,
            spread: false,
            json_text: false,
            any_word: false,
            flag: false,
            respelled: &[],
            entry_defaults: &[],
            inline: false,
            own_agent_in_node: false,
            #[cfg(feature = "schema")]
            doc: "",
        }
    }

    /// Whether `null` for it empties what the server keeps: in a change, unless the client fills it in itself.
    pub fn can_be_emptied(&self, method: Method) -> bool {
        method == Method::Patch && self.place == Place::Body && !self.required && self.fill.is_none()
    }

    /// Documents it.
    #[must_use]
    #[cfg_attr(
        not(feature = "schema"),
        expect(unused_mut, unused_variables, reason = "texts are linked only for the generator")
    )]
    pub const fn doc(mut self, doc: &'static str) -> Self {
        #[cfg(feature = "schema")]
        {
            self.doc = doc;
        }
        self
    }

    /// Is sent as this JSON text when the caller gives nothing.
    #[must_use]
    pub const fn default(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self.required = false;
        self
    }

    /// Is always sent as this JSON text.
    #[must_use]
    pub const fn constant(mut self, json: &'static str) -> Self {
        self.default = Some(json);
        self.constant = true;
        self.required = false;
        self
    }

    /// Is filled in by the client when the caller gives nothing.
    #[must_use]
    pub const fn fill(mut self, fill: Fill) -> Self {
        self.fill = Some(fill);
        self
    }

    /// Goes in the query string of a request that has a body.
    #[must_use]
    pub const fn query(mut self) -> Self {
        self.place = Place::Query;
        self
    }

    /// Is not sent as it is: what performs the operation uses it.
    #[must_use]
    pub const fn local(mut self) -> Self {
        self.place = Place::Local;
        self
    }

    /// Has another name on the wire.
    #[must_use]
    pub const fn wire(mut self, name: &'static str) -> Self {
        self.wire_name = Some(name);
        self
    }

    /// May be given under this name, too.
    #[must_use]
    pub const fn also(mut self, name: &'static str) -> Self {
        self.also = Some(name);
        self
    }

    /// Holds at most this many characters or elements, or bytes of JSON.
    #[must_use]
    pub const fn max(mut self, max: u32) -> Self {
        self.max = Some(max);
        self
    }

    /// Lies between these two, both included.
    #[must_use]
    pub const fn range(mut self, low: i64, high: i64) -> Self {
        self.range = Some((low, high));
        self
    }

    /// Refuses other words before any request.
    #[must_use]
    pub const fn strict(mut self) -> Self {
        self.strict = true;
        self
    }

    /// Is a list of objects whose members may have these older spellings.
    #[must_use]
    pub const fn respelled(mut self, spellings: &'static [(&'static str, &'static str)]) -> Self {
        self.respelled = spellings;
        self
    }

    /// Takes other words, too: the server stores whatever word comes.
    #[must_use]
    pub const fn any_word(mut self) -> Self {
        self.any_word = true;
        self
    }

    /// Is 0 or 1, and `false` and `true` mean the same.
    #[must_use]
    pub const fn flag(mut self) -> Self {
        self.range = Some((0, 1));
        self.flag = true;
        self
    }

    /// Is a list of objects that are sent with these members unless they have them, as the official clients send them.
    #[must_use]
    pub const fn entry_defaults(mut self, members: &'static [(&'static str, &'static str)]) -> Self {
        self.entry_defaults = members;
        self
    }

    /// Is JSON text on the wire: an object is sent as the text that holds it, a text as it is.
    #[must_use]
    pub const fn json_text(mut self) -> Self {
        self.json_text = true;
        self
    }

    /// Is an object whose members stand in the body as they are, in its place. Whatever their names, none of them is taken
    /// for an argument; one that is called as an argument is on the wire replaces what would be filled in.
    #[must_use]
    pub const fn inline(mut self) -> Self {
        self.inline = true;
        self
    }

    /// Is the client's own agent in Node unless given, and nothing elsewhere.
    #[must_use]
    pub const fn own_agent_in_node(mut self) -> Self {
        self.own_agent_in_node = true;
        self
    }

    /// May be given as an object that holds this and more arguments.
    #[must_use]
    pub const fn spread(mut self) -> Self {
        self.spread = true;
        self
    }

    /// Must be given although its type could be absent.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Its name in the request.
    pub const fn on_wire(&self) -> &'static str {
        match self.wire_name {
            Some(name) => name,
            None => self.name,
        }
    }

    /// Whether a caller's `name` means this field: snake_case, camelCase, or the name on the wire.
    pub fn answers_to(&self, name: &str) -> bool {
        let snake = snake_case(name);
        self.on_wire() == name
            || self.name == name
            || (self.name == snake && !self.constant)
            || self.also == Some(&*snake)
    }
}

/// `sourceOfTruth` as `source_of_truth`; a name without capitals is returned as it is.
pub(crate) fn snake_case(name: &str) -> Cow<'_, str> {
    if !name.bytes().any(|byte| byte.is_ascii_uppercase()) {
        return Cow::Borrowed(name);
    }
    let mut snake = String::with_capacity(name.len() + 4);
    for char in name.chars() {
        if char.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(char.to_ascii_lowercase());
    }
    Cow::Owned(snake)
}

/// `r#type` as `type`: how Rust spells a name that is a word of its own.
pub(super) const fn without_raw_mark(name: &'static str) -> &'static str {
    match name.as_bytes() {
        [b'r', b'#', ..] => name.split_at(2).1,
        _ => name,
    }
}

/// Whether `{name}` stands in `path`; a `const fn`, because rows are constants.
pub(super) const fn path_names(path: &str, name: &str) -> bool {
    let (path, name) = (path.as_bytes(), name.as_bytes());
    let mut start = 0;
    while start < path.len() {
        if path[start] == b'{' && start + name.len() + 1 < path.len() && path[start + name.len() + 1] == b'}'
        {
            let mut at = 0;
            while at < name.len() && path[start + 1 + at] == name[at] {
                at += 1;
            }
            if at == name.len() {
                return true;
            }
        }
        start += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_named_in_the_path_goes_there() {
        let field =
            |name| Field::new(name, Kind::Text, true, Method::Post, "/api/actions/{action_id}/outcome").place;
        assert_eq!(field("action_id"), Place::Path);
        assert_eq!(field("action"), Place::Body);
        assert_eq!(field("outcome"), Place::Body);
    }

    #[test]
    fn both_spellings_name_a_field() {
        let field = Field::new("source_of_truth", Kind::Object, false, Method::Post, "/api/guard");
        assert!(field.answers_to("sourceOfTruth") && field.answers_to("source_of_truth"));
        assert!(!field.answers_to("source"));
    }

    #[test]
    fn a_field_may_have_a_second_name_and_one_that_is_a_word_of_rust() {
        let field =
            Field::new("r#type", Kind::Text, true, Method::Post, "/api/work-orders").also("order_type");
        assert_eq!((field.name, field.on_wire()), ("type", "type"));
        assert!(field.answers_to("type") && field.answers_to("order_type") && field.answers_to("orderType"));
    }
}
