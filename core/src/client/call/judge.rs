//! From a response to a result or an error: a pure function. What is not clearly right is an error, never permission.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, StatusCode};
use serde_json::{Value, json};

use super::creation::{Asked, created, with_action_id};
use super::status::meaning;
use crate::api::guard::Verdict;
use crate::catalogue::{Expect, Repeat, Row};
use crate::json::{Members, Text, mended, without_mark};
use crate::terminal::printable;
use crate::{Error, ErrorKind, Result, clock, deadline};

/// How much of an unreadable body is shown.
const EXCERPT: usize = 200;
/// How deep an answer may be nested, for languages' own decoders have such a limit; no documented answer comes near.
const MAX_DEPTH: usize = 128;

/// A complete response.
#[derive(Debug)]
pub(crate) struct Answer<'a> {
    pub(crate) status: StatusCode,
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Whether `answer` is what a successful call of `row` returns, and what is to be read in place of its body where readers
/// would disagree about that. `redact` takes secrets out of a text.
pub(crate) fn judge(
    row: &Row,
    asked: Asked<'_>,
    answer: &Answer<'_>,
    redact: &dyn Fn(&str) -> String,
) -> Result<Option<Bytes>> {
    let verdict = if answer.status.is_success() {
        accept(row, asked, answer, redact)
    } else {
        Err(refusal(answer, redact))
    };
    verdict.map_err(|error| {
        error.with(|fields| {
            fields.operation = Some(row.name.to_owned());
            // A replayed refusal has the status of the first one.
            fields.status.get_or_insert(answer.status.as_u16());
            fields.request_id = request_id(answer.headers);
        })
    })
}

/// The server's id for a request.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<String> {
    headers.get("x-request-id").and_then(|value| value.to_str().ok()).map(str::to_owned)
}

fn accept(
    row: &Row,
    asked: Asked<'_>,
    answer: &Answer<'_>,
    redact: &dyn Fn(&str) -> String,
) -> Result<Option<Bytes>> {
    if row.rules.expect == Expect::Bytes {
        return Ok(None);
    }
    let no_object = || malformed(row, answer, "is not a JSON object", redact);
    let text = std::str::from_utf8(without_mark(answer.body)).map_err(|_| no_object())?;
    let read = Members::read(text, MAX_DEPTH);
    if read.is_err() && row.rules.expect == Expect::Text && is_document(answer, text) {
        return Ok(None);
    }
    if !read.as_ref().is_ok_and(|members| !members.disputed)
        && let Some(mended) = mended(text)
    {
        accept(row, asked, &Answer { body: mended.as_bytes(), ..*answer }, redact)?;
        return Ok(Some(mended.into()));
    }
    let members = read.map_err(|_| no_object())?;
    accept_object(row, asked, answer, (text, &members), redact).map(|()| None)
}

fn accept_object(
    row: &Row,
    asked: Asked<'_>,
    answer: &Answer<'_>,
    (text, members): (&str, &Members<'_>),
    redact: &dyn Fn(&str) -> String,
) -> Result<()> {
    let malformed = |problem: &str| malformed(row, answer, problem, redact);
    let member = |name: &str| members.get(name).map_err(|_| malformed("is not a JSON object"));
    match row.rules.expect {
        Expect::Object | Expect::Text | Expect::Bytes => Ok(()),
        Expect::Verdict => {
            let word = member("decision")?.and_then(|json| serde_json::from_str::<Text<'_>>(json).ok());
            match word {
                Some(Text(word)) if Verdict::WORDS.contains(&&*word) => Ok(()),
                _ => Err(malformed("holds no verdict")),
            }
        }
        Expect::Creation => created(text, asked, &malformed),
        Expect::Events => Err(malformed("is no event stream")),
    }
}

fn malformed(row: &Row, answer: &Answer<'_>, problem: &str, redact: &dyn Fn(&str) -> String) -> Error {
    let excerpt = if row.rules.secret { "(not shown)".to_owned() } else { excerpt(answer.body, redact) };
    Error::new(ErrorKind::MalformedResponse, format!("the server's answer {problem}: `{excerpt}`"))
}

/// Whether a body that is no JSON object is a text to be handed on: not a web page, and not the torso of an object.
fn is_document(answer: &Answer<'_>, body: &str) -> bool {
    let start = body.trim_start();
    !start.is_empty() && !start.starts_with('{') && media_type(answer.headers) != "text/html"
}

/// The object that is handed on in place of the body: of a text that `row` may answer with one that holds it, of a replay
/// one that names its action, of one behind a byte-order mark that object. Nothing when the body is handed on as it is.
pub(crate) fn handed_on_instead(row: &Row, answer: &Answer<'_>) -> Option<Bytes> {
    let body = without_mark(answer.body);
    let text = std::str::from_utf8(body).ok()?;
    let whole = || (body.len() < answer.body.len()).then(|| Bytes::copy_from_slice(body));
    match row.rules.expect {
        Expect::Bytes => None,
        Expect::Text if !text.trim_start().starts_with('{') => {
            Some(json!({ "text": text, "media_type": media_type(answer.headers) }).to_string().into())
        }
        Expect::Creation if row.rules.repeat == Repeat::Keyed => {
            with_action_id(text, MAX_DEPTH).or_else(whole)
        }
        _ => whole(),
    }
}

/// `Content-Type` without its parameters.
fn media_type(headers: &HeaderMap) -> String {
    let given =
        headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim();
    if essence.is_empty() { "text/plain".to_owned() } else { essence.to_ascii_lowercase() }
}

/// The error that a refusal stands for.
fn refusal(answer: &Answer<'_>, redact: &dyn Fn(&str) -> String) -> Error {
    let status = answer.status.as_u16();
    let body: Option<Value> = std::str::from_utf8(without_mark(answer.body)).ok().and_then(|text| {
        serde_json::from_str(text).ok().or_else(|| serde_json::from_str(&mended(text)?).ok())
    });
    let decision = body.as_ref().and_then(|body| body.get("decision"));
    if let Some(decision) = decision.filter(|decision| status == 403 && decision["decision"] == "block") {
        return blocked(decision.clone()).with(|fields| fields.body.clone_from(&body));
    }
    let meaning = meaning(status);
    let text =
        |name: &str| body.as_ref().and_then(|body| body.get(name)).and_then(Value::as_str).map(str::to_owned);
    let message = match text("error").filter(|error| !error.is_empty()).or_else(|| text("reason")) {
        Some(message) => redact(&message),
        None if (300..400).contains(&status) => {
            let target = answer.headers.get(http::header::LOCATION).and_then(|value| value.to_str().ok());
            let target =
                target.map(|target| format!(" to `{}`", printable(&redact(target)))).unwrap_or_default();
            format!("the server answered with a redirect ({status}){target}, which is not followed")
        }
        None if body.is_some() => format!("the server answered {status}"),
        None => format!("the server answered {status}: `{}`", excerpt(answer.body, redact)),
    };
    Error::new(meaning.kind, message).with(|fields| {
        if let Some(code) = text("code") {
            fields.code = code;
        }
        fields.details =
            body.as_ref().and_then(|body| body.get("details").or_else(|| body.get("detail"))).cloned();
        fields.current_status = text("current_status").or_else(|| text("status"));
        fields.retry_after = retry_after(answer.headers).map(|delay| delay.as_secs_f64());
        fields.retryable = meaning.retryable;
        fields.body.clone_from(&body);
    })
}

/// The error of a verdict `block`.
pub(crate) fn blocked(decision: Value) -> Error {
    let reasons: Vec<&str> =
        decision["reasons"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let message = match (decision["reason"].as_str(), reasons.is_empty()) {
        (Some(reason), _) if !reason.is_empty() => reason.to_owned(),
        (_, false) => reasons.join("; "),
        _ => "action blocked by policy".to_owned(),
    };
    Error::new(ErrorKind::GuardBlocked, printable(&message)).with(|fields| fields.decision = Some(decision))
}

/// `Retry-After`, in seconds or as a date (RFC 9110, 10.2.3).
pub(crate) fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let value = headers.get(http::header::RETRY_AFTER)?.to_str().ok()?;
    deadline::retry_after(value, clock::unix_millis())
}

/// The beginning of a body, for people.
fn excerpt(body: &[u8], redact: &dyn Fn(&str) -> String) -> String {
    if body.is_empty() {
        return "(empty)".to_owned();
    }
    // The whole body is redacted before it is cut, so that no secret is cut in two and half shown.
    let text = redact(&String::from_utf8_lossy(&body[..body.len().min(EXCERPT * 8)]));
    let shown: String = text.chars().take(EXCERPT).collect();
    if text.chars().count() > EXCERPT { format!("{shown}…") } else { shown }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::find;

    fn judged(operation: &str, status: u16, body: &str) -> Result<Option<Bytes>> {
        let headers = HeaderMap::new();
        let answer = Answer {
            status: StatusCode::from_u16(status).unwrap(),
            headers: &headers,
            body: body.as_bytes(),
        };
        judge(find(operation).unwrap(), Asked::default(), &answer, &|text| {
            text.replace("oc_live_secret", "[REDACTED]")
        })
    }

    #[test]
    fn only_the_four_verdicts_are_verdicts() {
        for word in Verdict::WORDS {
            judged("guard", 200, &format!(r#"{{"decision":"{word}"}}"#)).unwrap();
        }
        let nonsense = [
            "{}",
            "null",
            "",
            "[]",
            "true",
            "\"allow\"",
            "<html>allow</html>",
            r#"{"decision":"alow"}"#,
            r#"{"decision":"allow""#,
            r#"{"decision":null}"#,
            r#"{"decision":{"decision":"allow"}}"#,
            r#"{"decision":"ALLOW"}"#,
            r#"{"decision":true}"#,
            r#"{"decision":"allow"}{"#,
        ];
        for body in nonsense {
            let error = judged("guard", 200, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedResponse, "{body}");
        }
    }

    #[test]
    fn an_answer_that_is_nested_too_deep_is_malformed() {
        let nested =
            |depth: usize| format!(r#"{{"a":"[[[[\"[[","b":{}{}}}"#, "[".repeat(depth), "]".repeat(depth));
        judged("get_signals", 200, &nested(MAX_DEPTH - 1)).unwrap();
        for operation in ["get_signals", "guard"] {
            let error = judged(operation, 200, &nested(100_000)).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedResponse, "{operation}");
        }
    }

    /// What is handed on of a text of this media type.
    fn handed_on(media_type: &str, body: &str) -> Result<String> {
        let headers = HeaderMap::from_iter([(http::header::CONTENT_TYPE, media_type.parse().unwrap())]);
        let answer = Answer { status: StatusCode::OK, headers: &headers, body: body.as_bytes() };
        let row = find("download_compliance_export").unwrap();
        judge(row, Asked::default(), &answer, &|text| text.to_owned())?;
        let text = handed_on_instead(row, &answer).map(|object| String::from_utf8(object.to_vec()).unwrap());
        Ok(text.unwrap_or_else(|| body.to_owned()))
    }

    #[test]
    fn a_text_is_handed_on_in_an_object_and_an_object_as_it_is() {
        let bundle = " {\"version\" : \"v1\", \"payload\": {}}\n";
        assert_eq!(handed_on("application/json; charset=utf-8", bundle).unwrap(), bundle);
        let report = json!({ "text": "# Report\n\"a\"\n", "media_type": "text/markdown" });
        assert_eq!(
            handed_on("Text/Markdown; charset=utf-8", "# Report\n\"a\"\n").unwrap(),
            report.to_string()
        );
        // Reports of older servers, behind a newer one.
        let report = json!({ "text": "# Report", "media_type": "application/json" });
        assert_eq!(handed_on("application/json", "# Report").unwrap(), report.to_string());
    }

    #[test]
    fn a_byte_order_mark_before_an_answer_is_not_a_part_of_it() {
        judged("guard", 200, "\u{feff}{\"decision\":\"allow\"}").unwrap();
        let error = judged("get_action", 409, "\u{feff}{\"error\":\"gone\",\"current_status\":\"failed\"}")
            .unwrap_err();
        assert_eq!(error.fields().current_status.as_deref(), Some("failed"));
        assert_eq!(handed_on("application/json", "\u{feff}{\"version\": 1}").unwrap(), "{\"version\": 1}");
    }

    #[test]
    fn a_web_page_a_torso_and_nothing_are_no_text() {
        let no_texts = [
            ("text/html; charset=utf-8", "<html>Sign in</html>"),
            ("application/json", r#"{"version":"v1","payl"#),
            ("text/markdown", " \n"),
            ("text/markdown", ""),
        ];
        for (media_type, body) in no_texts {
            assert_eq!(
                handed_on(media_type, body).unwrap_err().kind(),
                ErrorKind::MalformedResponse,
                "{body}"
            );
        }
        // Where an object is expected, no text is one.
        assert!(judged("get_compliance_export", 200, "# Report").is_err());
    }

    #[test]
    fn every_status_has_its_kind() {
        let table = [
            (301, ErrorKind::MalformedResponse),
            (302, ErrorKind::MalformedResponse),
            (400, ErrorKind::Validation),
            (401, ErrorKind::Authentication),
            (402, ErrorKind::Permission),
            (403, ErrorKind::Permission),
            (404, ErrorKind::NotFound),
            (409, ErrorKind::Conflict),
            (413, ErrorKind::Validation),
            (422, ErrorKind::Validation),
            (429, ErrorKind::RateLimited),
            (500, ErrorKind::Server),
            (503, ErrorKind::Server),
        ];
        for (status, kind) in table {
            assert_eq!(
                judged("guard", status, r#"{"decision":"allow"}"#).unwrap_err().kind(),
                kind,
                "{status}"
            );
        }
    }

    #[test]
    fn a_block_behind_403_keeps_its_verdict() {
        let error =
            judged("guard", 403, r#"{"error":"x","decision":{"decision":"block","reasons":["a","b"]}}"#)
                .unwrap_err();
        assert_eq!((error.kind(), error.to_string().as_str()), (ErrorKind::GuardBlocked, "a; b"));
        assert_eq!(error.fields().decision.as_ref().unwrap()["decision"], "block");
    }

    #[test]
    fn an_excerpt_shows_no_secret_and_is_short() {
        let body = format!("{}oc_live_secret{}", "x".repeat(190), "y".repeat(500));
        let shown = judged("guard", 200, &body).unwrap_err().to_string();
        assert!(!shown.contains("secret") && shown.len() < 300, "{shown}");
    }

    #[test]
    fn nothing_is_shown_of_an_answer_that_holds_secrets() {
        for body in [r#"{"env":{"TOKEN":"s3cret"#, r#"["s3cret"]"#, "s3cret"] {
            let error = judged("get_agent_env", 200, body).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::MalformedResponse, "{body}");
            assert!(!format!("{error} {error:?}").contains("s3cret"), "{error:?}");
        }
        let refused = judged("get_agent_env", 503, r#"{"error":"encryption key missing"}"#).unwrap_err();
        assert_eq!(refused.to_string(), "encryption key missing");
    }

    #[test]
    fn retry_after_is_read_in_both_forms() {
        let with = |value: &str| HeaderMap::from_iter([(http::header::RETRY_AFTER, value.parse().unwrap())]);
        assert_eq!(retry_after(&with("7")), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(&with("Sun, 06 Nov 1994 08:49:37 GMT")), Some(Duration::ZERO));
    }
}
