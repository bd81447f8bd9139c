//! One testee: a process that answers requests in JSON lines. `PROTOCOL.md` is the contract.

use std::collections::BTreeMap;
use std::process::Stdio;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWriteExt, BufReader};
use tokio::process::{Child, ChildStdin, Command};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::launch::Launch;

/// What came back.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Answer {
    Ok(Value),
    /// The same, as a struct wrote it.
    Struct(Value),
    Error(Value),
}

/// A running testee.
#[derive(Debug)]
pub(crate) struct Testee {
    child: Child,
    input: ChildStdin,
    next_id: u64,
    shared: Arc<Mutex<Shared>>,
    /// What reads its two streams, to their ends.
    readers: [JoinHandle<()>; 2],
}

/// What a testee prints beside the protocol.
pub(crate) struct Prints(Arc<Mutex<Shared>>);

#[derive(Debug, Default)]
struct Shared {
    waiting: BTreeMap<u64, oneshot::Sender<Answer>>,
    stdout: String,
    stderr: String,
    ended: bool,
}

#[derive(Deserialize)]
struct Line {
    id: u64,
    ok: Option<Value>,
    #[serde(rename = "struct")]
    structs: Option<Value>,
    error: Option<Value>,
}

impl Testee {
    /// Starts the program; its environment holds no setting of the SDK but `environment`.
    pub(crate) fn start(launch: &Launch, environment: &BTreeMap<String, String>) -> Result<Self, String> {
        let mut command = Command::new(&launch.program);
        command.args(&launch.arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        for (name, _) in std::env::vars_os() {
            let name = name.to_string_lossy().into_owned();
            if name.starts_with("DASHCLAW_") || name.to_ascii_lowercase().ends_with("_proxy") {
                command.env_remove(name);
            }
        }
        command.envs(environment);
        let mut child = command
            .spawn()
            .map_err(|error| format!("{} does not start: {error}", launch.program.display()))?;
        let (Some(input), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err("the testee has no pipes".to_owned());
        };
        let shared = Arc::new(Mutex::new(Shared::default()));
        let readers = [
            tokio::spawn(listen(stdout, Arc::clone(&shared), true)),
            tokio::spawn(listen(stderr, Arc::clone(&shared), false)),
        ];
        Ok(Self { child, input, next_id: 0, shared, readers })
    }

    /// Sends one request; its id and the answer to come.
    pub(crate) async fn send(
        &mut self,
        action: &str,
        members: &Map<String, Value>,
        arguments: Option<&RawValue>,
    ) -> Result<(u64, oneshot::Receiver<Answer>), String> {
        self.next_id += 1;
        let id = self.next_id;
        let mut parts = vec![format!(r#""id":{id},"do":{}"#, Value::from(action))];
        parts.extend(members.iter().map(|(name, value)| format!("{}:{value}", Value::from(name.as_str()))));
        parts.extend(arguments.map(|arguments| format!(r#""arguments":{}"#, arguments.get())));
        let line = format!("{{{}}}\n", parts.join(","));
        let (sender, receiver) = oneshot::channel();
        {
            let mut shared = lock(&self.shared);
            if shared.ended {
                return Err(format!("the testee has ended: {}", shared.stderr));
            }
            shared.waiting.insert(id, sender);
        }
        self.input
            .write_all(line.as_bytes())
            .await
            .map_err(|error| format!("the testee has ended: {error}"))?;
        Ok((id, receiver))
    }

    /// What it prints. All of it is there when the testee has ended.
    pub(crate) fn prints(&self) -> Prints {
        Prints(Arc::clone(&self.shared))
    }

    /// Ends it the polite way; a testee that does not go is a defect.
    pub(crate) async fn quit(mut self) -> Result<(), String> {
        let _ = self.send("quit", &Map::new(), None).await;
        drop(self.input);
        let ended = async {
            let status = self.child.wait().await;
            for reader in self.readers {
                let _ = reader.await;
            }
            status
        };
        match tokio::time::timeout(std::time::Duration::from_secs(10), ended).await {
            Ok(Ok(status)) if status.success() => Ok(()),
            Ok(status) => Err(format!("the testee ended with {status:?}: {}", lock(&self.shared).stderr)),
            Err(_) => Err("the testee does not end when asked".to_owned()),
        }
    }

    /// Ends it at once.
    pub(crate) async fn kill(mut self) {
        let _ = self.child.kill().await;
    }
}

impl Prints {
    /// What stands on stdout and on stderr.
    pub(crate) fn streams(&self) -> (String, String) {
        let shared = lock(&self.0);
        (shared.stdout.clone(), shared.stderr.clone())
    }
}

/// Reads lines until the stream ends. What is not an answer is kept as print.
async fn listen(stream: impl AsyncRead + Unpin, shared: Arc<Mutex<Shared>>, answers: bool) {
    let mut lines = BufReader::new(stream).split(b'\n');
    while let Ok(Some(line)) = lines.next_segment().await {
        let mut shared = lock(&shared);
        if let Some(line) = read_line(&line).filter(|_| answers) {
            answer(&mut shared, line);
        } else {
            let text = String::from_utf8_lossy(&line).into_owned() + "\n";
            if answers { shared.stdout.push_str(&text) } else { shared.stderr.push_str(&text) }
        }
    }
    if answers {
        let mut shared = lock(&shared);
        shared.ended = true;
        // Dropping the senders tells everybody who waits that no answer will come.
        shared.waiting.clear();
    }
}

/// An answer line. One that cannot be read is an answer all the same: a bad one.
fn read_line(line: &[u8]) -> Option<Line> {
    let problem = match serde_json::from_slice(line) {
        Ok(line) => return Some(line),
        Err(problem) => problem,
    };
    let text = std::str::from_utf8(line).ok()?.strip_prefix(r#"{"id":"#)?.trim_start();
    let digits = text.split(|next: char| !next.is_ascii_digit()).next()?;
    let error = json!({ "kind": "testee", "message": format!("the answer cannot be read: {problem}") });
    Some(Line { id: digits.parse().ok()?, ok: None, structs: None, error: Some(error) })
}

fn answer(shared: &mut Shared, line: Line) {
    let Some(waiting) = shared.waiting.remove(&line.id) else {
        let note = format!("an answer to nothing: {}\n", line.id);
        shared.stderr.push_str(&note);
        return;
    };
    let answer = match (line.error, line.structs) {
        (Some(error), _) => Answer::Error(error),
        (None, Some(value)) => Answer::Struct(value),
        (None, None) => Answer::Ok(line.ok.unwrap_or(Value::Null)),
    };
    let _ = waiting.send(answer);
}

fn lock(shared: &Mutex<Shared>) -> MutexGuard<'_, Shared> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_told_from_prints() {
        assert_eq!(read_line(br#"{"id": 7, "ok": {"a": 1}}"#).unwrap().ok, Some(json!({"a": 1})));
        assert!(read_line(b"a banner").is_none());
        let broken = read_line(br#"{"id":7,"ok":{"a":"#).unwrap();
        assert_eq!((broken.id, broken.error.unwrap()["kind"].clone()), (7, json!("testee")));
    }
}
