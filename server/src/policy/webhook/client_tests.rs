use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

use super::*;
use crate::policy::set::testing::set;
use crate::policy::{
    Evaluation, Facts, GuardContext, GuardSettings, OrgHalt, Verdict, evaluate_with_webhooks,
};

/// Answers one request with `reply` after `delay`, and hands over what it was sent.
async fn endpoint(reply: String, delay: Duration) -> (String, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/guard", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        let seen = request(&mut stream).await;
        tokio::time::sleep(delay).await;
        // A client that has given up is no failure of the endpoint.
        let _ = stream.write_all(reply.as_bytes()).await;
        String::from_utf8(seen).unwrap()
    });
    (url, served)
}

async fn request(stream: &mut TcpStream) -> Vec<u8> {
    let mut seen = Vec::new();
    let mut chunk = [0_u8; 4096];
    while !is_whole(&seen) {
        let read = stream.read(&mut chunk).await.unwrap();
        assert!(read > 0, "the request broke off");
        seen.extend_from_slice(&chunk[..read]);
    }
    seen
}

fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length =
        head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
    body.len() >= length.unwrap_or(0)
}

fn http(status: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len())
}

async fn guarded(url: &str, on_timeout: Option<&str>, deadline_ms: u64, allow_private: bool) -> Evaluation {
    let secret = SecretString::from("s3cret");
    let client = WebhookClient::new(Some(secret), allow_private).unwrap();
    let mut rules = json!({"url": url});
    if let Some(word) = on_timeout {
        rules["on_timeout"] = json!(word);
    }
    let policies = set(&[("hook", "webhook_check", rules)]);
    let context = GuardContext { action_type: "api".into(), now_ms: 1000, ..GuardContext::default() };
    let settings = GuardSettings { deadline: Duration::from_millis(deadline_ms), ..GuardSettings::default() };
    evaluate_with_webhooks(&policies, &context, &Facts::default(), &settings, &client).await
}

#[tokio::test]
async fn a_webhook_is_told_and_heard() {
    let reply = http("200 OK", r#"{"decision":"block","reasons":["fraud"],"warnings":["slow"]}"#);
    let (url, served) = endpoint(reply, Duration::ZERO).await;
    let answer = guarded(&url, None, 3500, true).await;
    assert_eq!((answer.verdict, answer.reasons), (Verdict::Block, vec!["hook: fraud".to_owned()]));
    assert_eq!(answer.warnings, ["hook: slow"]);
    let seen = served.await.unwrap();
    let (head, body) = seen.split_once("\r\n\r\n").unwrap();
    let head = head.to_lowercase();
    assert!(head.starts_with("post /guard http/1.1"), "{head}");
    for header in
        ["x-dashclaw-event: guard.evaluation", "x-dashclaw-delivery: wd_", "x-dashclaw-timestamp: 1000"]
    {
        assert!(head.contains(header), "{header}");
    }
    assert!(head.contains("x-dashclaw-signature: v1="));
    assert_eq!(serde_json::from_str::<Value>(body).unwrap()["context"]["risk_score"], 35);
}

#[tokio::test]
async fn silence_resolves_by_the_policy_and_the_deadline() {
    for (word, expected) in
        [(None, Verdict::RequireApproval), (Some("allow"), Verdict::Allow), (Some("block"), Verdict::Block)]
    {
        let (url, served) = endpoint(http("200 OK", "{}"), Duration::from_secs(2)).await;
        let started = tokio::time::Instant::now();
        assert_eq!(guarded(&url, word, 100, true).await.verdict, expected, "{word:?}");
        assert!(started.elapsed() < Duration::from_millis(1500), "{:?}", started.elapsed());
        served.abort();
    }
}

#[tokio::test]
async fn redirects_are_not_followed() {
    let (elsewhere, untouched) = endpoint(http("200 OK", r#"{"decision":"allow"}"#), Duration::ZERO).await;
    let moved = format!(
        "HTTP/1.1 307 Moved\r\nlocation: {elsewhere}\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
    );
    let (url, _served) = endpoint(moved, Duration::ZERO).await;
    let answer = guarded(&url, Some("block"), 3500, true).await;
    assert_eq!(answer.reasons, ["hook: Webhook did not answer (status 307)"]);
    assert!(!untouched.is_finished(), "the redirect was followed");
    untouched.abort();
}

#[tokio::test]
async fn errors_and_floods_are_no_answers() {
    let flood = http("200 OK", &" ".repeat(MAX_REPLY + 1));
    for reply in [http("500 Oops", r#"{"decision":"allow"}"#), flood, "nonsense\r\n\r\n".to_owned()] {
        let (url, served) = endpoint(reply, Duration::ZERO).await;
        let answer = guarded(&url, Some("block"), 3500, true).await;
        assert_eq!(answer.verdict, Verdict::Block);
        assert!(!answer.reasons[0].contains("127.0.0.1"), "{:?}", answer.reasons);
        served.abort();
    }
}

#[tokio::test]
async fn a_reply_that_is_no_json_object_is_no_consent() {
    let no_content = "HTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n".to_owned();
    let broken = "HTTP/1.1 200 OK\r\ncontent-length: 50\r\nconnection: close\r\n\r\n{}".to_owned();
    let texts = ["ok", "", "<html></html>", "null", "[]", r#"{"decision":"allow""#];
    let replies = texts.map(|text| http("200 OK", text)).into_iter().chain([no_content, broken]);
    for reply in replies {
        let outcomes = [
            (None, Verdict::RequireApproval),
            (Some("block"), Verdict::Block),
            (Some("allow"), Verdict::Allow),
        ];
        for (on_timeout, expected) in outcomes {
            let (url, _served) = endpoint(reply.clone(), Duration::ZERO).await;
            let answer = guarded(&url, on_timeout, 3500, true).await;
            assert_eq!(answer.verdict, expected, "{reply:?} {on_timeout:?}");
            assert_eq!(answer.matched_policies, ["gp_hook"], "{reply:?}");
        }
    }
}

#[tokio::test]
async fn an_object_counts_whatever_its_content_type() {
    let body = r#"{"decision":"block"}"#;
    let head = "HTTP/1.1 200 OK\r\ncontent-type: text/html\r\nconnection: close\r\n";
    let (url, _served) =
        endpoint(format!("{head}content-length: {}\r\n\r\n{body}", body.len()), Duration::ZERO).await;
    assert_eq!(guarded(&url, Some("allow"), 3500, true).await.verdict, Verdict::Block);
    let (url, _served) = endpoint(http("201 Created", "{}"), Duration::ZERO).await;
    assert_eq!(guarded(&url, Some("block"), 3500, true).await.verdict, Verdict::Allow);
}

#[tokio::test]
async fn a_body_that_trickles_is_cut_off() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/guard", listener.local_addr().unwrap());
    let served = tokio::spawn(async move {
        let (mut stream, _) = listener.accept().await.unwrap();
        request(&mut stream).await;
        stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 60000\r\n\r\n").await.unwrap();
        // Never silent for long, never done: ends when the client hangs up.
        while stream.write_all(b" ").await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    let answer = guarded(&url, Some("block"), 100, true).await;
    assert_eq!(answer.reasons, ["hook: Webhook did not answer (no answer in 100 ms)"]);
    tokio::time::timeout(Duration::from_secs(10), served).await.unwrap().unwrap();
}

#[tokio::test]
async fn private_addresses_are_refused_before_anything_is_sent() {
    let (url, served) = endpoint(http("200 OK", "{}"), Duration::ZERO).await;
    assert_eq!(guarded(&url, None, 3500, false).await.verdict, Verdict::RequireApproval);
    assert!(!served.is_finished(), "the endpoint was contacted");
    served.abort();
}

#[tokio::test]
async fn a_halted_organisation_asks_nobody() {
    let (url, served) = endpoint(http("200 OK", "{}"), Duration::ZERO).await;
    let client = WebhookClient::new(None, true).unwrap();
    let policies = set(&[("hook", "webhook_check", json!({"url": url}))]);
    let facts = Facts { org_halt: Some(OrgHalt { actor: "ops".into(), reason: None }), ..Facts::default() };
    let settings = GuardSettings::default();
    let answer =
        evaluate_with_webhooks(&policies, &GuardContext::default(), &facts, &settings, &client).await;
    assert_eq!(answer.matched_policies, [crate::policy::ORG_HALT]);
    assert!(!served.is_finished(), "the endpoint was contacted");
    served.abort();
}

#[tokio::test]
async fn webhooks_are_asked_at_the_same_time_and_keep_their_order() {
    let delay = Duration::from_millis(400);
    let (slow, _one) = endpoint(http("200 OK", r#"{"warnings":["first"]}"#), delay).await;
    let (other, _two) = endpoint(http("200 OK", r#"{"warnings":["second"]}"#), delay).await;
    let client = WebhookClient::new(None, true).unwrap();
    let policies =
        set(&[("a", "webhook_check", json!({"url": slow})), ("b", "webhook_check", json!({"url": other}))]);
    let started = tokio::time::Instant::now();
    let (context, facts) = (GuardContext::default(), Facts::default());
    let answer =
        evaluate_with_webhooks(&policies, &context, &facts, &GuardSettings::default(), &client).await;
    assert_eq!(answer.warnings, ["a: first", "b: second"]);
    assert!(started.elapsed() < delay * 7 / 4, "{:?}", started.elapsed());
}
