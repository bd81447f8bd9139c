//! Colours of a terminal.

/// What a colour is used for is said where it is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Colour {
    Bold,
    Red,
    Green,
    Yellow,
}

impl Colour {
    /// `text` between the codes for this colour and for none.
    pub(super) fn paint(self, text: &str) -> String {
        let code = match self {
            Self::Bold => "1",
            Self::Red => "31",
            Self::Green => "32",
            Self::Yellow => "33",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// That of a risk, 0 to 100.
    pub(crate) fn of_risk(risk: i64) -> Self {
        match risk {
            70.. => Self::Red,
            40.. => Self::Yellow,
            _ => Self::Green,
        }
    }
}
