//! The matrix of cases and languages, as text, JSON and HTML.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

/// How one case went in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Cell {
    Pass,
    Fail(String),
    Skip(String),
}

impl Cell {
    fn text(&self) -> String {
        match self {
            Self::Pass => "pass".to_owned(),
            Self::Fail(why) => format!("fail: {why}"),
            Self::Skip(why) => format!("skip: {why}"),
        }
    }

    fn mark(&self) -> &'static str {
        match self {
            Self::Pass => "ok",
            Self::Fail(_) => "FAIL",
            Self::Skip(_) => "-",
        }
    }
}

/// One case in all languages.
#[derive(Debug)]
pub(crate) struct Row {
    pub(crate) file: String,
    pub(crate) name: String,
    pub(crate) cells: BTreeMap<String, Cell>,
}

/// All cases in all languages.
#[derive(Debug)]
pub(crate) struct Matrix {
    pub(crate) languages: Vec<String>,
    pub(crate) rows: Vec<Row>,
}

impl Matrix {
    /// Passed, failed, skipped.
    pub(crate) fn counts(&self) -> (usize, usize, usize) {
        let cells = || self.rows.iter().flat_map(|row| row.cells.values());
        let passed = cells().filter(|cell| **cell == Cell::Pass).count();
        let failed = cells().filter(|cell| matches!(cell, Cell::Fail(_))).count();
        (passed, failed, cells().count() - passed - failed)
    }

    /// `N passed, N failed, N skipped`.
    pub(crate) fn summary(&self) -> String {
        let (passed, failed, skipped) = self.counts();
        format!("{passed} passed, {failed} failed, {skipped} skipped")
    }

    /// Rows grouped by file; files in which all is well are one line unless `verbose`.
    pub(crate) fn text(&self, verbose: bool) -> String {
        let wide = self.rows.iter().map(|row| row.name.len().max(row.file.len() + 14)).max().unwrap_or(0) + 2;
        let mut out = format!("{:wide$}{}\n", "", self.heads());
        for file in self.files() {
            let rows: Vec<&Row> = self.rows.iter().filter(|row| row.file == file).collect();
            let well = rows.iter().all(|row| row.cells.values().all(|cell| !matches!(cell, Cell::Fail(_))));
            if well && !verbose {
                let title = format!("{file}/* ({} cases)", rows.len());
                let _ = writeln!(out, "{title:wide$}{}", self.sums(&rows));
                continue;
            }
            for row in rows {
                let marks =
                    self.languages.iter().map(|language| row.cells.get(language).map_or("?", Cell::mark));
                let marks: Vec<String> = marks.map(|mark| format!("{mark:<14}")).collect();
                let _ = writeln!(out, "{:wide$}{}", row.name, marks.concat().trim_end());
            }
        }
        out
    }

    /// Every failure with what was expected and seen.
    pub(crate) fn failures(&self) -> String {
        let mut out = String::new();
        for row in &self.rows {
            for (language, cell) in &row.cells {
                if let Cell::Fail(why) = cell {
                    let _ = writeln!(out, "{} [{language}]\n    {}", row.name, why.replace("; ", "\n    "));
                }
            }
        }
        out
    }

    fn heads(&self) -> String {
        let heads: Vec<String> = self.languages.iter().map(|language| format!("{language:<14}")).collect();
        heads.concat().trim_end().to_owned()
    }

    fn sums(&self, rows: &[&Row]) -> String {
        let sum = |language: &String| {
            let passed = rows.iter().filter(|row| row.cells.get(language) == Some(&Cell::Pass)).count();
            let skipped = rows.len() - passed;
            let text =
                if skipped == 0 { format!("{passed} ok") } else { format!("{passed} ok, {skipped} -") };
            format!("{text:<14}")
        };
        self.languages.iter().map(sum).collect::<Vec<String>>().concat().trim_end().to_owned()
    }

    fn files(&self) -> Vec<&str> {
        let mut files: Vec<&str> = self.rows.iter().map(|row| row.file.as_str()).collect();
        files.dedup();
        files
    }

    fn json(&self) -> Value {
        let case = |row: &Row| {
            let results: BTreeMap<_, _> = row.cells.iter().map(|(name, cell)| (name, cell.text())).collect();
            json!({ "name": row.name, "results": results })
        };
        json!({ "languages": self.languages, "cases": self.rows.iter().map(case).collect::<Vec<_>>() })
    }

    fn html(&self) -> String {
        let heads: Vec<String> =
            self.languages.iter().map(|language| format!("<th>{}", escape(language))).collect();
        let heads = heads.concat();
        let mut rows = String::new();
        for row in &self.rows {
            let _ = write!(rows, "<tr><td>{}", escape(&row.name));
            for language in &self.languages {
                let text = row.cells.get(language).map_or_else(|| "fail: no result".to_owned(), Cell::text);
                let (class, why) = text.split_once(": ").unwrap_or((&text, ""));
                let _ = write!(rows, r#"<td class="{class}" title="{}">{class}"#, escape(why));
            }
            rows.push('\n');
        }
        format!(
            "<!doctype html>\n<html lang=\"en\"><meta charset=\"utf-8\"><title>DashClaw conformance</title>\n\
             <style>body{{font:14px system-ui;margin:2em}}td,th{{padding:2px 12px;text-align:left}}\
             .pass{{color:#070}}.fail{{background:#c00;color:#fff}}.skip{{color:#777}}</style>\n\
             <h1>DashClaw conformance</h1>\n<p>{}</p>\n<table><tr><th>case{heads}\n{rows}</table>\n",
            self.summary()
        )
    }

    /// Writes `matrix.txt`, `matrix.json` and `matrix.html`.
    pub(crate) fn write(&self, directory: &Path) -> std::io::Result<()> {
        std::fs::create_dir_all(directory)?;
        let text = format!("{}\n{}{}\n", self.text(true), self.failures(), self.summary());
        std::fs::write(directory.join("matrix.txt"), text)?;
        std::fs::write(directory.join("matrix.json"), format!("{:#}\n", self.json()))?;
        std::fs::write(directory.join("matrix.html"), self.html())
    }
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matrix() -> Matrix {
        let cells = [("rust", Cell::Pass), ("python", Cell::Fail("expected <1>".into()))];
        let cells = cells.into_iter().map(|(name, cell)| (name.to_owned(), cell)).collect();
        let row = Row { file: "guard".into(), name: "guard/a".into(), cells };
        Matrix { languages: vec!["rust".into(), "python".into()], rows: vec![row] }
    }

    #[test]
    fn the_json_has_the_documented_form() {
        let results = json!({"rust": "pass", "python": "fail: expected <1>"});
        let expected =
            json!({"languages": ["rust", "python"], "cases": [{"name": "guard/a", "results": results}]});
        assert_eq!(matrix().json(), expected);
    }

    #[test]
    fn every_form_shows_the_failure() {
        let matrix = matrix();
        assert_eq!(matrix.summary(), "1 passed, 1 failed, 0 skipped");
        assert!(matrix.text(false).contains("FAIL") && matrix.failures().contains("expected <1>"));
        assert!(matrix.html().contains("expected &lt;1&gt;"));
    }
}
