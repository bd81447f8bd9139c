//! One conformance suite over every language: a runner that plays the server, one small testee per language, and cases as
//! data. `README.md` says how to write a case, `PROTOCOL.md` how to write a testee.

mod case;
mod compare;
mod coverage;
#[path = "../../../server/tests/common/database.rs"]
mod database;
mod http;
mod instance;
mod known;
mod launch;
mod load;
mod matcher;
mod operations;
mod proxy;
mod reply;
mod report;
mod run;
mod schedule;
mod script;
mod server;
mod steps;
mod structs;
mod testee;
mod testee_rust;
mod tls;
mod variables;
mod vectors;

use std::io::Write as _;
use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use crate::database::TestDatabase;
use crate::known::Known;
use crate::launch::{LANGUAGES, launch};
use crate::load::Source;
use crate::schedule::Plan;

/// Runs every case in every language and prints which pass. With `DASHCLAW_TEST_STORE=postgres` only those against an instance,
/// which then keeps its data in PostgreSQL.
#[derive(Debug, Parser)]
struct Options {
    /// The languages, by their columns.
    #[arg(long, value_delimiter = ',', default_values = LANGUAGES)]
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
    let root = home.join("../..").canonicalize().map_err(|error| error.to_string())?;
    let mut all = load::load(&home.join("cases"))?;
    all.extend(operations::cases()?);
    let known = Known::read(&home.join("known-failures.txt"))?;
    let mut defects: Vec<String> = known
        .strangers(|name| all.iter().any(|case| case.name == name))
        .map(|name| format!("known failures: there is no case {name}"))
        .collect();
    defects.extend(coverage::gaps(&all));
    let mut cases: Vec<Source> = all.into_iter().filter(|case| case.name.contains(&options.filter)).collect();
    if TestDatabase::is_wanted() {
        cases.retain(Source::has_instance);
    }
    let launches =
        options.languages.iter().map(|language| launch(language, &root)).collect::<Result<_, _>>()?;
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

fn print(text: &str) -> Result<(), String> {
    std::io::stdout().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn failed(problem: &str) -> ExitCode {
    let _ = writeln!(std::io::stderr(), "{problem}");
    ExitCode::from(2)
}
