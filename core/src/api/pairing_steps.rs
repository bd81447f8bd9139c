//! Pairings: the operations that the core performs in several steps.

use serde_json::{Map, Value};

use crate::catalogue::{Composed, Fill, Seconds, Secret};
use crate::operations;

operations! { "pairings":
    /// Registers the public half of a private RSA key, as [`create_pairing`](crate::DashClaw::create_pairing) does. The
    /// private key is sent nowhere.
    ///
    /// A key that is no private RSA key of 2048 to 4096 bits is an error of kind `invalid_argument`, which shows nothing of
    /// it.
    create_pairing_from_private_jwk = Post "/api/pairings" => Map<String, Value> [
        composed(Composed::PairingKey), positional(&["private_jwk", "agent_name"]), node(&["private_jwk", "..fields"]),
    ]
    CreatePairingFromPrivateJwk {
        /// The private key as a JWK with its primes (RFC 7518, section 6.3.2). `dmp1`, `dmq1` and `iqmp` are read, too.
        private_jwk: Secret<Map<String, Value>> [local()],
        /// The agent's name for people.
        agent_name: Option<String> [fill(Fill::AgentName)],
        /// What the key signs with.
        algorithm: Option<String> [constant("\"RSASSA-PKCS1-v1_5\"")],
    }

    /// Waits until a pairing is approved, and returns it.
    ///
    /// One that expires is an error of kind `approval_expired`, one that is rejected an error of kind `approval_denied`, and
    /// one that nobody decides about in time an error of kind `approval_timeout`; it stands. A server that cannot be
    /// reached for a while is asked again.
    wait_for_pairing = Get "/api/pairings/{pairing_id}" => Map<String, Value> [
        composed(Composed::PairingWait), positional(&["pairing_id", "timeout", "interval"]),
        node(&["pairing_id", "..how"]),
    ]
    WaitForPairing from pairing_id: String {
        /// Which pairing.
        pairing_id: String,
        /// How long to wait in all. With no time at all it is looked at once.
        timeout: Option<Seconds> [default("300"), local()],
        /// How often it is looked at; at most ten times a second.
        interval: Option<Seconds> [default("2"), local()],
    }
}
