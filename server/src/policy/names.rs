//! Which characters a name may hold. What nobody sees makes two names look like one.

use std::borrow::Cow;

use crate::characters::is_invisible;

/// What is wrong with a name, for the `details` of a 400 answer: it holds a control or format character. Spaces
/// around a name are no problem here; rules compare without them.
pub fn problem(field: &str, text: &str) -> Option<String> {
    let hides_something = text.chars().any(is_hidden);
    hides_something.then(|| format!("`{field}` must not hold control or format characters"))
}

/// The text without what nobody sees.
pub(super) fn visible(text: &str) -> Cow<'_, str> {
    if text.chars().any(is_hidden) {
        return Cow::Owned(text.chars().filter(|character| !is_hidden(*character)).collect());
    }
    Cow::Borrowed(text)
}

/// What shows nothing, controls among it, line and paragraph separators, and the one blank that is neither a space nor
/// among them (U+2800).
fn is_hidden(character: char) -> bool {
    character.is_control()
        || is_invisible(character)
        || matches!(character, '\u{2028}' | '\u{2029}' | '\u{2800}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_nobody_sees_is_a_problem() {
        let hidden = [
            '\0',
            '\t',
            '\n',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{85}',
            '\u{ad}',
            '\u{34f}',
            '\u{61c}',
            '\u{115f}',
            '\u{17b4}',
            '\u{180b}',
            '\u{180e}',
            '\u{200b}',
            '\u{200c}',
            '\u{200d}',
            '\u{200e}',
            '\u{202e}',
            '\u{2028}',
            '\u{2029}',
            '\u{2060}',
            '\u{2066}',
            '\u{206f}',
            '\u{2800}',
            '\u{3164}',
            '\u{fe0f}',
            '\u{feff}',
            '\u{ffa0}',
            '\u{fff9}',
            '\u{e0001}',
            '\u{e0041}',
            '\u{e0100}',
        ];
        for hidden in hidden {
            for text in [format!("dep{hidden}loy"), format!("{hidden}deploy"), format!("deploy{hidden}")] {
                let told = problem("action_type", &text);
                assert_eq!(
                    told.as_deref(),
                    Some("`action_type` must not hold control or format characters"),
                    "{text:?}"
                );
                assert_eq!(visible(&text), "deploy", "{text:?}");
            }
        }
    }

    #[test]
    fn what_people_write_is_none() {
        let plain = [
            "",
            "deploy",
            " deploy ",
            "Deploy to prod",
            "x402_purchase",
            "https://api.example.com/v1?a=b#c",
            r"C:\srv\app",
            "b\u{fc}cher.example",
            "bu\u{308}cher.example",
            "\u{6771}\u{4eac}\u{3002}jp",
            "\u{ff44}\u{ff45}",
            "\u{43f}\u{443}\u{442}\u{44c}",
            "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
            "caf\u{e9} \u{1f680}",
            "a\u{a0}b",
        ];
        for text in plain {
            assert_eq!(problem("target", text), None, "{text:?}");
            assert_eq!(visible(text), text);
        }
    }
}
