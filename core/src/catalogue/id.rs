//! The kinds of ids, told apart by their prefix.

/// What an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdKind {
    /// An action: `act_…`.
    Action,
    /// A guard decision: `act_gd_…`.
    Decision,
    /// A policy: `gp_…`.
    Policy,
    /// An assumption: `asm_…`.
    Assumption,
    /// An open loop: `loop_…`.
    Loop,
    /// A session: `sess_…`.
    Session,
}

/// Prefix, kind, and what a person calls it. A longer prefix stands before the one it starts with.
const PREFIXES: [(&str, IdKind, &str); 6] = [
    ("act_gd_", IdKind::Decision, "a guard decision"),
    ("act_", IdKind::Action, "an action"),
    ("gp_", IdKind::Policy, "a policy"),
    ("asm_", IdKind::Assumption, "an assumption"),
    ("loop_", IdKind::Loop, "an open loop"),
    ("sess_", IdKind::Session, "a session"),
];

impl IdKind {
    /// The kind that the prefix of `id` tells; nothing for an id of the caller's own making.
    pub fn of(id: &str) -> Option<Self> {
        PREFIXES.iter().find(|(prefix, ..)| id.starts_with(prefix)).map(|(_, kind, _)| *kind)
    }

    /// The prefix of such ids.
    pub fn prefix(self) -> &'static str {
        self.entry().0
    }

    /// What a person calls such a record: `an action`.
    pub fn noun(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> (&'static str, Self, &'static str) {
        PREFIXES.into_iter().find(|(_, kind, _)| *kind == self).unwrap_or(PREFIXES[1])
    }
}

/// Declares the newtype of an id.
#[doc(hidden)]
#[macro_export]
macro_rules! id {
    ($(#[$meta:meta])* $name:ident, $kind:ident) => {
        $(#[$meta])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(transparent)]
        pub struct $name(pub String);

        impl $name {
            /// The id as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<T: Into<String>> From<T> for $name {
            fn from(id: T) -> Self {
                Self(id.into())
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl $crate::catalogue::Argument for $name {
            const KIND: $crate::catalogue::Kind = $crate::catalogue::Kind::Id($crate::catalogue::IdKind::$kind);

            fn is_absent(&self) -> bool {
                self.0.is_empty()
            }
        }
    };
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longer_prefix_wins() {
        assert_eq!(IdKind::of("act_gd_0123456789abcdef"), Some(IdKind::Decision));
        assert_eq!(IdKind::of("act_6b0f3c1e"), Some(IdKind::Action));
        assert_eq!(IdKind::of("my-own-id"), None);
    }

    #[test]
    fn every_kind_has_its_row() {
        for (prefix, kind, noun) in PREFIXES {
            assert_eq!((kind.prefix(), kind.noun()), (prefix, noun));
        }
    }
}
