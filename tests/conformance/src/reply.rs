//! Replies: whole, cut, slow, lying, or played act by act.

use std::collections::BTreeMap;
use std::time::Duration;

use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::case::{Act, Event, Exchange, Reply, Then};
use crate::script::Script;

/// Between single bytes of a scripted `bytewise` act.
const BYTE_PAUSE: Duration = Duration::from_millis(1);

/// Answers as the exchange says; what follows on the connection.
pub(crate) async fn perform<W: AsyncWrite + Unpin>(
    exchange: &Exchange,
    output: &mut W,
    script: &Script,
) -> Then {
    let reply = match (&exchange.reply, &exchange.json) {
        (Some(reply), _) => reply.clone(),
        (None, json) => Reply { json: json.clone(), ..Reply::default() },
    };
    tokio::time::sleep(seconds(reply.delay)).await;
    if reply.script.is_empty() {
        whole(&reply, output, script).await
    } else {
        play(&reply.script, output, script).await
    }
}

/// The answer to a request that nobody expected.
pub(crate) async fn refuse<W: AsyncWrite + Unpin>(output: &mut W) -> Then {
    let body = r#"{"error":"the case does not expect this request"}"#;
    let text = format!(
        "HTTP/1.1 418 Unexpected\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    match output.write_all(text.as_bytes()).await {
        Ok(()) => Then::Keep,
        Err(_) => Then::Close,
    }
}

async fn whole<W: AsyncWrite + Unpin>(reply: &Reply, output: &mut W, script: &Script) -> Then {
    if let Some(json) = &reply.json {
        script.served(json);
    }
    let bytes = bytes(reply);
    let cut = reply.cut.is_some_and(|cut| cut < bytes.len());
    if reply.cut.is_some() && !cut {
        script.complain(format!("the case cuts a reply of {} bytes behind its end", bytes.len()));
    }
    let shown = &bytes[..reply.cut.unwrap_or(bytes.len()).min(bytes.len())];
    let written = match reply.byte_every {
        Some(pause) => bytewise(output, shown, seconds(pause)).await,
        None => output.write_all(shown).await,
    };
    match (written, reply.then) {
        (Err(_), _) => Then::Close,
        (Ok(()), Some(then)) => then,
        (Ok(()), None) => {
            if cut || reply.claims.is_some() {
                Then::Close
            } else {
                Then::Keep
            }
        }
    }
}

/// The reply on the wire.
fn bytes(reply: &Reply) -> Vec<u8> {
    let (kind, body) = match (&reply.json, &reply.text) {
        (Some(json), _) => ("application/json", json.to_string()),
        (None, Some(text)) => ("text/html", text.clone()),
        (None, None) => ("application/json", String::new()),
    };
    let status = reply.status.unwrap_or(200);
    let mut headers = reply.headers.clone();
    headers.entry("content-type".to_owned()).or_insert_with(|| kind.to_owned());
    let head = format!("HTTP/1.1 {status} Scripted\r\n{}", lines(&headers));
    if reply.chunked {
        let middle = body.len() / 2;
        let middle = (middle..=body.len()).find(|at| body.is_char_boundary(*at)).unwrap_or(body.len());
        let chunks = [&body[..middle], &body[middle..]].into_iter().filter(|chunk| !chunk.is_empty());
        let chunks: Vec<String> = chunks.map(|chunk| format!("{:x}\r\n{chunk}\r\n", chunk.len())).collect();
        let chunks = chunks.concat();
        return format!("{head}transfer-encoding: chunked\r\n\r\n{chunks}0\r\n\r\n").into_bytes();
    }
    let bodiless = status == 204 || status == 304;
    let length = if bodiless {
        String::new()
    } else {
        format!("content-length: {}\r\n", reply.claims.unwrap_or(body.len()))
    };
    format!("{head}{length}\r\n{body}").into_bytes()
}

async fn play<W: AsyncWrite + Unpin>(acts: &[Act], output: &mut W, script: &Script) -> Then {
    for act in acts {
        let written = match act {
            Act::Then(then) => return *then,
            Act::Stream(headers) => output.write_all(stream_head(headers).as_bytes()).await,
            Act::Event(event) => output.write_all(frame(event).as_bytes()).await,
            Act::Send(text) => output.write_all(text.as_bytes()).await,
            Act::Hex(hex) => output.write_all(&unhex(hex)).await,
            Act::Bytewise(text) => bytewise(output, text.as_bytes(), BYTE_PAUSE).await,
            Act::Repeat(repeat) => {
                again(
                    output,
                    repeat.send.as_bytes(),
                    seconds(repeat.every),
                    repeat.times.unwrap_or(usize::MAX),
                )
                .await
            }
            Act::Sleep(pause) => {
                tokio::time::sleep(seconds(*pause)).await;
                Ok(())
            }
            Act::Wait(signal) => {
                script.signalled(signal).await;
                Ok(())
            }
            Act::Signal(signal) => {
                script.signal(signal);
                Ok(())
            }
        };
        if written.is_err() {
            return Then::Close;
        }
    }
    Then::Close
}

fn stream_head(headers: &BTreeMap<String, String>) -> String {
    let mut all = headers.clone();
    for (name, value) in [("content-type", "text/event-stream"), ("connection", "close")] {
        all.entry(name.to_owned()).or_insert_with(|| value.to_owned());
    }
    format!("HTTP/1.1 200 OK\r\n{}\r\n", lines(&all))
}

fn lines(headers: &BTreeMap<String, String>) -> String {
    let lines: Vec<String> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    lines.concat()
}

fn frame(event: &Event) -> String {
    let line = |name: &str, value: &Option<String>| {
        value.as_ref().map(|value| format!("{name}: {value}\n")).unwrap_or_default()
    };
    let data = match &event.data {
        serde_json::Value::String(text) => text.clone(),
        data => data.to_string(),
    };
    format!("{}{}data: {data}\n\n", line("id", &event.id), line("event", &event.name))
}

async fn bytewise<W: AsyncWrite + Unpin>(
    output: &mut W,
    bytes: &[u8],
    pause: Duration,
) -> std::io::Result<()> {
    for byte in bytes {
        output.write_all(&[*byte]).await?;
        tokio::time::sleep(pause).await;
    }
    Ok(())
}

async fn again<W: AsyncWrite + Unpin>(
    output: &mut W,
    bytes: &[u8],
    every: Duration,
    times: usize,
) -> std::io::Result<()> {
    for _ in 0..times {
        output.write_all(bytes).await?;
        tokio::time::sleep(every).await;
    }
    Ok(())
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits: Vec<char> = hex.chars().filter(char::is_ascii_hexdigit).collect();
    digits
        .chunks(2)
        .filter_map(|pair| u8::from_str_radix(&pair.iter().collect::<String>(), 16).ok())
        .collect()
}

fn seconds(seconds: f64) -> Duration {
    Duration::try_from_secs_f64(seconds).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_reply_states_its_length_or_the_lie_that_the_case_wants() {
        let reply = Reply { json: Some(json!({"a": 1})), ..Reply::default() };
        let text = String::from_utf8(bytes(&reply)).unwrap();
        assert!(text.ends_with("content-length: 7\r\n\r\n{\"a\":1}"), "{text}");
        let lie = String::from_utf8(bytes(&Reply { claims: Some(99), ..reply.clone() })).unwrap();
        assert!(lie.contains("content-length: 99\r\n"));
        let chunked = String::from_utf8(bytes(&Reply { chunked: true, ..reply })).unwrap();
        assert!(chunked.ends_with("3\r\n{\"a\r\n4\r\n\":1}\r\n0\r\n\r\n"), "{chunked}");
    }

    #[test]
    fn events_are_framed_line_by_line() {
        let event = Event { id: Some("1".into()), name: None, data: json!({"a": 1}) };
        assert_eq!(frame(&event), "id: 1\ndata: {\"a\":1}\n\n");
        assert_eq!(unhex("c3 a9"), [0xc3, 0xa9]);
    }
}
