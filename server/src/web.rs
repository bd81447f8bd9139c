//! The operator's page: files of the program's own, with nothing to build and from nowhere else.
//!
//! Its documents are the same for everybody and hold no data: a link from a mail or a chat comes without a session's cookie, and
//! what the page then asks for itself comes with both halves.

use axum::body::Body;
use axum::response::Response;
use dashclaw::catalogue::Method;
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use http::{HeaderValue, header};

use crate::http::call::{Call, Reply};
use crate::http::route::{Access, Route};

const HTML: &str = "text/html; charset=utf-8";
const SCRIPT: &str = "text/javascript; charset=utf-8";

/// Where the page's views stand. Each is the same document, which looks at its address.
const VIEWS: [&str; 10] = [
    "/",
    "/approve",
    "/overview",
    "/actions",
    "/actions/{action_id}",
    "/replay/{action_id}",
    "/policies",
    "/agents",
    "/halt",
    "/keys",
];

/// Everything that the page is made of.
pub(crate) fn routes() -> Vec<Route> {
    macro_rules! file {
        ($name:literal, $kind:expr) => {
            at(concat!("/page/", $name), |_| file($kind, include_str!(concat!("web/files/", $name))))
        };
    }
    let mut routes: Vec<Route> = VIEWS
        .into_iter()
        .map(|path| at(path, |_| file(HTML, include_str!("web/files/index.html"))))
        .collect();
    routes.extend([
        file!("style.css", "text/css; charset=utf-8"),
        file!("icon.svg", "image/svg+xml"),
        file!("action.js", SCRIPT),
        file!("actions.js", SCRIPT),
        file!("agents.js", SCRIPT),
        file!("api.js", SCRIPT),
        file!("app.js", SCRIPT),
        file!("asked.js", SCRIPT),
        file!("chart.js", SCRIPT),
        file!("dom.js", SCRIPT),
        file!("halt.js", SCRIPT),
        file!("inbox.js", SCRIPT),
        file!("keys.js", SCRIPT),
        file!("live.js", SCRIPT),
        file!("overview.js", SCRIPT),
        file!("policies.js", SCRIPT),
        file!("receipt.js", SCRIPT),
        file!("row.js", SCRIPT),
        file!("signin.js", SCRIPT),
        file!("time.js", SCRIPT),
    ]);
    routes
}

fn at(path: &'static str, handler: fn(Call) -> BoxFuture<'static, Reply>) -> Route {
    Route::at(Method::Get, path, Access::Public, handler)
}

fn file(kind: &'static str, text: &'static str) -> BoxFuture<'static, Reply> {
    let mut response = Response::new(Body::from(text));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // Another version of the program has another page.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
    async move { Ok(response) }.boxed()
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::path::Path;

    use super::*;

    /// Every file of the page, with its text.
    fn files() -> Vec<(String, String)> {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/web/files");
        let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
        paths
            .map(|path| {
                (path.file_name().unwrap().to_str().unwrap().to_owned(), fs::read_to_string(&path).unwrap())
            })
            .collect()
    }

    #[test]
    fn every_file_is_served_and_every_file_that_is_asked_for_is_there() {
        let served: Vec<_> = routes().iter().filter_map(|route| route.path.strip_prefix("/page/")).collect();
        let files = files();
        for (name, text) in &files {
            assert!(name == "index.html" || served.contains(&name.as_str()), "{name} is not served");
            for import in text.split("from './").skip(1).chain(text.split("import './").skip(1)) {
                let import = import.split('\'').next().unwrap();
                assert!(served.contains(&import), "{name} asks for {import}");
            }
        }
        assert_eq!(served.len() + 1, files.len());
    }

    /// What the policy for scripts and styles would refuse stands nowhere, so that a browser's console is silent.
    #[test]
    fn nothing_writes_markup_runs_text_or_comes_from_elsewhere() {
        let refused = [
            "innerHTML",
            "outerHTML",
            "insertAdjacentHTML",
            "document.write",
            "eval(",
            "new Function",
            "setHTML",
            "javascript:",
            " style=\"",
            "<style",
            " onclick",
            " onload",
            "https://",
            "http://",
            "@import",
            "url(",
        ];
        for (name, text) in files() {
            // The names of XML's vocabularies, and of an example.
            let text =
                text.replace("http://www.w3.org/2000/svg", "").replace("https://example.com/check", "");
            for word in refused {
                assert!(!text.contains(word), "{name} has `{word}`");
            }
        }
    }
}
