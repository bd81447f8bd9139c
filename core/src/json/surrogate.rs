//! Halves of surrogate pairs, which JSON can spell and no text in UTF-8 can hold.

/// Whether JSON text spells one that stands alone: `\ud800` without a `\udc00` behind it.
pub(crate) fn has_lone_surrogate(json: &str) -> bool {
    let mut rest = json;
    let mut high = false;
    while let Some(at) = rest.find('\\') {
        let unit = escaped_unit(&rest[at..]);
        match unit {
            Some(0xdc00..=0xdfff) if high && at == 0 => high = false,
            Some(0xdc00..=0xdfff) => return true,
            _ if high => return true,
            Some(0xd800..=0xdbff) => high = true,
            _ => {}
        }
        // A backslash in JSON text always has something behind it.
        rest = rest.get(at + if unit.is_some() { 6 } else { 2 }..).unwrap_or_default();
        if high && !rest.starts_with('\\') {
            return true;
        }
    }
    false
}

/// The UTF-16 unit that `\uXXXX` at the start of `text` spells.
pub(super) fn escaped_unit(text: &str) -> Option<u16> {
    u16::from_str_radix(text.strip_prefix("\\u")?.get(..4)?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_lone_halves_are_found() {
        for alone in [
            r#""\ud800""#,
            r#""\udc00""#,
            r#""\uD83E x""#,
            r#""\ud800\n\udc00""#,
            r#"["\ud800","\udc00"]"#,
            r#""\ud800\ud800\udc00""#,
        ] {
            assert!(has_lone_surrogate(alone), "{alone}");
        }
        for paired in [
            r#""\ud83e\udd8a""#,
            r#""\ud83e\udd8a\ud83e\udd8a\\ud800""#,
            r#""\\ud800""#,
            r#""\u00e9""#,
            r#""é🦊""#,
            "7",
        ] {
            assert!(!has_lone_surrogate(paired), "{paired}");
        }
    }
}
