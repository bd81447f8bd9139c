//! Vector files, run in every language. Where we differ from the official clients on purpose, `differences.json` beside
//! the files says so; a listed vector must differ, any other must not.

mod sets;

use std::collections::BTreeMap;
use std::path::Path;

use dashclaw::json::Json;
use serde_json::{Map, Value, json};

use crate::run::{Outcome, as_value};
use crate::testee::{Answer, Testee};

/// One vector: what is asked, and what the official implementation says.
pub(crate) struct Vector {
    name: String,
    action: &'static str,
    members: Map<String, Value>,
    official: String,
    /// What is as right in a language with exact integers.
    also: Option<String>,
    /// Brings an answer into the form of `official`.
    read: fn(&Answer) -> String,
}

/// Runs the set called `set` of the files in `directory`.
pub(crate) async fn run(set: &str, testee: &mut Testee, directory: &Path) -> Result<Outcome, String> {
    let (file, vectors) = sets::load(set, directory)?;
    let mut listed = differences(&file, directory)?;
    let mut outcome = Outcome::default();
    for vector in &vectors {
        let (_, receiver) = testee.send(vector.action, &vector.members, None).await?;
        let answer = receiver.await.map_err(|_| "the testee ended without an answer".to_owned())?;
        let mut ours = (vector.read)(&answer);
        let exact = vector.also.as_ref() == Some(&ours);
        if exact {
            ours.clone_from(&vector.official);
        }
        if let Some(complaint) = judge(vector, &ours, listed.get_mut(&vector.name)) {
            outcome.complaints.push(complaint);
        }
        let comparable = match &answer {
            // Texts of errors outside the client are each language's own.
            Answer::Error(_) => json!({ "error": ours }),
            Answer::Ok(_) | Answer::Struct(_) if exact => json!({ "ok": ours }),
            Answer::Ok(_) | Answer::Struct(_) => as_value(&answer),
        };
        outcome.results.push(comparable);
    }
    let of_set = |name: &String| vectors.iter().any(|vector| vector.name == *name);
    let unseen = listed.iter().filter(|(name, seen)| !**seen && of_set(name)).map(|(name, _)| name);
    outcome.complaints.extend(unseen.map(|name| format!("`{name}` is listed but was not seen to differ")));
    Ok(outcome)
}

fn judge(vector: &Vector, ours: &str, listed: Option<&mut bool>) -> Option<String> {
    let differs = ours != vector.official;
    match listed {
        Some(seen) if differs => {
            *seen = true;
            None
        }
        Some(_) => Some(format!("`{}` is listed but does not differ", vector.name)),
        None if differs => Some(format!("`{}`: expected {}, seen {ours}", vector.name, vector.official)),
        None => None,
    }
}

/// The names of the file's vectors that are known to differ.
fn differences(file: &str, directory: &Path) -> Result<BTreeMap<String, bool>, String> {
    let Json::Array(all) = read(directory, "differences.json")? else {
        return Err("differences.json is not a list".to_owned());
    };
    let text =
        |entry: &Json, name: &str| entry.get(name).and_then(Json::as_str).unwrap_or_default().to_owned();
    let of_file = all.iter().filter(|entry| text(entry, "file") == file);
    Ok(of_file.map(|entry| (text(entry, "name"), false)).collect())
}

/// What cases may use: `agent_key`, a private RSA key, and `agent_public_key`, its public half; `receipt` and `altered_receipt` with their `jwks`; `deep`, JSON
/// nested deeper than any reader likes; `long`, a megabyte without a line end.
pub(crate) fn variables(directory: &Path) -> Result<Map<String, Value>, String> {
    let file = read(directory, "rsa-action-signatures.json")?;
    let key =
        file.get("test_private_keys").and_then(|keys| keys.get("agent_a_pkcs8_pem")).and_then(Json::as_str);
    let identity = file.get("identities").and_then(|identities| identities.get("agent-a"));
    let public_key = identity.and_then(|identity| identity.get("public_key")).and_then(Json::as_str);
    let receipt = sets::a_receipt(directory)?;
    let values = json!({
        "agent_key": key,
        "agent_public_key": public_key,
        "receipt": receipt,
        "altered_receipt": receipt.replace("\"verdict\":\"block\"", "\"verdict\":\"pass\""),
        "jwks": sets::published_keys(directory)?,
        "deep": format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000)),
        "long": "a".repeat(1 << 20),
    });
    Ok(values.as_object().cloned().unwrap_or_default())
}

/// A vector file. Read with our own parser, because the files hold lone surrogates.
fn read(directory: &Path, file: &str) -> Result<Json, String> {
    let bytes = std::fs::read(directory.join(file)).map_err(|error| format!("{file}: {error}"))?;
    Json::parse(&bytes).map_err(|error| format!("{file}: {error}"))
}
