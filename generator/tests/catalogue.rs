//! What is written for the real catalogue.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::LazyLock;

use dashclaw::ErrorKind;
use dashclaw::catalogue::{Expect, Place};
use dashclaw_generate::model::Api;
use dashclaw_generate::{Mode, Output, outputs, run};
use serde_json::Value;

fn api() -> Api {
    Api::read().unwrap()
}

/// What is written for the catalogue, made once for all tests.
fn written() -> &'static [Output] {
    static WRITTEN: LazyLock<Vec<Output>> = LazyLock::new(|| outputs(&api()).unwrap());
    &WRITTEN
}

fn text(outputs: &[Output], path: &str) -> String {
    outputs.iter().find(|output| output.path == path).map(|output| output.text.clone()).expect(path)
}

/// All files below a folder.
fn texts(outputs: &[Output], folder: &str) -> String {
    let below = outputs.iter().filter(|output| output.path.starts_with(folder));
    let texts = below.map(|output| output.text.as_str()).collect::<Vec<_>>().join("\n");
    assert!(!texts.is_empty(), "{folder}");
    texts
}

const SWIFT: &str = "bindings-uniffi/swift/Sources/DashClaw/Generated/";
const KOTLIN_FUNCTIONS: &str = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/operations/";

fn has_extension(output: &Output, extension: &str) -> bool {
    Path::new(&output.path).extension().is_some_and(|found| found == extension)
}

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_committed_files_are_those_of_the_catalogue() {
    let report = run(Mode::Check, root()).unwrap();
    assert!(!report.stale, "{}", report.lines.join("\n"));
}

#[test]
fn every_operation_is_in_every_output() {
    let (api, outputs) = (api(), written());
    let methods = text(outputs, "bindings-python/python/dashclaw/_operations.py");
    let async_methods = text(outputs, "bindings-python/python/dashclaw/_async_operations.py");
    let types = text(outputs, "bindings-python/python/dashclaw/types.py");
    let javascript = text(outputs, "bindings-node/lib/operations.js");
    let declarations = text(outputs, "bindings-node/types/operations.d.ts");
    let interfaces = text(outputs, "bindings-node/types/api.d.ts");
    let swift = texts(outputs, SWIFT);
    let swift_testee = text(outputs, "tests/conformance/testees/swift/testee/Sources/Testee/Methods.swift");
    let rust_testee = text(outputs, "tests/conformance/src/testee_rust/methods.rs");
    let kotlin = texts(outputs, KOTLIN_FUNCTIONS);
    let document = text(outputs, "docs/openapi.json");
    let index = text(outputs, "docs/api/README.md");
    assert!(api.operations().count() > 0);
    for operation in api.operations() {
        let name = operation.name;
        let page = text(outputs, &format!("docs/api/{}.md", operation.domain));
        assert!(page.contains(&format!("\n## {name}\n")), "{name}");
        assert!(index.contains(&format!("[`{name}`]")), "{name}");
        assert!(methods.contains(&format!("    def {name}(")), "{name}");
        assert!(async_methods.contains(&format!("    async def {name}(")), "{name}");
        assert!(
            operation.arguments.is_empty() || types.contains(&format!("class {}(", operation.request)),
            "{name}"
        );
        let method = format!("\n  {}(", camel_case(name));
        assert!(javascript.contains(&method) && declarations.contains(&method), "{name}");
        assert!(javascript.contains(&format!("this._call('{name}', ")), "{name}");
        let interface = format!("export interface {} {{", operation.request);
        let by_position = operation.arguments.iter().all(|argument| argument.place == Place::Path);
        assert!(by_position || interfaces.contains(&interface), "{name}");
        let (plain, quoted) =
            (format!("func {}(", camel_case(name)), format!("func `{}`(", camel_case(name)));
        assert!(swift.contains(&plain) || swift.contains(&quoted), "{name}");
        assert!(
            swift.contains(&format!("\"{name}\",")) && swift_testee.contains(&format!("case \"{name}\":"))
        );
        let rust = format!("\n    {name}({}::{})", operation.module, operation.request);
        assert!(rust_testee.contains(&rust), "{name}");
        let found = ["operationId", "operation"].map(|member| format!("\"{member}\": \"{name}\""));
        // What is more than one request is no operation of HTTP.
        let is_http = operation.rules.composed.is_none() || operation.rules.expect == Expect::Bytes;
        assert_eq!(found.iter().any(|member| document.contains(member)), is_http, "{name}");
        if let Some((iterator, _)) = &operation.iterator {
            let method = format!("    def {iterator}(");
            assert!(methods.contains(&method) && async_methods.contains(&method), "{name}");
            let method = format!("\n  {}(", camel_case(iterator));
            assert!(javascript.contains(&method) && declarations.contains(&method), "{name}");
            let method = camel_case(iterator);
            assert!(
                swift.contains(&format!("func {method}(")) && kotlin.contains(&format!("fun {method}(")),
                "{name}"
            );
        }
    }
}

fn camel_case(name: &str) -> String {
    let words = name.split('_').enumerate();
    words
        .map(|(at, word)| if at == 0 { word.to_owned() } else { word[..1].to_uppercase() + &word[1..] })
        .collect()
}

/// The official Node client's methods, with how many parameters each has: `getMessages({ type, limit } = {})` has one.
fn official() -> Vec<(String, usize)> {
    let vectors: Value =
        serde_json::from_str(include_str!("../../tests/vectors/official-node.json")).unwrap();
    let methods = vectors["methods"].as_array().unwrap().iter();
    let methods = methods.map(|method| method["signature"].as_str().unwrap().split_once('(').unwrap());
    methods.map(|(name, parameters)| (name.to_owned(), count(parameters))).collect()
}

/// How many parameters `text` lists, up to the bracket that closes them.
fn count(text: &str) -> usize {
    let (mut depth, mut commas, mut empty) = (0, 0, true);
    for char in text.chars() {
        match char {
            '{' | '(' | '[' => depth += 1,
            '}' | ')' | ']' if depth == 0 => break,
            '}' | ')' | ']' => depth -= 1,
            ',' if depth == 0 => commas += 1,
            _ => {}
        }
        empty = empty && char == ' ';
    }
    if empty { 0 } else { commas + 1 }
}

#[test]
fn node_methods_take_what_the_official_ones_take_and_then_the_options() {
    let api = api();
    let javascript = text(written(), "bindings-node/lib/operations.js");
    let declared = |name: &str| api.operations().any(|operation| camel_case(operation.name) == name);
    // Of its older methods, which were kept under another import.
    let older = [("validateAssumption".to_owned(), 3), ("recordRecommendationEvents".to_owned(), 1)];
    let mut compared = 0;
    for (name, parameters) in official().into_iter().chain(older).filter(|(name, _)| declared(name)) {
        let (_, ours) = javascript.split_once(&format!("\n  {name}(")).unwrap();
        let ours = count(ours) - 1;
        // Where theirs takes nothing, ours may take filters.
        assert!(ours == parameters || (parameters == 0 && ours == 1), "{name}: {ours}, not {parameters}");
        compared += 1;
    }
    assert!(compared > 20, "{compared}");
}

/// Every file below `folder` whose name ends so, in one text.
fn sources(folder: &str, extension: &str) -> String {
    let mut text = String::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if entry.is_dir() {
                folders.push(entry);
            } else if entry.extension().is_some_and(|found| found == extension) {
                text += &std::fs::read_to_string(entry).unwrap();
            }
        }
    }
    text
}

#[test]
fn every_official_method_is_in_every_language_and_on_its_page() {
    let page = text(written(), "docs/api/official.md");
    let languages = [
        ("rust", sources("core/src", "rs"), "fn "),
        ("python", sources("bindings-python/python/dashclaw", "py"), "def "),
        ("node", sources("bindings-node/lib", "js"), ""),
        ("swift", sources("bindings-uniffi/swift/Sources/DashClaw", "swift"), "func "),
        ("kotlin", sources("bindings-uniffi/kotlin/src/main", "kt"), "fun "),
    ];
    let mut missing = Vec::new();
    for line in include_str!("../../tests/vectors/operations.tsv").lines().skip(1) {
        let name = line.split('\t').next().unwrap();
        let Some(row) = page.lines().find(|row| row.starts_with(&format!("| `{name}` |"))) else {
            missing.push(format!("{name}: on no page"));
            continue;
        };
        let cells: Vec<&str> = row.trim_matches('|').split(" | ").skip(2).map(str::trim).collect();
        // The page's columns: Python, Node, Swift, Kotlin, Rust.
        for (language, source, keyword) in &languages {
            let at = ["python", "node", "swift", "kotlin", "rust"].iter().position(|one| one == language);
            let called = cells[at.unwrap()].trim_matches('`');
            // In Rust the catalogue's macro makes the method of the row.
            let declared =
                [format!("{keyword}{called}("), format!("{keyword}{called}<"), format!("    {called} = ")];
            let quoted = format!("{keyword}`{called}`(");
            let generic = format!("{keyword}<T> {called}(");
            let found = declared.iter().chain([&quoted, &generic]).any(|text| source.contains(text.as_str()));
            if called != "–" && !found {
                missing.push(format!("{name}: not in {language}"));
            }
        }
    }
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn an_open_node_method_takes_an_object_even_when_no_argument_is_known() {
    let outputs = written();
    let javascript = text(outputs, "bindings-node/lib/operations.js");
    assert!(javascript.contains("\n  getEvalRuns(filters, options) {\n"));
    let declarations = text(outputs, "bindings-node/types/operations.d.ts");
    assert!(declarations.contains("\n  getEvalRuns(filters?: GetEvalRuns, options?: CallOptions)"));
    let interfaces = text(outputs, "bindings-node/types/api.d.ts");
    assert!(interfaces.contains("\nexport interface GetEvalRuns {\n  [member: string]: unknown;\n}\n"));
}

#[test]
fn no_node_method_declares_a_parameter_once_more() {
    let javascript = text(written(), "bindings-node/lib/operations.js");
    let mut declared = 0;
    for method in javascript.split("\n  }\n") {
        let Some((before, rest)) = method.split_once("    const ") else { continue };
        let name = rest.split_once(' ').unwrap().0;
        let head = before.lines().rfind(|line| line.starts_with("  ") && line.ends_with(") {")).unwrap();
        let (_, parameters) = head.trim_end_matches(") {").split_once('(').unwrap();
        assert!(parameters.split(", ").all(|parameter| parameter != name), "{head}");
        declared += 1;
    }
    assert!(declared > 0);
}

#[test]
fn node_verdicts_are_closed_and_other_words_are_not() {
    let types = text(written(), "bindings-node/types/api.d.ts");
    assert!(types.contains("\nexport type Verdict = 'allow' | 'warn' | 'require_approval' | 'block';\n"));
    assert!(types.contains("\nexport type ApprovalDecision = 'allow' | 'deny';\n"));
    assert!(
        types.contains("\nexport type ReportedOutcome = 'completed' | 'partial' | 'failed' | OtherWord;\n")
    );
    let (_, answer) = types.split_once("\nexport interface GuardDecision {").unwrap();
    assert!(answer.split_once("\n}").unwrap().0.contains("\n  decision: Verdict;\n"));
    // The log may hold verdicts of a newer server; nobody acts on them.
    let (_, record) = types.split_once("\nexport interface GuardDecisionRecord {").unwrap();
    assert!(record.split_once("\n}").unwrap().0.contains("\n  decision: Verdict | OtherWord;\n"));
}

#[test]
fn what_holds_a_secret_does_not_show_itself() {
    let outputs = written();
    let folder = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/api";
    for (file, class) in
        [("Secrets", "AgentEnv"), ("Orgs", "CreatedApiKey"), ("Pairings", "CreatePairingFromPrivateJwk")]
    {
        let text = text(outputs, &format!("{folder}/{file}.kt"));
        assert!(text.contains(&format!("override fun toString(): String = \"{class}(hidden)\"")), "{class}");
    }
    let records = texts(outputs, SWIFT);
    assert!(records.contains("public var description: String { \"AgentEnv(hidden)\" }"));
    assert!(!records.contains("\"GuardDecision(hidden)\""));
}

#[test]
fn swift_verdicts_are_closed_and_other_words_are_not() {
    let outputs = written();
    let types = texts(outputs, SWIFT);
    assert!(types.contains("\npublic enum Verdict: String, ClosedWord {\n"));
    assert!(types.contains("\npublic enum ApprovalDecision: String, ClosedWord {\n"));
    assert!(types.contains("\npublic struct ReportedOutcome: OpenWord {\n"));
    let (_, answer) = types.split_once("\npublic struct GuardDecision: ").unwrap();
    assert!(answer.split_once("\n}").unwrap().0.contains("\n    public var decision: Verdict {\n"));
    // The log may hold verdicts of a newer server: there they read as nothing.
    let (_, record) = types.split_once("\npublic struct GuardDecisionRecord: ").unwrap();
    assert!(record.split_once("\n}").unwrap().0.contains("\n    public var decision: Verdict? {\n"));
}

#[test]
fn no_rust_path_and_no_unfilled_hole_is_left() {
    for output in written() {
        for trace in ["crate::", "{{", "{%", "undefined"] {
            assert!(!output.text.contains(trace), "{}: {trace}", output.path);
        }
        assert!(
            output.text.lines().next().unwrap().contains("Generated by scripts/generate"),
            "{}",
            output.path
        );
        assert!(output.text.ends_with('\n') && !output.text.ends_with("\n\n"), "{}", output.path);
        assert!(!output.text.lines().any(|line| line.ends_with(' ')), "{}: trailing space", output.path);
    }
}

#[test]
fn lines_fit() {
    let is_code = |output: &&Output| {
        ["py", "js", "ts", "swift", "kt"].iter().any(|extension| has_extension(output, extension))
    };
    for output in written().iter().filter(is_code) {
        let long: Vec<&str> = output.text.lines().filter(|line| line.chars().count() > 110).collect();
        assert!(long.is_empty(), "{}: {long:?}", output.path);
    }
}

#[test]
fn kotlin_has_every_operation_by_name_and_by_object() {
    let (api, outputs) = (api(), written());
    let functions = texts(outputs, KOTLIN_FUNCTIONS);
    for operation in api.operations() {
        let calls = functions
            .split("call(")
            .filter(|call| call.trim_start().starts_with(&format!("\"{}\",", operation.name)));
        assert_eq!(calls.count(), 1, "{}", operation.name);
        if !operation.arguments.is_empty() {
            let class = format!("public data class {}(", operation.request);
            let is_declared = |output: &&Output| output.text.contains(&class);
            assert_eq!(outputs.iter().filter(is_declared).count(), 1, "{class}");
            assert!(functions.contains(&format!("request: {}", operation.request)), "{class}");
        }
    }
}

#[test]
fn every_kind_of_error_has_a_kotlin_constant_or_class() {
    let outputs = written();
    let kinds = text(outputs, "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/ErrorKind.kt");
    let classes = text(outputs, "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/Exceptions.kt");
    let page = text(outputs, "docs/errors.md");
    for kind in ErrorKind::ALL {
        assert!(kinds.contains(&format!("(\"{}\"),", kind.as_str())), "{kind:?}");
        let row = page.lines().find(|line| line.contains(&format!("`{}` |", kind.as_str()))).unwrap();
        let name = row.split('`').find(|word| word.ends_with("Exception") || word.starts_with("ErrorKind."));
        match name.unwrap().strip_prefix("ErrorKind.") {
            Some(constant) => assert!(!constant.contains("::"), "{row}"),
            None => assert!(classes.contains(&format!("-> {}(failure)", name.unwrap())), "{row}"),
        }
    }
}

/// Targets of Markdown links and the anchors that headings and `<a id>` make.
fn links(text: &str) -> Vec<&str> {
    text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(target, _)| target).collect()
}

fn anchors(text: &str) -> Vec<String> {
    let headings = text
        .lines()
        .filter_map(|line| line.trim_start_matches('#').strip_prefix(' ').filter(|_| line.starts_with('#')));
    let ids =
        text.split("<a id=\"").skip(1).filter_map(|rest| rest.split_once('"')).map(|(id, _)| id.to_owned());
    headings.map(|heading| heading.to_lowercase().replace(' ', "-")).chain(ids).collect()
}

#[test]
fn every_link_leads_somewhere_and_no_anchor_is_ambiguous() {
    let outputs = written();
    for output in outputs.iter().filter(|output| has_extension(output, "md")) {
        let own = anchors(&output.text);
        assert_eq!(own.iter().collect::<BTreeSet<_>>().len(), own.len(), "{}: {own:?}", output.path);
        let directory = Path::new(&output.path).parent().unwrap();
        for link in links(&output.text).into_iter().filter(|link| !link.contains("://")) {
            let (file, anchor) = link.split_once('#').unwrap_or((link, ""));
            let path = match file.strip_prefix("../") {
                Some(file) => directory.parent().unwrap().join(file),
                None if file.is_empty() => output.path.clone().into(),
                None => directory.join(file),
            };
            let target = text(outputs, path.to_str().unwrap());
            assert!(
                anchor.is_empty() || anchors(&target).iter().any(|known| known == anchor),
                "{}: {link}",
                output.path
            );
        }
    }
}

#[test]
fn the_openapi_document_is_whole() {
    let document: Value = serde_json::from_str(&text(written(), "docs/openapi.json")).unwrap();
    assert_eq!(document["openapi"], "3.1.0");
    let mut references = Vec::new();
    collect(&document, &mut references);
    assert!(!references.is_empty());
    for reference in references {
        assert!(document.pointer(reference.trim_start_matches('#')).is_some(), "{reference}");
    }
    let mut names = BTreeSet::new();
    for (path, item) in document["paths"].as_object().unwrap() {
        let holes: BTreeSet<&str> =
            path.split('{').skip(1).filter_map(|rest| rest.split_once('}')).map(|(name, _)| name).collect();
        for (method, operation) in item.as_object().unwrap() {
            assert!(names.insert(operation["operationId"].as_str().unwrap()), "{method} {path}");
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let in_path = parameters.iter().filter(|parameter| parameter["in"] == "path");
            let in_path: BTreeSet<&str> =
                in_path.map(|parameter| parameter["name"].as_str().unwrap()).collect();
            assert_eq!(holes, in_path, "{method} {path}");
            let content = &operation["responses"]["2XX"]["content"];
            let is_known = content["application/json"]["schema"].is_object()
                || content["*/*"].is_object()
                || content["text/event-stream"]["x-dashclaw-event"].is_object();
            assert!(is_known, "{method} {path}");
            assert!(operation["x-dashclaw-repeat"].is_string(), "{method} {path}");
        }
    }
}

#[test]
fn what_is_no_plain_call_with_a_key_is_documented_nevertheless() {
    let document: Value = serde_json::from_str(&text(written(), "docs/openapi.json")).unwrap();
    let sweep = &document["paths"]["/api/cron/outcome-sweep"]["get"];
    assert_eq!(sweep["security"], serde_json::json!([{ "SchedulerSecret": [] }]));
    assert!(document["components"]["securitySchemes"]["SchedulerSecret"].is_object());
    assert_eq!(document["paths"]["/api/stream"]["get"]["operationId"], "events");
    // Its method is written by hand in each language, and shown as it is.
    let page = text(written(), "docs/api/events.md");
    for (sample, file) in [
        (
            "def events(self, last_event_id: str | None = None) -> EventStream",
            "python/python/dashclaw/_client.py",
        ),
        (
            "events(options?: { lastEventId?: string; signal?: AbortSignal }): EventStream",
            "node/types/client.d.ts",
        ),
        (
            "func events(lastEventId: String? = nil) -> AsyncThrowingStream<ServerEvent, any Error>",
            "uniffi/swift/Sources/DashClaw/Streams.swift",
        ),
        (
            "fun events(lastEventId: String? = null): Flow<ServerEvent>",
            "uniffi/kotlin/src/main/kotlin/dev/dashclaw/DashClaw.kt",
        ),
    ] {
        let by_hand = std::fs::read_to_string(root().join(format!("bindings-{file}"))).unwrap();
        assert!(page.contains(sample) && by_hand.contains(sample), "{file}");
    }
}

fn collect(value: &Value, references: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            references.extend(members.get("$ref").and_then(Value::as_str).map(str::to_owned));
            members.values().for_each(|member| collect(member, references));
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, references)),
        _ => {}
    }
}

#[test]
fn every_kind_of_error_is_documented_under_the_class_that_python_raises() {
    let page = text(written(), "docs/errors.md");
    let by_hand = include_str!("../../bindings-python/python/dashclaw/_errors.py");
    let classes = text(written(), "bindings-python/python/dashclaw/_error_classes.py") + by_hand;
    for kind in ErrorKind::ALL {
        let row = page.lines().find(|line| line.contains(&format!("`{}` |", kind.as_str()))).unwrap();
        let class = row.split('`').find(|word| word.ends_with("Error")).unwrap();
        let (_, body) = classes.split_once(&format!("\nclass {class}(")).expect(class);
        let body = body.split("\nclass ").next().unwrap();
        assert!(body.contains(&format!("\"{}\"", kind.as_str())), "{class} is not for {kind:?}");
    }
}
