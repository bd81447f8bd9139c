//! The instance's own checks, and what to say when it does not answer.

use dashclaw::catalogue::{Field, Kind, Method, Operation, Row, Rules};
use dashclaw::{Error, ErrorKind};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::report::{Check, Status};
use crate::failure::Failure;
use crate::session::Session;

/// How much of an answer that is none is shown, in characters.
const SHOWN: usize = 120;

/// `GET /api/doctor`: its checks, and what would mend them.
#[derive(Debug, Serialize)]
struct Look<'a> {
    include_fixes: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    category: Option<&'a str>,
}

impl Operation for Look<'_> {
    type Response = Map<String, Value>;

    const ROW: Row = {
        const GET: Method = Method::Get;
        const PATH: &str = "/api/doctor";
        const FIELDS: &[Field] = &[
            Field::new("include_fixes", Kind::Boolean, false, GET, PATH),
            Field::new("category", Kind::Text, false, GET, PATH),
        ];
        Row::outside("get_doctor", GET, PATH, FIELDS, Rules::of(GET))
    };
}

/// `POST /api/doctor/fix`: mends one thing.
#[derive(Debug, Serialize)]
struct Mend<'a> {
    action: &'a str,
}

impl Operation for Mend<'_> {
    type Response = Mended;

    const ROW: Row = {
        const POST: Method = Method::Post;
        const PATH: &str = "/api/doctor/fix";
        const FIELDS: &[Field] = &[Field::new("action", Kind::Text, true, POST, PATH)];
        Row::outside("fix_doctor", POST, PATH, FIELDS, Rules::of(POST))
    };
}

/// What became of it.
#[derive(Debug, Default, Deserialize)]
pub(super) struct Mended {
    #[serde(default)]
    pub(super) applied: bool,
    #[serde(default)]
    pub(super) description: String,
}

/// What the instance finds; one check that says why there are none when it does not answer.
pub(super) fn checks(session: &Session, category: Option<&str>) -> Vec<Check> {
    let look = Look { include_fixes: true, category };
    let report = match session.block_on(session.client().send(&look)) {
        Ok(report) => Value::Object(report),
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
pub(super) fn mend(session: &Session, action: &str) -> Result<Mended, Failure> {
    let mended = session.block_on(session.client().send(&Mend { action }));
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
