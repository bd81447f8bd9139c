//! One conformance suite over every language: a runner that plays the server, one small testee per language, and cases as
//! data. `README.md` says how to write a case, `PROTOCOL.md` how to write a testee.

mod case;
mod compare;
mod coverage;
mod http;
mod instance;
mod known;
mod load;
mod matcher;
mod reply;
mod report;
mod run;
mod schedule;
mod script;
mod server;
mod steps;
mod testee;
mod testee_rust;
mod variables;
mod vectors;

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::Parser;

use crate::known::Known;
use crate::load::Source;
use crate::schedule::Plan;
use crate::testee::Launch;

/// Runs every case in every language and prints which pass.
#[derive(Debug, Parser)]
struct Options {
    /// The languages, by their columns.
    #[arg(long, value_delimiter = ',', default_value = "rust,python,python-async,node,kotlin")]
    languages: Vec<String>,
    /// Only cases whose name holds this text.
    #[arg(long, default_value = "")]
    filter: String,
    /// One line per case.
    #[arg(long)]
    verbose: bool,
    /// How many cases run at once.
    #[arg(long, default_value_t = 4)]
    jobs: usize,
    /// The Python that has the package installed; `.venv/bin/python` of the repository unless given.
    #[arg(long)]
    python: Option<PathBuf>,
    /// The folder where the npm package is installed; `target/npm/site` of the repository unless given.
    #[arg(long)]
    node: Option<PathBuf>,
    /// Answers the protocol as the Rust testee instead.
    #[arg(long, hide = true)]
    testee: bool,
}

fn main() -> ExitCode {
    let options = Options::parse();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return failed(&error.to_string()),
    };
    if options.testee {
        runtime.block_on(testee_rust::run());
        // A read of stdin may be under way on a thread of its own.
        runtime.shutdown_background();
        return ExitCode::SUCCESS;
    }
    match runtime.block_on(suite(&options)) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(problem) => failed(&problem),
    }
}

/// Runs the suite; whether all is well.
async fn suite(options: &Options) -> Result<bool, String> {
    let home = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = home.join("../..");
    let all = load::load(&home.join("cases"))?;
    let known = Known::read(&home.join("known-failures.txt"))?;
    let mut defects: Vec<String> = known
        .strangers(|name| all.iter().any(|case| case.name == name))
        .map(|name| format!("known failures: there is no case {name}"))
        .collect();
    defects.extend(coverage::gaps(&all));
    let cases: Vec<Source> = all.into_iter().filter(|case| case.name.contains(&options.filter)).collect();
    let launches = options
        .languages
        .iter()
        .map(|language| launch(language, options, &root))
        .collect::<Result<_, _>>()?;
    let plan = Plan { cases, launches, known, vectors: root.join("tests/vectors"), jobs: options.jobs };
    let (matrix, more) = schedule::run(plan).await;
    defects.extend(more);
    matrix.write(&root.join("target/conformance")).map_err(|error| error.to_string())?;
    let notes: Vec<String> = defects.iter().map(|defect| format!("{defect}\n")).collect();
    let report =
        [&matrix.text(options.verbose), "\n", &matrix.failures(), &notes.concat(), &matrix.summary(), "\n"];
    print(&report.concat())?;
    Ok(matrix.counts().1 == 0 && matrix.counts().0 > 0 && defects.is_empty())
}

/// How the testee of a language is started.
fn launch(language: &str, options: &Options, root: &Path) -> Result<Launch, String> {
    let python = options.python.clone().unwrap_or_else(|| root.join(".venv/bin/python"));
    let script = root.join("tests/conformance/testees/python/testee.py").to_string_lossy().into_owned();
    let node_script = root.join("tests/conformance/testees/node/testee.mjs").to_string_lossy().into_owned();
    let node = options.node.clone().unwrap_or_else(|| root.join("target/npm/site"));
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let (program, arguments) = match language {
        "rust" => (own, vec!["--testee".to_owned()]),
        "python" => (python, vec![script]),
        "python-async" => (python, vec![script, "--async".to_owned()]),
        "node" => (PathBuf::from("node"), vec![node_script, node.to_string_lossy().into_owned()]),
        "kotlin" => ("java".into(), kotlin(root)),
        _ => return Err(format!("there is no testee for `{language}`")),
    };
    Ok(Launch { language: language.to_owned(), program, arguments })
}

/// The Kotlin testee, as `scripts/build-kotlin testee` leaves it.
fn kotlin(root: &Path) -> Vec<String> {
    let built = root.join("target/kotlin/testee");
    let classpath = format!("{}:{}/*", built.join("classes").display(), built.join("lib").display());
    // A testee is short-lived and shares the machine: quick to start counts.
    ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", &classpath, "TesteeKt"].map(str::to_owned).to_vec()
}

fn print(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn failed(problem: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{problem}");
    ExitCode::from(2)
}
