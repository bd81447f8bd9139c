//! New ids: a prefix that tells the kind, then random digits.

use std::fmt::Write as _;
use std::sync::atomic::{AtomicU16, Ordering};

use dashclaw::clock;

/// `N` random bytes as lower-case hex.
fn random_hex<const N: usize>() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; N];
    getrandom::fill(&mut bytes)?;
    Ok(hex(&bytes))
}

/// Lower-case hex.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// A random UUID (RFC 9562, version 4).
fn uuid() -> Result<String, getrandom::Error> {
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes)?;
    bytes[6] = bytes[6] & 0x0f | 0x40;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes);
    let parts = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    Ok(parts.join("-"))
}

/// Digits that follow those of earlier calls in this process, and of earlier milliseconds on every host.
fn in_order() -> Result<String, getrandom::Error> {
    static CALLS: AtomicU16 = AtomicU16::new(0);
    let call = CALLS.fetch_add(1, Ordering::Relaxed);
    Ok(format!("{:012x}{call:04x}{}", clock::unix_millis(), random_hex::<4>()?))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal, $digits:expr;)*) => {$(
        $(#[$doc])*
        pub(crate) fn $name() -> Result<String, getrandom::Error> {
            Ok(format!(concat!($prefix, "{}"), $digits?))
        }
    )*};
}

ids! {
    /// An action.
    action = "act_", uuid();
    /// A guard decision.
    decision = "act_gd_", random_hex::<8>();
    /// A policy.
    policy = "gp_", random_hex::<12>();
    /// An assumption.
    assumption = "asm_", uuid();
    /// An open loop.
    open_loop = "loop_", uuid();
    /// A session.
    session = "sess_", random_hex::<6>();
    /// A pairing.
    pairing = "pair_", uuid();
    /// A session of the page.
    page_session = "page_", random_hex::<8>();
    /// What is good alone, and never shown again.
    secret = "", random_hex::<32>();
    /// A secret that is kept for agents.
    kept_secret = "sec_", random_hex::<8>();
    /// What somebody did.
    activity = "log_", in_order();
    /// An API key's record.
    key = "key_", uuid();
    /// An API key itself.
    api_key = "oc_live_", random_hex::<16>();
    /// A request.
    request = "req_", random_hex::<8>();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_have_their_form() {
        let action = action().unwrap();
        let groups: Vec<usize> = action[4..].split('-').map(str::len).collect();
        assert_eq!((&action[..4], groups, &action[18..19]), ("act_", vec![8, 4, 4, 4, 12], "4"));
        assert_eq!(decision().unwrap().len(), 7 + 16);
        assert_eq!(api_key().unwrap().len(), 8 + 32);
        assert_ne!(policy().unwrap(), policy().unwrap());
        assert!((0..1000).map(|_| activity().unwrap()).is_sorted());
    }
}
