//! Doc texts: Markdown, with links to items of the crate turned into references that each language spells its own way.

use dashclaw::ErrorKind;

/// A doc text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Doc {
    blocks: Vec<(Vec<Span>, bool)>,
}

/// One paragraph, list or code block of a rendered doc text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// One line for a paragraph.
    pub text: String,
    /// Whether its line breaks mean something.
    pub verbatim: bool,
}

/// What a doc text points at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    /// An operation, by its name.
    Operation(String),
    /// A kind of error.
    Error(ErrorKind),
    /// A kind of error with its article: "an error of kind …".
    AnError(ErrorKind),
    /// Anything else, by its plain name.
    Item(String),
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Span {
    Text(String),
    Reference(Reference),
}

impl Doc {
    /// Reads the lines of doc comments.
    pub fn read(text: &str) -> Self {
        let lines: Vec<&str> =
            text.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
        let mut doc = Self::default();
        let mut block: Vec<&str> = Vec::new();
        let mut fenced = false;
        for line in lines {
            fenced ^= line.trim_start().starts_with("```");
            if line.is_empty() && !fenced {
                doc.push(&std::mem::take(&mut block));
            } else {
                block.push(line);
            }
        }
        doc.push(&block);
        doc
    }

    fn push(&mut self, lines: &[&str]) {
        let Some(first) = lines.first() else { return };
        let verbatim = ["```", "* ", "- ", "| ", "1. "].iter().any(|mark| first.starts_with(mark));
        let text = lines.join(if verbatim { "\n" } else { " " });
        self.blocks.push((spans(&text), verbatim));
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty()
    }

    /// The blocks, with references as `spell` writes them.
    pub fn blocks(&self, spell: &dyn Fn(&Reference) -> String) -> Vec<Block> {
        let write = |span: &Span| match span {
            Span::Text(text) => text.clone(),
            Span::Reference(reference) => spell(reference),
        };
        self.blocks
            .iter()
            .map(|(spans, verbatim)| Block { text: spans.iter().map(write).collect(), verbatim: *verbatim })
            .collect()
    }

    /// All blocks on one line.
    pub fn line(&self, spell: &dyn Fn(&Reference) -> String) -> String {
        let blocks = self.blocks(spell).into_iter().map(|block| block.text.replace('\n', " "));
        blocks.collect::<Vec<_>>().join(" ")
    }

    /// The kinds of errors that it names.
    pub fn errors(&self) -> Vec<ErrorKind> {
        let spans = self.blocks.iter().flat_map(|(spans, _)| spans);
        let kinds = spans.filter_map(|span| match span {
            Span::Reference(Reference::Error(kind) | Reference::AnError(kind)) => Some(*kind),
            _ => None,
        });
        kinds.collect()
    }

    /// The first sentence.
    pub fn summary(&self, spell: &dyn Fn(&Reference) -> String) -> String {
        let first = self.blocks(spell).into_iter().next().map(|block| block.text).unwrap_or_default();
        let end = first.find(". ").map_or(first.len(), |at| at + 1);
        first[..end].to_owned()
    }
}

/// Splits Markdown at its links to Rust items and at its kinds of errors.
fn spans(text: &str) -> Vec<Span> {
    linked(text)
        .into_iter()
        .flat_map(|span| match span {
            Span::Text(text) => kinds(&text),
            reference @ Span::Reference(_) => vec![reference],
        })
        .collect()
}

/// Splits a text at phrases such as "an error of kind `conflict`".
fn kinds(text: &str) -> Vec<Span> {
    const PHRASE: &str = " of kind `";
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once(PHRASE) {
        plain.push_str(before);
        let kind = after.split_once('`').and_then(|(code, behind)| Some((kind(code)?, behind)));
        let noun = ["an error", "one"].into_iter().find(|noun| plain.ends_with(noun));
        let (Some((kind, behind)), Some(noun)) = (kind, noun) else {
            plain.push_str(PHRASE);
            rest = after;
            continue;
        };
        plain.truncate(plain.len() - noun.len());
        spans.extend([Span::Text(std::mem::take(&mut plain)), Span::Reference(Reference::AnError(kind))]);
        rest = behind;
    }
    plain.push_str(rest);
    spans.push(Span::Text(plain));
    spans
}

fn kind(code: &str) -> Option<ErrorKind> {
    ErrorKind::ALL.iter().copied().find(|kind| kind.as_str() == code)
}

fn linked(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(open) = rest.find('[') {
        let (before, link) = rest.split_at(open);
        plain.push_str(before);
        let Some((reference, after)) = rust_link(link) else {
            plain.push('[');
            rest = &link[1..];
            continue;
        };
        if !plain.is_empty() {
            spans.push(Span::Text(std::mem::take(&mut plain)));
        }
        spans.push(Span::Reference(reference));
        rest = after;
    }
    plain.push_str(rest);
    if !plain.is_empty() {
        spans.push(Span::Text(plain));
    }
    spans
}

/// The Rust item that `link` begins with a link to, and what follows: `` [`name`](crate::path) `` or `` [`name`] ``.
fn rust_link(link: &str) -> Option<(Reference, &str)> {
    let (label, after) = link.strip_prefix('[')?.split_once(']')?;
    let code = label.strip_prefix('`').and_then(|label| label.strip_suffix('`'));
    let target = after.strip_prefix('(').and_then(|target| target.split_once(')'));
    match (target, code) {
        (Some((path, after)), _) if path.contains("::") => {
            Some((resolve(path, code.unwrap_or(label)), after))
        }
        (None, Some(name)) if !after.starts_with('[') => Some((resolve(name, name), after)),
        _ => None,
    }
}

fn resolve(path: &str, label: &str) -> Reference {
    let segments: Vec<&str> = path.split("::").map(|segment| segment.trim_end_matches("()")).collect();
    let last = segments.last().copied().unwrap_or_default();
    if segments.contains(&"ErrorKind")
        && let Some(kind) = ErrorKind::ALL.iter().find(|kind| format!("{kind:?}") == last)
    {
        return Reference::Error(*kind);
    }
    if dashclaw::api::find(last).is_some_and(|row| row.name == last) {
        return Reference::Operation(last.to_owned());
    }
    let name = label.rsplit("::").next().unwrap_or(label);
    Reference::Item(name.trim_end_matches("()").to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn spell(reference: &Reference) -> String {
        match reference {
            Reference::Operation(name) => format!("<{name}>"),
            Reference::Error(kind) => format!("<error {}>", kind.as_str()),
            Reference::AnError(kind) => format!("<an error {}>", kind.as_str()),
            Reference::Item(name) => format!("<item {name}>"),
        }
    }

    #[test]
    fn links_to_rust_items_become_references_and_others_stay() {
        let cases = [
            ("see [`guard`](crate::DashClaw::guard).", "see <guard>."),
            ("see [guard](crate::DashClaw::guard)", "see <guard>"),
            ("[`verify`](crate::receipt::verify_receipt)", "<item verify>"),
            ("raises [`Conflict`](crate::ErrorKind::Conflict) then", "raises <error conflict> then"),
            ("It is an error of kind `not_found`.", "It is <an error not_found>."),
            (
                "A widget of kind `a`, or one of kind `conflict`",
                "A widget of kind `a`, or <an error conflict>",
            ),
            ("It is an error of kind `strange`.", "It is an error of kind `strange`."),
            ("[`Verdict`]", "<item Verdict>"),
            ("[a page](https://example.com/a) and a[0]", "[a page](https://example.com/a) and a[0]"),
        ];
        for (text, expected) in cases {
            assert_eq!(Doc::read(text).line(&spell), expected);
        }
    }

    #[test]
    fn paragraphs_are_joined_and_lists_are_not() {
        let doc = Doc::read(" One\n two. More.\n\n * a\n * b\n\n ```json\n {\n\n }\n ```\n");
        let blocks: Vec<_> =
            doc.blocks(&spell).into_iter().map(|block| (block.text, block.verbatim)).collect();
        assert_eq!(
            blocks,
            [
                ("One two. More.".to_owned(), false),
                ("* a\n* b".to_owned(), true),
                ("```json\n{\n\n}\n```".to_owned(), true),
            ]
        );
        assert_eq!(doc.summary(&spell), "One two.");
    }
}
