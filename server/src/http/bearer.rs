//! The token that an agent brings.

use http::HeaderMap;
use http::header::AUTHORIZATION;

use crate::identity::Bearer;

/// What stands in the header `authorization`.
pub(super) fn bearer(headers: &HeaderMap) -> Bearer {
    let mut all = headers.get_all(AUTHORIZATION).iter();
    let (first, second) = (all.next(), all.next());
    let Some(value) = first else { return Bearer::None };
    let Ok(text) = value.to_str() else { return Bearer::Unreadable };
    match text.trim().split_once(' ') {
        // Of two tokens nobody can say which is meant.
        Some((scheme, _)) if scheme.eq_ignore_ascii_case("bearer") && second.is_some() => Bearer::Unreadable,
        Some((scheme, token)) if scheme.eq_ignore_ascii_case("bearer") => {
            Bearer::Token(token.trim().to_owned())
        }
        _ => Bearer::None,
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn only_one_bearer_token_is_one() {
        let told = |values: &[&'static str]| {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(AUTHORIZATION, HeaderValue::from_static(value));
            }
            match bearer(&headers) {
                Bearer::None => "none".to_owned(),
                Bearer::Unreadable => "unreadable".to_owned(),
                Bearer::Token(token) => token,
            }
        };
        assert_eq!(told(&[]), "none");
        assert_eq!(told(&["Basic abc"]), "none");
        assert_eq!(told(&["bearer"]), "none");
        assert_eq!(told(&["bearer  a.b.c "]), "a.b.c");
        assert_eq!(told(&["Bearer a.b.c", "Bearer d.e.f"]), "unreadable");
    }
}
