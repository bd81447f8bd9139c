//! The page of the operations that are there for older clients only.

use dashclaw::catalogue::Row;
use minijinja::context;

use super::shapes::spell;
use crate::model::Doc;
use crate::{Result, template};

const TEMPLATE: &str = include_str!("../../templates/reference_legacy.md.jinja");

pub(super) fn text(rows: &[&Row]) -> Result<String> {
    let operations = rows.iter().map(|row| {
        let arguments: Vec<String> = row.arguments().map(|field| format!("`{}`", field.name)).collect();
        context! {
            name => row.name,
            method => row.method.as_str(),
            path => row.path,
            arguments => arguments.join(", "),
            summary => Doc::read(row.doc).summary(&spell),
        }
    });
    template::fill(TEMPLATE, context! { operations => operations.collect::<Vec<_>>() })
}
