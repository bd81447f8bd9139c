//! What is found out about policies, and what an import made of them.

use serde_json::Value;

use super::{PolicyId, PolicyType};
use crate::catalogue::lenient;
use crate::record;

record! {
    /// How policies did in their tests.
    pub struct PolicyTestReport {
        /// Counts, and every test.
        results: PolicyTestResults,
        /// When they ran: ISO-8601, UTC.
        #[serde(default)]
        generated_at: String,
    }

    /// How policies did in their tests, counted and in full.
    pub struct PolicyTestResults {
        /// How many policies were tested.
        #[serde(default)]
        total_policies: i64,
        /// How many tests ran.
        #[serde(default)]
        total_tests: i64,
        /// How many passed.
        #[serde(default)]
        passed: i64,
        /// How many did not.
        #[serde(default)]
        failed: i64,
        /// Whether all passed.
        success: bool,
        /// Policy by policy.
        #[serde(default)]
        details: Vec<PolicyTestDetail>,
    }

    /// How one policy did in its tests.
    pub struct PolicyTestDetail {
        /// Which policy.
        #[serde(default)]
        policy_id: PolicyId,
        /// What it is called.
        #[serde(default, deserialize_with = "lenient::or_default")]
        policy_name: String,
        /// Its tests.
        #[serde(default)]
        tests: Vec<PolicyTest>,
    }

    /// One test of a policy.
    pub struct PolicyTest {
        /// What it is called.
        #[serde(default)]
        name: String,
        /// Whether the policy did as expected.
        passed: bool,
        /// What was expected: whether the action is let pass. Newer servers may say a verdict.
        #[serde(default)]
        expected: Value,
        /// What came out, in the same form.
        #[serde(default)]
        actual: Value,
        /// Why.
        #[serde(default)]
        reason: Option<String>,
    }

    /// What the policies prove, in writing.
    pub struct PolicyProof {
        /// The report: Markdown, or as JSON an object or its text.
        report: Value,
        /// In which form: `md` or `json`.
        #[serde(default)]
        format: String,
        /// When it was written: ISO-8601, UTC.
        #[serde(default)]
        generated_at: String,
    }

    /// What an import did.
    pub struct PolicyImport {
        /// How many policies were added.
        imported: i64,
        /// How many were left out.
        #[serde(default)]
        skipped: i64,
        /// Those that were left out, most of them because there is one of that name.
        #[serde(default)]
        skipped_names: Vec<String>,
        /// What went wrong, policy by policy.
        #[serde(default)]
        errors: Vec<String>,
        /// The policies that were added.
        #[serde(default)]
        policies: Vec<ImportedPolicy>,
    }

    /// A policy that an import added.
    pub struct ImportedPolicy {
        /// Which policy.
        id: PolicyId,
        /// What it is called.
        #[serde(default)]
        name: String,
        /// What it looks at.
        #[serde(default)]
        policy_type: PolicyType,
        /// Whether it holds: 0 or 1.
        #[serde(default, deserialize_with = "lenient::zero_or_one")]
        active: i64,
    }
}
