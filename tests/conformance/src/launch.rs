//! How the testee of each language is started, from where its build script left it.

use std::path::{Path, PathBuf};

/// How a language's testee is started.
#[derive(Clone, Debug)]
pub(crate) struct Launch {
    pub(crate) language: String,
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
}

/// The columns of the matrix. Python has two: its blocking and its asyncio client.
pub(crate) const LANGUAGES: [&str; 6] = ["rust", "python", "python-async", "node", "swift", "kotlin"];

/// The testee of `language`, in the repository at `root`.
pub(crate) fn launch(language: &str, root: &Path) -> Result<Launch, String> {
    let path = |file: &str| root.join(file).to_string_lossy().into_owned();
    let python = root.join(".venv/bin/python");
    let python_testee = path("tests/conformance/testees/python/testee.py");
    let (program, arguments) = match language {
        "rust" => (std::env::current_exe().map_err(|error| error.to_string())?, vec!["--testee".to_owned()]),
        "python" => (python, vec![python_testee]),
        "python-async" => (python, vec![python_testee, "--async".to_owned()]),
        "node" => {
            ("node".into(), vec![path("tests/conformance/testees/node/testee.mjs"), path("target/npm/site")])
        }
        "swift" => {
            let testee = "target/swift/tests-conformance-testees-swift-testee/debug/Testee";
            (root.join("scripts/in-swift"), vec![path(testee)])
        }
        "kotlin" => {
            let classpath =
                format!("{}:{}", path("target/kotlin/testee/classes"), path("target/kotlin/testee/lib/*"));
            // A testee is short-lived and shares the machine: quick to start counts.
            let options = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", &classpath, "TesteeKt"];
            ("java".into(), options.map(str::to_owned).to_vec())
        }
        _ => return Err(format!("there is no testee for `{language}`")),
    };
    Ok(Launch { language: language.to_owned(), program, arguments })
}
