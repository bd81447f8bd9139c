//! What the server's scan for secrets says about a text that was written.

use crate::catalogue::lenient;
use crate::record;

record! {
    /// What the scan of a write for secrets found. Findings are stored as `[REDACTED:<pattern>]`; the write itself goes on.
    pub struct Security {
        /// Whether nothing was found.
        #[serde(default, deserialize_with = "lenient::truth")]
        clean: bool,
        /// How many secrets were found.
        #[serde(default)]
        findings_count: i64,
        /// How many of them are critical.
        #[serde(default)]
        critical_count: i64,
        /// Which categories they belong to.
        #[serde(default)]
        categories: Vec<String>,
    }
}
