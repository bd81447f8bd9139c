//! Writes the per-language faces, the API reference and the OpenAPI document from the catalogue.
//!
//! [`model`] is the catalogue as every language sees it; it knows none of them. A language is one module with its
//! templates: it turns the model into [`Output`]s and, as a [`Language`], adds its column to the reference. A new one
//! is named in [`outputs`], and nowhere else.
#![forbid(unsafe_code)]

mod classes;
mod describe;
mod kotlin;
mod language;
pub mod model;
mod openapi;
mod options;
mod output;
mod python;
mod reference;
mod rust;
mod spelling;
mod swift;
mod template;
mod text;
mod typescript;

use std::path::Path;

pub use language::Language;
pub use output::{Mode, Output, Report};

/// The result of everything here; the error is one sentence.
pub type Result<T, E = String> = std::result::Result<T, E>;

/// Every generated file.
pub fn outputs(api: &model::Api) -> Result<Vec<Output>> {
    let languages: [&dyn Language; 5] =
        [&python::Python, &typescript::Node, &swift::Swift, &kotlin::Kotlin, &rust::Rust];
    let mut outputs = python::outputs(api)?;
    outputs.extend(typescript::outputs(api)?);
    outputs.extend(swift::outputs(api)?);
    outputs.extend(kotlin::outputs(api)?);
    outputs.extend(rust::outputs(api)?);
    outputs.extend(reference::outputs(api, &languages)?);
    outputs.push(openapi::output(api)?);
    outputs.sort_by(|left, right| left.path.cmp(&right.path));
    Ok(outputs)
}

/// Writes, checks or lists every generated file below `root`.
pub fn run(mode: Mode, root: &Path) -> Result<Report> {
    output::run(mode, root, &outputs(&model::Api::read()?)?)
}
