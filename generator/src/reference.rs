//! The API reference: one page per domain, an index, and the list of errors.

mod errors;
mod legacy;
mod official;
mod page;
mod shapes;
mod streams;

use crate::model::Api;
use crate::{Language, Output, Result, template};

const INDEX: &str = include_str!("../templates/reference_index.md.jinja");

pub(crate) fn outputs(api: &Api, languages: &[&dyn Language]) -> Result<Vec<Output>> {
    let mut outputs = Vec::new();
    for part in api.parts() {
        for domain in &part.domains {
            let path = format!("docs/api/{}.md", domain.name);
            outputs.push(Output { path, text: page::text(part, domain, languages)? });
        }
    }
    outputs.push(Output { path: "docs/api/README.md".to_owned(), text: index(api, languages)? });
    outputs.push(Output { path: "docs/api/official.md".to_owned(), text: official::text(api, languages)? });
    if !api.legacy.is_empty() {
        outputs.push(Output { path: "docs/api/legacy.md".to_owned(), text: legacy::text(&api.legacy)? });
    }
    outputs.push(Output { path: "docs/errors.md".to_owned(), text: errors::text(api, languages)? });
    Ok(outputs)
}

fn index(api: &Api, languages: &[&dyn Language]) -> Result<String> {
    let domains = api.parts().flat_map(|part| &part.domains).map(|domain| {
        let operations = domain.operations.iter().map(|operation| {
            minijinja::context! {
                name => operation.name,
                method => operation.method,
                path => operation.path,
                summary => operation.doc.summary(&shapes::spell).replace('|', "\\|"),
            }
        });
        minijinja::context! {
            name => domain.name,
            title => page::title(domain.name),
            operations => operations.collect::<Vec<_>>(),
        }
    });
    let domains: Vec<_> = domains.collect();
    let languages = languages.iter().map(|language| {
        minijinja::context! { title => language.title(), note => language.note() }
    });
    template::fill(
        INDEX,
        minijinja::context! {
            count => api.parts().flat_map(Api::operations).count(),
            languages => languages.collect::<Vec<_>>(),
            domains => domains,
            has_legacy => !api.legacy.is_empty(),
        },
    )
}
