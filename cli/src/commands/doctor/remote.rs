//! The instance's own checks, and what to say when it does not answer.

use dashclaw::api::doctor::{DoctorFixed, FixDoctor, GetDoctor};
use dashclaw::{Error, ErrorKind};

use super::report::{Check, Status};
use crate::failure::Failure;
use crate::session::Session;

/// How much of an answer that is none is shown, in characters.
const SHOWN: usize = 120;

/// What the instance finds; one check that says why there are none when it does not answer.
pub(super) fn checks(session: &Session, category: Option<&str>) -> Vec<Check> {
    let look = GetDoctor {
        include_fixes: Some(true),
        category: category.map(str::to_owned),
        ..GetDoctor::default()
    };
    let report = match session.block_on(session.client().send(&look)) {
        Ok(report) => serde_json::to_value(report).unwrap_or_default(),
        // An instance that is not well says so with its report.
        Err(error) if error.status() == Some(503) && error.fields().body.is_some() => {
            error.fields().body.clone().unwrap_or_default()
        }
        Err(error) => return vec![unanswered(&error)],
    };
    let listed: Option<Vec<Check>> =
        report.get("checks").and_then(|checks| serde_json::from_value(checks.clone()).ok());
    listed.unwrap_or_else(|| {
        vec![unreachable(format!("it answers what is no report: {}", start(&report.to_string())))]
    })
}

/// Mends one thing of the instance.
pub(super) fn mend(session: &Session, action: &str) -> Result<DoctorFixed, Failure> {
    let mended = session.block_on(session.client().send(&FixDoctor::from(action)));
    match mended {
        Err(error) => match error.fields().body.as_ref().filter(|body| body.get("applied").is_some()) {
            // It says what became of it with whatever status.
            Some(body) => Ok(serde_json::from_value(body.clone()).unwrap_or_default()),
            None => Err(session.explained(error)),
        },
        Ok(mended) => Ok(mended),
    }
}

fn unanswered(error: &Error) -> Check {
    match (error.kind(), error.status()) {
        (ErrorKind::Authentication | ErrorKind::Permission, _) => {
            check("remote_auth", "Instance accepts the key", format!("the API key is not accepted: {error}"))
        }
        (_, Some(404)) => unreachable("404: the instance has no doctor".to_owned()),
        (_, Some(status)) => unreachable(format!("{status}: {}", start(&error.to_string()))),
        _ => unreachable(start(&error.to_string())),
    }
}

/// No instance is known.
pub(super) fn unknown(why: &str) -> Check {
    unreachable(format!("no instance is known: {why}"))
}

fn unreachable(message: String) -> Check {
    check("remote_unreachable", "Instance answers", message)
}

fn check(id: &str, title: &str, message: String) -> Check {
    Check { local: false, ..Check::local(id, "sdk", Status::Fail, title, message) }
}

fn start(text: &str) -> String {
    text.chars().take(SHOWN).collect()
}
