//! What is found out about policies, and what an import made of them.

use crate::api::ids::PolicyId;
use serde_json::Value;

use super::PolicyType;
use crate::catalogue::lenient;
use crate::record;

record! {
    /// How policies did in their tests.
    pub struct PolicyTestReport {
        /// Counts, and every test.
        #[required]
        results: PolicyTestResults,
        /// When they ran: ISO-8601, UTC.
        generated_at: String,
    }

    /// How policies did in their tests, counted and in full.
    pub struct PolicyTestResults {
        /// How many policies were tested.
        total_policies: i64,
        /// How many tests ran.
        total_tests: i64,
        /// How many passed.
        passed: i64,
        /// How many did not.
        failed: i64,
        /// Whether all passed.
        #[required]
        success: bool,
        /// Policy by policy.
        details: Vec<PolicyTestDetail>,
    }

    /// How one policy did in its tests.
    pub struct PolicyTestDetail {
        /// Which policy.
        policy_id: PolicyId,
        /// What it is called.
        policy_name: String,
        /// Its tests.
        tests: Vec<PolicyTest>,
    }

    /// One test of a policy.
    pub struct PolicyTest {
        /// What it is called.
        name: String,
        /// Whether the policy did as expected.
        #[required]
        passed: bool,
        /// What was expected: whether the action is let pass. Newer servers may say a verdict.
        expected: Value,
        /// What came out, in the same form.
        actual: Value,
        /// Why.
        reason: Option<String>,
    }

    /// What the policies prove, in writing.
    pub struct PolicyProof {
        /// The report: Markdown, or as JSON an object or its text.
        #[required]
        report: Value,
        /// In which form: `md` or `json`.
        format: String,
        /// When it was written: ISO-8601, UTC.
        generated_at: String,
    }

    /// What an import did.
    pub struct PolicyImport {
        /// How many policies were added.
        #[required]
        imported: i64,
        /// How many were left out.
        skipped: i64,
        /// Those that were left out, most of them because there is one of that name.
        skipped_names: Vec<String>,
        /// What went wrong, policy by policy.
        errors: Vec<String>,
        /// The policies that were added.
        policies: Vec<ImportedPolicy>,
    }

    /// A policy that an import added.
    pub struct ImportedPolicy {
        /// Which policy.
        #[required]
        id: PolicyId,
        /// What it is called.
        name: String,
        /// What it looks at.
        policy_type: PolicyType,
        /// Whether it holds: 0 or 1.
        #[read = "lenient::zero_or_one"]
        active: i64,
    }
}
