//! Where people reach the instance.

use std::str::FromStr;

use url::Url;

/// The address under which people and agents reach the instance, which stands before what links to it: `https://governance.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("it is no URL: {error}"))?;
        let is_plain = matches!(url.scheme(), "http" | "https")
            && url.query().is_none()
            && url.fragment().is_none()
            && url.username().is_empty()
            && url.password().is_none();
        if !is_plain {
            return Err("it must be http or https, and without credentials, query and fragment".to_owned());
        }
        Ok(Self(url.as_str().trim_end_matches('/').to_owned()))
    }
}

impl PublicUrl {
    /// The URL, without a slash at its end.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name in it.
    pub(crate) fn host(&self) -> Option<String> {
        Url::parse(&self.0).ok()?.host_str().map(str::to_owned)
    }

    /// Its origin, and the name and port in that.
    pub(crate) fn origin(&self) -> (String, String) {
        let origin = Url::parse(&self.0).map(|url| url.origin().ascii_serialization()).unwrap_or_default();
        let authority = origin.split_once("://").map_or("", |(_, authority)| authority).to_owned();
        (origin, authority)
    }

    /// A link to a path.
    pub(crate) fn link(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_begins_with_it() {
        for (given, wanted) in [
            ("https://example.com", "https://example.com/pair/x"),
            ("https://example.com/", "https://example.com/pair/x"),
            ("HTTP://Example.com:8080/claw/", "http://example.com:8080/claw/pair/x"),
        ] {
            assert_eq!(given.parse::<PublicUrl>().unwrap().link("/pair/x"), wanted);
        }
        for wrong in
            ["example.com", "ftp://example.com", "https://u:p@example.com", "https://example.com?a=b"]
        {
            assert!(wrong.parse::<PublicUrl>().is_err(), "{wrong}");
        }
    }
}
