//! `dashclaw policy test`: given questions, wanted verdicts.

use std::path::PathBuf;

use clap::Args;
use dashclaw::{CallOptions, DashClaw};
use dashclaw_server::{Instance, InstanceOptions};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{name_of, policies_of, text_of};
use crate::failure::{Ended, FAILED, Failure};
use crate::output::{Colour, Output, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw policy test policies.yaml cases.yaml

CASES is YAML, or JSON:
  cases:
    - name: a human approves deploys
      ask: { action_type: deploy, declared_goal: Ship v2 }
      want: require_approval

`ask` is what guard is asked, `want` one of allow, warn, require_approval, block. The cases are asked one after the other, of a
server in memory that nobody else uses: limits on rates count within the file.";

/// Asks the questions of a file, and compares the verdicts with those that are wanted.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Test {
    /// The policy file
    file: PathBuf,
    /// The file of cases; `-` is standard input
    cases: PathBuf,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Cases {
    cases: Vec<Case>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: Option<String>,
    ask: Map<String, Value>,
    want: Want,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Want {
    Allow,
    Warn,
    RequireApproval,
    Block,
}

/// What became of a case.
#[derive(Debug, Serialize)]
struct Tried {
    name: String,
    passed: bool,
    want: Want,
    got: String,
    reasons: Vec<String>,
}

impl Test {
    pub(super) fn run(self, output: Output) -> Ended {
        policies_of(&self.file)?;
        let text = text_of(&self.cases)?;
        let Cases { cases } =
            serde_yaml_ng::from_str(&text).map_err(|error| format!("{}: {error}", self.cases.display()))?;
        let instance = Instance::open(&InstanceOptions {
            policies: Some(self.file.clone()),
            ..InstanceOptions::default()
        })?;
        let builder = instance.install(DashClaw::builder().agent_id("policy-test"), "member")?;
        let session = Session::with(builder.build()?)?;
        let tried: Result<Vec<Tried>, Failure> =
            cases.into_iter().enumerate().map(|(index, case)| try_one(&session, index, case)).collect();
        let tried = tried?;
        let failed = tried.iter().filter(|case| !case.passed).count();
        output.answer(
            &json!({ "passed": tried.len() - failed, "failed": failed, "cases": tried }),
            || {
                let lines: Vec<String> = tried.iter().map(|case| line(case, output)).collect();
                let sum =
                    format!("{}: {} passed, {failed} failed", name_of(&self.file), tried.len() - failed);
                [lines, vec![sum]].concat().join("\n")
            },
        )?;
        Ok(if failed == 0 { 0 } else { FAILED })
    }
}

fn try_one(session: &Session, index: usize, case: Case) -> Result<Tried, Failure> {
    let name = case.name.unwrap_or_else(|| format!("case {}", index + 1));
    let ask = Value::from(case.ask).to_string();
    let asked =
        async { session.client().call("guard", ask.as_bytes(), &CallOptions::default()).await?.json() };
    let told: Value =
        session.run(asked).map_err(|problem| problem.saying(|message| format!("`{name}`: {message}")))?;
    let got = told["decision"].as_str().unwrap_or_default().to_owned();
    let want = serde_json::to_value(case.want).unwrap_or_default();
    let texts = |member: &str| told[member].as_array().cloned().unwrap_or_default();
    let reasons = texts("reasons").into_iter().chain(texts("warnings"));
    let reasons = reasons.filter_map(|reason| reason.as_str().map(str::to_owned)).collect();
    Ok(Tried { name, passed: want == *got, want: case.want, got, reasons })
}

fn line(case: &Tried, output: Output) -> String {
    let name = shown(&case.name);
    if case.passed {
        return format!("{} {name}", output.paint(Colour::Green, "ok  "));
    }
    let want = serde_json::to_value(case.want).ok().and_then(|word| word.as_str().map(str::to_owned));
    let why = if case.reasons.is_empty() {
        "no policy matched".to_owned()
    } else {
        shown(&case.reasons.join("; "))
    };
    format!(
        "{} {name}: wanted {}, got {} ({why})",
        output.paint(Colour::Red, "FAIL"),
        want.unwrap_or_default(),
        shown(&case.got)
    )
}
