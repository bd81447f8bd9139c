//! `dashclaw export`: what is on record, as JSON Lines.

use std::fs::{self, File};
use std::io::{BufWriter, Write as _};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use dashclaw::CallOptions;
use serde_json::{Value, json};

use crate::failure::{Ended, Failure};
use crate::output::{Output, shown};
use crate::session::Session;

const EXAMPLES: &str = "\
Examples:
  dashclaw export > record.jsonl
  dashclaw export --what decisions,actions --output record.jsonl
  dashclaw export --what actions | jq -r 'select(.record.status == \"failed\") | .record.declared_goal'

Each line is an object with `kind` (`decision`, `action`, `receipt`) and `record`. Receipts are those that records hold.
A file appears when it is whole; one that exists is left as it is.";

/// Writes decisions, actions and receipts as JSON Lines.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(crate) struct Export {
    /// What to write
    #[arg(long, value_enum, value_delimiter = ',', default_values_t = [What::Decisions, What::Actions, What::Receipts])]
    what: Vec<What>,
    /// The file to be made [default: standard output]
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum What {
    Decisions,
    Actions,
    Receipts,
}

impl Export {
    pub(crate) fn run(self, output: Output) -> Ended {
        let session = Session::open(output)?;
        let Some(file) = &self.output else {
            session.block_on(self.write(&session, output, &mut |line| output.json_line(line)))?;
            return Ok(0);
        };
        let lines = self.to_file(&session, output, file)?;
        output.progress("");
        let path = file.display().to_string();
        output.answer(&json!({ "file": path, "lines": lines }), || {
            format!("Exported {lines} lines to {}", shown(&path))
        })?;
        Ok(0)
    }

    fn to_file(&self, session: &Session, output: Output, path: &Path) -> Result<u64, Failure> {
        let cannot =
            |error: std::io::Error| Failure::new(format!("`{}` cannot be written: {error}", path.display()));
        if path.exists() {
            return Err(format!("`{}` exists already", path.display()).into());
        }
        let begun = path.with_extension(format!("part.{}", std::process::id()));
        let mut file = BufWriter::new(File::create_new(&begun).map_err(cannot)?);
        let written = session
            .block_on(self.write(session, output, &mut |line| writeln!(file, "{line}").map_err(cannot)));
        let done = written.and_then(|lines| {
            file.flush().and_then(|()| file.get_ref().sync_all()).map_err(cannot)?;
            fs::rename(&begun, path).map_err(cannot)?;
            Ok(lines)
        });
        if done.is_err() {
            let _ = fs::remove_file(&begun);
        }
        done
    }

    async fn write(
        &self,
        session: &Session,
        output: Output,
        line: &mut impl FnMut(&Value) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut lines = 0;
        let receipts = self.what.contains(&What::Receipts);
        for (what, operation, kind) in
            [(What::Decisions, "get_recent_decisions", "decision"), (What::Actions, "get_actions", "action")]
        {
            let wanted = self.what.contains(&what);
            if !wanted && !receipts {
                continue;
            }
            let mut pages = session
                .client()
                .pages(operation, br#"{"limit":200}"#, CallOptions::default())
                .map_err(|error| session.explained(error))?;
            while let Some(page) = pages.next_page().await.map_err(|error| session.explained(error))? {
                for record in page {
                    let record = serde_json::from_str(record.get()).map_err(|error| error.to_string())?;
                    lines += self.write_record(kind, wanted, &record, line)?;
                }
                if self.output.is_some() {
                    output.progress(&format!("{lines} lines"));
                }
            }
        }
        Ok(lines)
    }

    /// Writes a record and the receipts in it, and answers how many lines that took.
    fn write_record(
        &self,
        kind: &str,
        wanted: bool,
        record: &Value,
        line: &mut impl FnMut(&Value) -> Result<(), Failure>,
    ) -> Result<u64, Failure> {
        let mut lines = 0;
        if wanted {
            line(&json!({ "kind": kind, "record": record }))?;
            lines += 1;
        }
        if self.what.contains(&What::Receipts) {
            let mut receipts = Vec::new();
            find(record, &mut receipts);
            for receipt in receipts {
                line(&json!({ "kind": "receipt", "record": receipt }))?;
                lines += 1;
            }
        }
        Ok(lines)
    }
}

/// The receipts in a record, wherever they stand.
fn find<'a>(value: &'a Value, receipts: &mut Vec<&'a Value>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if name == "receipt" && member.is_object() {
                    receipts.push(member);
                } else {
                    find(member, receipts);
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| find(item, receipts)),
        _ => {}
    }
}
