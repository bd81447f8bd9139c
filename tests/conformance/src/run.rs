//! Running one case in one language: set up, do the steps, tear down, collect complaints.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use serde_json::{Map, Value, json};

use crate::case::{Case, Prints};
use crate::instance::Instance;
use crate::launch::Launch;
use crate::load::Source;
use crate::server::{API_KEY, Server, Sockets};
use crate::steps::Steps;
use crate::testee::{self, Answer, Testee};
use crate::tls::identity;
use crate::vectors;

/// What one run of a case came to.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Every defect; none means that it passed.
    pub(crate) complaints: Vec<String>,
    /// The results of its steps, for the comparison of languages.
    pub(crate) results: Vec<Value>,
    /// The testee hangs or is gone, and must not be used again.
    pub(crate) broken: bool,
}

impl Outcome {
    pub(crate) fn failed(complaint: String) -> Self {
        Self { complaints: vec![complaint], ..Self::default() }
    }
}

/// Who plays a case.
pub(crate) enum Player<'a> {
    /// A testee that plays other cases, too.
    Kept(&'a mut Testee),
    /// A new one for each variant, in the environment of the case.
    Own(&'a Launch),
}

/// Runs all variants of a case, the first defective one ends it.
pub(crate) async fn run(source: &Source, mut player: Player<'_>, vectors: &Path) -> Outcome {
    let mut all = Outcome::default();
    for variant in 0..source.variants.len() {
        let mut outcome = match one(source, variant, &mut player, vectors).await {
            Ok(outcome) => outcome,
            Err(problem) => Outcome::failed(problem),
        };
        all.results.append(&mut outcome.results);
        if !outcome.complaints.is_empty() {
            let variants = source.variants.len();
            let note = (variants > 1).then(|| format!("variant {} of {variants}", variant + 1));
            all.complaints.extend(note);
            all.complaints.append(&mut outcome.complaints);
            all.broken = outcome.broken;
            break;
        }
    }
    all
}

async fn one(
    source: &Source,
    variant: usize,
    player: &mut Player<'_>,
    vectors: &Path,
) -> Result<Outcome, String> {
    let text = |error: std::io::Error| error.to_string();
    let draft = source.case(variant, &Map::new())?;
    if let (Some(set), Player::Kept(testee)) = (&draft.vectors, &mut *player) {
        return vectors::run(set, testee, vectors).await;
    }
    let sockets = Sockets::bind().await.map_err(text)?;
    let mut variables = sockets.variables().map_err(text)?;
    let instance = match &draft.instance {
        Some(spec) => Some(Instance::start(spec).await?),
        None => None,
    };
    if let Some(instance) = &instance {
        variables.extend(instance.variables());
    }
    variables.extend(vectors::variables(vectors)?);
    let files = concat!(env!("CARGO_MANIFEST_DIR"), "/files");
    variables.insert("files".to_owned(), Value::from(files));
    let scratch = Scratch::new();
    variables.insert("scratch".to_owned(), scratch.0.to_string_lossy().into());
    variables.insert("certificate".to_owned(), Value::from(identity()?.certificate));
    let case = source.case(variant, &variables)?;
    let mut server = Server::start(sockets, &case)?;
    let mut outcome = match player {
        Player::Kept(testee) => steps(&case, testee, &mut server, variables, instance.as_ref()).await,
        Player::Own(launch) => alone(&case, launch, &mut server, variables, instance.as_ref()).await?,
    };
    outcome.complaints.extend(server.finish().await);
    if let Some(instance) = instance {
        instance.stop().await;
    }
    Ok(outcome)
}

/// A folder that is only this case's, and gone after it. It is made by whoever needs it.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Below the project, since some testees see no other folder.
        let target = concat!(env!("CARGO_MANIFEST_DIR"), "/../../target/conformance/scratch");
        Self(PathBuf::from(target).join(name))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // There is none where no case asked for it.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Plays a case with a testee of its own, and looks at what that prints.
async fn alone(
    case: &Case,
    launch: &Launch,
    server: &mut Server,
    variables: Map<String, Value>,
    instance: Option<&Instance>,
) -> Result<Outcome, String> {
    let mut testee = Testee::start(launch, case.environment.as_ref().unwrap_or(&BTreeMap::new()))?;
    let mut outcome = steps(case, &mut testee, server, variables, instance).await;
    let seen = testee.prints();
    if outcome.broken {
        testee.kill().await;
    } else {
        outcome.complaints.extend(testee.quit().await.err());
    }
    if let Some(expected) = &case.prints {
        outcome.complaints.extend(printed(expected, &seen));
    }
    Ok(outcome)
}

fn printed(prints: &Prints, seen: &testee::Prints) -> Vec<String> {
    let (stdout, stderr) = seen.streams();
    let mut complaints = Vec::new();
    for (place, text, expected) in [("stdout", stdout, &prints.stdout), ("stderr", stderr, &prints.stderr)] {
        for (part, count) in expected {
            let seen = text.matches(part.as_str()).count();
            if seen != *count {
                complaints.push(format!("`{part}` stands {seen} times on {place}, expected {count}: {text}"));
            }
        }
    }
    complaints
}

async fn steps(
    case: &Case,
    testee: &mut Testee,
    server: &mut Server,
    variables: Map<String, Value>,
    instance: Option<&Instance>,
) -> Outcome {
    let base = base(&variables, instance);
    let clients = clients(case, &base, instance);
    let mut steps = Steps::new(testee, server, &case.steps, variables, base);
    let limit = Duration::try_from_secs_f64(case.seconds).unwrap_or_default();
    let work = async {
        for (name, options) in &clients {
            steps.open(name, options).await?;
        }
        for step in &case.steps {
            steps.step(step).await?;
        }
        steps.tidy(clients.iter().map(|(name, _)| name.as_str())).await
    };
    let ended = tokio::time::timeout(limit, work).await;
    let mut outcome = Outcome { complaints: Vec::new(), results: steps.results, broken: false };
    outcome.complaints = steps.complaints;
    match ended {
        Ok(Ok(())) => {}
        Ok(Err(problem)) => {
            outcome.complaints.push(problem);
            outcome.broken = true;
        }
        Err(_) => {
            outcome.complaints.push(format!("no end within {} s", case.seconds));
            outcome.broken = true;
        }
    }
    outcome
}

/// The clients of a case with all their options: `c`, those it names, and `operator` where there is an instance.
fn clients(
    case: &Case,
    base: &Map<String, Value>,
    instance: Option<&Instance>,
) -> Vec<(String, Map<String, Value>)> {
    let with = |own: &Map<String, Value>| {
        let mut options = base.clone();
        options.extend(own.clone());
        options.retain(|_, value| value != "$absent");
        options
    };
    let mut clients = Vec::new();
    if !case.steps.iter().any(|step| step.new.as_deref() == Some("c")) {
        clients.push(("c".to_owned(), with(&case.client)));
    }
    if let Some(instance) = instance {
        let key = Map::from_iter([("api_key".to_owned(), json!(instance.admin_key))]);
        clients.push(("operator".to_owned(), with(&key)));
    }
    clients.extend(case.clients.iter().map(|(name, own)| (name.clone(), with(own))));
    clients
}

/// The options that every client has unless its case says otherwise.
fn base(variables: &Map<String, Value>, instance: Option<&Instance>) -> Map<String, Value> {
    let key = instance.map_or(API_KEY, |instance| &instance.member_key);
    let options = json!({
        "base_url": variables.get("server"), "api_key": key, "agent_id": "agent-1", "approval_banner": "off",
    });
    options.as_object().cloned().unwrap_or_default()
}

/// An answer as one value, as the languages are compared by.
pub(crate) fn as_value(answer: &Answer) -> Value {
    match answer {
        Answer::Ok(value) => json!({ "ok": value }),
        Answer::Struct(value) => json!({ "struct": value }),
        Answer::Error(error) => json!({ "error": error }),
    }
}
