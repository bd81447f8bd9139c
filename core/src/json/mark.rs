//! The byte-order mark that some editors and servers put before a text, and that no text of ours has.

/// `text` without a byte-order mark before it: a reader may ignore one (RFC 8259, 8.1).
pub(crate) fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix("\u{feff}".as_bytes()).unwrap_or(text)
}
