//! Names under which an instance may be asked, and pages of elsewhere that may ask it.

use std::str::FromStr;

use url::{Host, Url};

/// A name under which the instance is reached, beside `localhost`, addresses and that of the
/// [public URL](crate::PublicUrl): `governance.internal`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostName(String);

impl FromStr for HostName {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match Host::parse(text) {
            Ok(Host::Domain(name)) if !name.ends_with('.') => Ok(Self(name.to_ascii_lowercase())),
            Ok(Host::Domain(_)) => Err("it must not end with a dot".to_owned()),
            Ok(_) => Err("addresses need not be named".to_owned()),
            Err(error) => Err(format!("it is no host name, without a scheme and a port: {error}")),
        }
    }
}

impl HostName {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Where a page comes from, as browsers write it: `https://console.example.com`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin(String);

impl FromStr for Origin {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let url = Url::parse(text).map_err(|error| format!("it is no URL: {error}"))?;
        let origin = url.origin().ascii_serialization();
        let is_alone = text.trim_end_matches('/').eq_ignore_ascii_case(&origin);
        if !matches!(url.scheme(), "http" | "https") || !is_alone {
            return Err(
                "it must be a scheme and a host, with a port where it is not the usual one".to_owned()
            );
        }
        Ok(Self(origin))
    }
}

impl Origin {
    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_alone() {
        assert_eq!("Claw.Internal".parse::<HostName>().unwrap().as_str(), "claw.internal");
        for wrong in ["", "a b", "http://a", "a:80", "a.", "127.0.0.1", "127.1", "[::1]", "*.a/"] {
            assert!(wrong.parse::<HostName>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn origins_are_as_browsers_write_them() {
        for given in ["https://a.example", "HTTPS://A.example/", "http://127.0.0.1:3000"] {
            assert!(given.parse::<Origin>().is_ok(), "{given}");
        }
        for wrong in [
            "*",
            "null",
            "a.example",
            "https://a.example/x",
            "https://u@a.example",
            "ftp://a",
            "https://a:443",
        ] {
            assert!(wrong.parse::<Origin>().is_err(), "{wrong}");
        }
    }
}
