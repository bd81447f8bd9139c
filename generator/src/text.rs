//! Laying out text: wrapping words, packing lists.

/// `wait_for_approval` as `waitForApproval`.
pub(crate) fn camel_case(name: &str) -> String {
    let pascal = pascal_case(name);
    let mut chars = pascal.chars();
    chars.next().map(|first| first.to_lowercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// `pending_approval` as `PendingApproval`.
pub(crate) fn pascal_case(name: &str) -> String {
    name.split('_').map(crate::describe::capitalized).collect()
}

/// The longest line of a generated source file.
pub(crate) const WIDTH: usize = 110;

/// `text` in lines of at most `width` characters, the first indented by `first` and the others by `rest`. Code spans
/// are not broken.
pub(crate) fn wrap(text: &str, width: usize, first: &str, rest: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = first.to_owned();
    let mut empty = true;
    for word in words(text) {
        if !empty && line.chars().count() + 1 + word.chars().count() > width {
            lines.push(std::mem::replace(&mut line, rest.to_owned()));
            empty = true;
        }
        if !empty {
            line.push(' ');
        }
        line.push_str(&word);
        empty = false;
    }
    lines.push(line);
    lines
}

/// Splits at spaces outside of code spans.
fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut in_code = false;
    for char in text.chars() {
        in_code ^= char == '`';
        match words.last_mut() {
            Some(word) if !char.is_whitespace() || in_code => word.push(char),
            _ => words.push(String::new()),
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

/// `items` packed into lines of at most `width` characters, indented by `indent`, each item followed by a comma.
pub(crate) fn pack(items: &[String], width: usize, indent: &str) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for item in items {
        match lines.last_mut() {
            Some(line) if line.len() + item.len() + 2 <= width => {
                line.push(' ');
                line.push_str(item);
                line.push(',');
            }
            _ => lines.push(format!("{indent}{item},")),
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_wrap_and_code_spans_stay_whole() {
        let text = "one two `three four` five";
        assert_eq!(wrap(text, 12, "", "  "), ["one two", "  `three four`", "  five"]);
        assert_eq!(wrap("", 12, "- ", "  "), ["- "]);
    }

    #[test]
    fn names_change_their_case() {
        assert_eq!(camel_case("wait_for_approval"), "waitForApproval");
        assert_eq!(camel_case("allowedFacts"), "allowedFacts");
        assert_eq!(pascal_case("blocks_24h"), "Blocks24h");
    }

    #[test]
    fn lists_fill_their_lines() {
        let items = ["aa", "bb", "cc"].map(str::to_owned);
        assert_eq!(pack(&items, 10, "  "), ["  aa, bb,", "  cc,"]);
    }
}
