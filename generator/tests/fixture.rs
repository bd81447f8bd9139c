//! Five operations that use every feature of a row, and what each generator writes for them.
//!
//! They are not those of the catalogue, so that a new doc text there does not change anything here.
#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use dashclaw::catalogue::{Call, Expect, Field, Fill, IdKind, Kind, Method, Repeat, Row, Rules};
use dashclaw::{ErrorField, ErrorKindRow, Holds};
use dashclaw_generate::{Output, model::Api, outputs};
use schemars::JsonSchema;
use serde::Serialize;

/// How heavy it is.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[expect(dead_code, reason = "only its schema is read")]
enum Weight {
    /// Up to 5 kg.
    Light,
    /// All above.
    Heavy,
}

/// A parcel.
#[derive(Serialize, JsonSchema)]
#[schemars(extend("x-members" = ["id", "weight", "from", "contents"]))]
struct Parcel {
    /// Which parcel; see [`get_action`](dashclaw::DashClaw::get_action).
    id: String,
    /// How heavy it is.
    weight: Weight,
    /// Where it comes from.
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<String>,
    /// What is in it, by name.
    contents: BTreeMap<String, Vec<Item>>,
}

/// A thing in a parcel.
#[derive(Serialize, JsonSchema)]
struct Item {
    /// How many.
    count: i64,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none")]
    note: Option<serde_json::Value>,
}

macro_rules! request {
    ($($name:ident { $($field:ident: $type:ty),* })*) => {$(
        #[derive(Serialize, JsonSchema)]
        struct $name { $($field: $type),* }
    )*};
}

request! {
    SendParcel { weight: Weight, from: Option<String>, items: Option<Vec<Item>>, agent_id: Option<String>, idempotency_key: Option<String> }
    FindParcels { weight: Option<Weight>, limit: Option<i64>, labels: Option<Vec<String>>, urgent: Option<bool> }
    GetParcel { parcel_id: String }
    LoseParcel { parcel_id: String, reason: Option<String>, status: Option<String> }
    AskParcel { weight: Weight, price: Option<f64> }
}

const WORDS: &[&str] = &["light", "heavy"];

const SEND: &[Field] = &[
    Field::new("weight", Kind::Choice(WORDS), true, Method::Post, SEND_PATH)
        .doc(" How heavy it is.")
        .strict(),
    Field::new("from", Kind::Text, false, Method::Post, SEND_PATH)
        .doc(" Where it comes from.")
        .max(64)
        .wire("sender"),
    Field::new("items", Kind::List, false, Method::Post, SEND_PATH).doc(" What is in it.").default("[]"),
    Field::new("agent_id", Kind::Text, false, Method::Post, SEND_PATH)
        .doc(" Who sends it.")
        .fill(Fill::AgentId),
    Field::new("idempotency_key", Kind::Text, false, Method::Post, SEND_PATH).doc(" The key."),
];
const SEND_PATH: &str = "/api/parcels";

const FIND: &[Field] = &[
    Field::new("weight", Kind::Choice(WORDS), false, Method::Get, SEND_PATH).doc(" Only these."),
    Field::new("limit", Kind::Integer, false, Method::Get, SEND_PATH)
        .doc(" How many.")
        .default("20")
        .range(1, 50),
    Field::new("labels", Kind::Texts, false, Method::Get, SEND_PATH)
        .doc(" Only those with one of these.")
        .max(9),
    Field::new("urgent", Kind::Boolean, false, Method::Get, SEND_PATH)
        .doc(" Only urgent ones.")
        .default("true"),
];

const PARCEL_PATH: &str = "/api/parcels/{parcel_id}";
const GET: &[Field] =
    &[Field::new("parcel_id", Kind::Id(IdKind::Action), true, Method::Get, PARCEL_PATH)
        .doc(" Which parcel.")];

const LOSE: &[Field] = &[
    Field::new("parcel_id", Kind::Id(IdKind::Action), true, Method::Patch, PARCEL_PATH).doc(" Which parcel."),
    Field::new("reason", Kind::Text, false, Method::Patch, PARCEL_PATH).doc(" Why.\n\n\"Lost\" will not do."),
    Field::new("status", Kind::Text, false, Method::Patch, PARCEL_PATH).doc("").constant("\"lost\""),
];

const ASK: &[Field] = &[
    Field::new("weight", Kind::Choice(WORDS), true, Method::Post, "/api/ask").doc(" How heavy it is."),
    Field::new("price", Kind::Number, false, Method::Post, "/api/ask")
        .doc(" What it may cost, in US dollars."),
];

macro_rules! row {
    ($name:literal, $request:ident => $response:ty, $method:ident $path:expr, $fields:ident, $doc:literal, $rules:expr) => {
        &Row {
            name: $name,
            domain: "parcels",
            method: Method::$method,
            path: $path,
            fields: $fields,
            rules: $rules,
            iterator: None,
            doc: $doc,
            module: "dashclaw::api::parcels",
            request_schema: |generator| generator.subschema_for::<$request>(),
            response_schema: |generator| generator.subschema_for::<$response>(),
        }
    };
}

static ROWS: &[&Row] = &[
    row!("send_parcel", SendParcel => Parcel, Post SEND_PATH, SEND,
        " Sends a parcel.\n\n One that was sent already is an error of kind `conflict`; see [`GuardBlocked`](crate::ErrorKind::GuardBlocked).\n\n * by day\n * by night\n",
        Rules::of(Method::Post).repeat(Repeat::Keyed).expect(Expect::Creation).positional(&["weight", "from"]).node(&["weight", "from"]).open()),
    row!("find_parcels", FindParcels => BTreeMap<String, serde_json::Value>, Get SEND_PATH, FIND,
        " Lists parcels.", Rules::of(Method::Get).positional(&["weight", "limit"]).pages("parcels")),
    row!("get_parcel", GetParcel => Parcel, Get PARCEL_PATH, GET,
        " Reads one.", Rules::of(Method::Get).positional(&["parcel_id"]).public()),
    row!("lose_parcel", LoseParcel => Parcel, Patch PARCEL_PATH, LOSE,
        " Loses one.", Rules::of(Method::Patch).positional(&["parcel_id"]).node(&["parcel_id", "..loss"]).one_shot("parcel", "get_parcel").admin()),
    row!("ask_parcel", AskParcel => Item, Post "/api/ask", ASK,
        " Asks for a price.", Rules { call: Call::Object("question"), open: true, ..Rules::of(Method::Post) }),
];

fn all() -> Vec<Output> {
    outputs(&Api::of(ROWS).unwrap()).unwrap()
}

fn snapshot(path: &str) {
    let outputs = all();
    let output = outputs.iter().find(|output| output.path == path).expect("the file is generated");
    insta::assert_snapshot!(path.replace(['/', '.', '+'], "_"), output.text);
}

#[test]
fn python_methods() {
    snapshot("bindings-python/python/dashclaw/_operations.py");
    snapshot("bindings-python/python/dashclaw/_async_operations.py");
    snapshot("bindings-python/python/dashclaw/_raw_operations.py");
    snapshot("bindings-python/python/dashclaw/_async_raw_operations.py");
}

#[test]
fn python_types() {
    snapshot("bindings-python/python/dashclaw/types.py");
}

#[test]
fn node_methods() {
    snapshot("bindings-node/lib/operations.js");
    snapshot("bindings-node/types/operations.d.ts");
}

#[test]
fn node_types() {
    snapshot("bindings-node/types/api.d.ts");
    snapshot("bindings-node/types/camel.d.ts");
}

#[test]
fn swift_methods() {
    snapshot("bindings-uniffi/swift/Sources/DashClaw/Generated/Operations/DashClaw+Parcels.swift");
    snapshot("tests/conformance/testees/swift/testee/Sources/Testee/Methods.swift");
}

#[test]
fn swift_types() {
    snapshot("bindings-uniffi/swift/Sources/DashClaw/Generated/Types/ParcelsTypes.swift");
}

#[test]
fn kotlin_functions_and_types() {
    snapshot("bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/operations/ParcelsApi.kt");
    snapshot("bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/operations/Operations.kt");
    snapshot("bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw/api/Parcels.kt");
}

#[test]
fn reference_page() {
    snapshot("docs/api/parcels.md");
    snapshot("docs/api/README.md");
}

#[test]
fn openapi_document() {
    snapshot("docs/openapi.json");
}

#[test]
fn error_list() {
    snapshot("docs/errors.md");
}

#[test]
fn a_kind_of_error_and_a_field_more_are_in_every_face() {
    let mut api = Api::of(ROWS).unwrap();
    api.errors.kinds.push(ErrorKindRow {
        name: "ParcelLost",
        code: "parcel_lost",
        doc: " The parcel is lost; `lost_for` says how long.\n",
        class: "ParcelLostError",
        python: &["LookupError"],
        kotlin: true,
        retryable: true,
    });
    let doc = " How long it is lost; see `get_action`.\n";
    api.errors.fields.push(ErrorField { name: "lost_for", doc, holds: Holds::Seconds, always: false });
    let kotlin = "bindings-uniffi/kotlin/src/main/kotlin/dev/dashclaw";
    let swift = "bindings-uniffi/swift/Sources/DashClaw/Generated";
    let wanted: [(String, &[&str]); 8] = [
        (
            "bindings-python/python/dashclaw/_error_classes.py".to_owned(),
            &[
                "    \"ParcelLostError\",\n",
                "\nclass ParcelLostError(DashClawError, LookupError):\n    \"\"\"The parcel is lost; ``lost_for`` says how long.\"\"\"\n\n    kind = \"parcel_lost\"\n",
                "    lost_for: float | None\n    \"\"\"How long it is lost; see ``get_action``. In seconds.\"\"\"\n",
                "        self.lost_for = None\n",
            ],
        ),
        (
            "bindings-node/lib/error-table.js".to_owned(),
            &["  parcel_lost: 'ParcelLostError',\n", "  ['lost_for', 'lostFor', 1000],\n"],
        ),
        (
            "bindings-node/types/errors.d.ts".to_owned(),
            &[
                "  | 'parcel_lost';\n",
                "/** The parcel is lost; `lostFor` says how long. */\nexport declare class ParcelLostError extends DashClawError {}\n",
                "  /** How long it is lost; see `getAction`. In milliseconds. */\n  lostFor?: number;\n",
            ],
        ),
        (format!("{kotlin}/ErrorKind.kt"), &["    PARCEL_LOST(\"parcel_lost\"),\n"]),
        (
            format!("{kotlin}/Exceptions.kt"),
            &[
                "    /** How long it is lost; see `getAction`. */\n    public val lostFor: Duration? get() = failure.lostFor\n",
                "/** The parcel is lost; `lostFor` says how long. */\npublic class ParcelLostException internal",
                "    val lostFor: Duration? = null,\n",
                "            lostFor = (fields[\"lost_for\"] as? JsonPrimitive)?.doubleOrNull?.seconds,\n",
                "    ErrorKind.PARCEL_LOST -> ParcelLostException(failure)\n",
            ],
        ),
        (format!("{swift}/ErrorKind.swift"), &["        case parcelLost = \"parcel_lost\"\n"]),
        (
            format!("{swift}/ErrorFields.swift"),
            &[
                "    /// How long it is lost; see `getAction`. In seconds.\n    public var lostFor: TimeInterval?\n",
                "        lostFor = fields[\"lost_for\"]?.double\n",
            ],
        ),
        (
            "docs/errors.md".to_owned(),
            &[
                "`ParcelLostError` | `ParcelLostError` | `.parcelLost` | `ParcelLostException` | `ErrorKind::ParcelLost` |",
                "| `lost_for` |  | length of time | How long it is lost; see `get_action`. |",
            ],
        ),
    ];
    let outputs = outputs(&api).unwrap();
    for (path, parts) in wanted {
        let output = outputs.iter().find(|output| output.path == path).expect(&path);
        for part in parts {
            assert!(output.text.contains(part), "{path} lacks {part}");
        }
    }
}

#[test]
fn two_runs_write_the_same_bytes() {
    assert_eq!(all(), all());
}
