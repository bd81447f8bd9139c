//! The options of a client and of a call: one row each, from which every language's face is generated.

use super::row::{Form, OptionRow, Words};
use super::{ApprovalBanner, Builder, HitlMode, Mode};
use crate::{CallOptions, Idempotency, OnReplay};

type OfClient = OptionRow<Builder>;
type OfCall = OptionRow<CallOptions>;

/// What a client does by itself around an action: [`Mode`].
pub static MODE: Words<Mode> = Words {
    name: "Mode",
    doc: "What the client does by itself around an action.",
    words: &[
        ("off", "Nothing.", Mode::Off),
        ("warn", "Tells, and goes on.", Mode::Warn),
        ("enforce", "Acts on it.", Mode::Enforce),
    ],
};

/// [`HitlMode`].
pub static HITL_MODE: Words<HitlMode> = Words {
    name: "HitlMode",
    doc: "What `create_action` does with an action that needs approval.",
    words: &[
        ("off", "Returns it at once; the caller waits.", HitlMode::Off),
        ("wait", "Waits for the decision before it returns.", HitlMode::Wait),
    ],
};

/// [`ApprovalBanner`].
pub static APPROVAL_BANNER: Words<ApprovalBanner> = Words {
    name: "ApprovalBanner",
    doc: "Where a pending approval is announced.",
    words: &[
        ("stdout", "On standard output.", ApprovalBanner::Stdout),
        (
            "stderr",
            "On standard error; for programs that speak a protocol on standard output.",
            ApprovalBanner::Stderr,
        ),
        ("off", "Nowhere.", ApprovalBanner::Off),
    ],
};

/// [`Idempotency`].
pub static IDEMPOTENCY: Words<Idempotency> = Words {
    name: "Idempotency",
    doc: "Where the idempotency key of a created record comes from unless one is given.",
    words: &[
        (
            "intent",
            "From the whole intent and the current hour: the same intent is the same record.",
            Idempotency::Intent,
        ),
        ("call", "A fresh one per call: every call makes a new record.", Idempotency::Call),
    ],
};

/// [`OnReplay`].
pub static ON_REPLAY: Words<OnReplay> = Words {
    name: "OnReplay",
    doc: "What becomes of an action that was created before with the same idempotency key.",
    words: &[
        ("judge", "It is an error unless the action is running or waits for approval.", OnReplay::Judge),
        ("return", "The record is returned whatever its state. It is no permission.", OnReplay::Return),
    ],
};

/// The options of a client, in the order in which the official Python client takes them by position, then ours.
pub static CLIENT_OPTIONS: &[OfClient] = &[
    OfClient::new("base_url", Form::Text, "Where the server is: an `http` or `https` URL without query and fragment.", |builder, given| {
        Ok(builder.base_url(given.text()?))
    })
    .variable("DASHCLAW_BASE_URL")
    .of_the_network(),
    OfClient::new("api_key", Form::Secret, "The API key.", |builder, given| Ok(builder.api_key(given.text()?)))
        .variable("DASHCLAW_API_KEY")
        .of_the_network(),
    OfClient::new("agent_id", Form::Text, "Which agent acts.", |builder, given| Ok(builder.agent_id(given.text()?)))
        .variable("DASHCLAW_AGENT_ID"),
    OfClient::new("agent_name", Form::Text, "The agent's name for people.", |builder, given| {
        Ok(builder.agent_name(given.text()?))
    }),
    OfClient::local("swarm_id", Form::Text, "The swarm that the agent belongs to.").only_in("Python"),
    OfClient::new(
        "guard_mode",
        Form::Words(&MODE),
        "Asks guard before an action is created: `warn` tells, `enforce` makes a block an error of kind `guard_blocked`.",
        |builder, given| Ok(builder.guard_mode(given.word(&MODE)?)),
    )
    .default("\"off\""),
    OfClient::local(
        "on_guard",
        Form::Callback(Some("GuardDecision")),
        "Is given every decision that `guard_mode` asks for.",
    )
    .official("guard_callback"),
    OfClient::new(
        "auto_recommend",
        Form::Words(&MODE),
        "Reads what was learned before an action is created: `warn` tells, `enforce` adapts the action.",
        |builder, given| Ok(builder.auto_recommend(given.word(&MODE)?)),
    )
    .default("\"off\""),
    OfClient::new(
        "recommendation_confidence_min",
        Form::Number,
        "The least confidence, 0 to 100, of a recommendation that is applied.",
        // The official client takes anything here and falls back to the default.
        |builder, given| Ok(builder.recommendation_confidence_min(given.value().as_f64().unwrap_or(70.0))),
    )
    .default("70"),
    OfClient::local(
        "on_recommendation",
        Form::Callback(None),
        "Is given every recommendation that `auto_recommend` reads.",
    )
    .official("recommendation_callback"),
    OfClient::new(
        "hitl_mode",
        Form::Words(&HITL_MODE),
        "`wait` lets `create_action` wait for the approval of an action that needs one.",
        |builder, given| Ok(builder.hitl_mode(given.word(&HITL_MODE)?)),
    )
    .default("\"off\""),
    OfClient::new(
        "signing_key",
        Form::PrivateKey,
        "Signs created actions: an RSA private key as PEM, or as a JWK.",
        |builder, given| {
            let key = if given.value().is_object() { given.value().to_string() } else { given.text()? };
            Ok(builder.signing_key(key))
        },
    )
    .official("private_key"),
    OfClient::new(
        "auth_token",
        Form::Secret,
        "A JWT of your identity provider, sent as `Authorization: Bearer`, that proves which agent acts.",
        |builder, given| Ok(builder.auth_token(given.text()?)),
    ),
    OfClient::new("timeout", Form::Seconds, "How long one call may take in all, retries included.", |builder, given| {
        Ok(builder.timeout(given.seconds()?))
    })
    .default("30"),
    OfClient::new("max_retries", Form::Count, "How often a request that is safe to repeat is repeated.", |builder, given| {
        Ok(builder.max_retries(given.whole("a whole number, 0 or more")?))
    })
    .default("2"),
    OfClient::new(
        "proxy",
        Form::Text,
        "The URL of an HTTP or SOCKS proxy; otherwise the usual variables (`HTTPS_PROXY`, `ALL_PROXY`, `NO_PROXY`) decide.",
        |builder, given| Ok(builder.proxy(given.text()?)),
    )
    .of_the_network(),
    OfClient::new(
        "ca_bundle",
        Form::Text,
        "Certificate authorities to trust beside the platform's, or the server's own certificate: PEM text, or the path of a \
         PEM file.",
        |builder, given| {
            let bundle = given.text()?;
            let is_pem = bundle.contains("-----BEGIN");
            Ok(if is_pem { builder.ca_bundle_pem(bundle) } else { builder.ca_bundle(bundle) })
        },
    )
    .of_the_network(),
    OfClient::new(
        "user_agent",
        Form::Text,
        "Your product, put before the SDK's own name in `User-Agent`.",
        |builder, given| Ok(builder.user_agent(given.text()?)),
    ),
    OfClient::new(
        "approval_banner",
        Form::Words(&APPROVAL_BANNER),
        "Where a pending approval is announced.",
        |builder, given| Ok(builder.approval_banner(given.word(&APPROVAL_BANNER)?)),
    )
    .variable("DASHCLAW_APPROVAL_BANNER")
    .default("\"stdout\""),
    OfClient::new(
        "max_response_bytes",
        Form::Bytes,
        "How many bytes of an answer are read before it counts as malformed.",
        |builder, given| Ok(builder.max_response_bytes(given.whole("a whole number of bytes")?)),
    )
    .default("16777216"),
];

/// What may differ from call to call.
pub static CALL_OPTIONS: &[OfCall] = &[
    OfCall::new("timeout", Form::Seconds, "How long the call may take in all, retries included.", |call, given| {
        Ok(CallOptions { timeout: Some(given.seconds()?), ..call })
    }),
    OfCall::new("max_retries", Form::Count, "How often the call is repeated where that is safe.", |call, given| {
        Ok(CallOptions { max_retries: Some(given.whole("a whole number, 0 or more")?), ..call })
    }),
    OfCall::new("idempotency_key", Form::Text, "The key that the call carries, where the operation takes one.", |call, given| {
        Ok(CallOptions { idempotency_key: Some(given.text()?), ..call })
    }),
    OfCall::new(
        "idempotency",
        Form::Words(&IDEMPOTENCY),
        "Where the key comes from unless one is given: `intent` makes the same intent the same record, `call` makes a new \
         record with every call.",
        |call, given| Ok(CallOptions { idempotency: given.word(&IDEMPOTENCY)?, ..call }),
    )
    .default("\"intent\""),
    OfCall::new(
        "on_replay",
        Form::Words(&ON_REPLAY),
        "What becomes of an action that was created before with the same key: with `judge` it is an error unless the action \
         is running or waits for approval, `return` gives the record whatever its state, which is no permission.",
        |call, given| Ok(CallOptions { on_replay: given.word(&ON_REPLAY)?, ..call }),
    )
    .default("\"judge\""),
];
