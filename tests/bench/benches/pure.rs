//! What the SDK computes without any I/O, on inputs of usual size: `cargo bench -p dashclaw-bench`.

#![expect(clippy::expect_used, reason = "a benchmark of a failure would measure nothing")]

use dashclaw::canonical::{Layer, canonical_json};
use dashclaw::idempotency::derive_idempotency_key;
use dashclaw::receipt::{Jwks, verify_receipt};
use dashclaw::sse::Parser;
use divan::Bencher;
use divan::counter::BytesCount;

const INTENT: &[u8] = br#"{"agent_id":"billing-agent","action_type":"refund","declared_goal":"Refund invoice INV-1001","session_id":"ses_1","amount":20.5,"systems_touched":["payments","ledger"],"reversible":false}"#;
const RECEIPT: &[u8] = br#"{"version":"dashclaw-receipt/v1","issuedAt":"2026-06-15T12:00:00.000Z","engineVersion":"0.1.0","verdict":"block","violations":[{"code":"fabricated_fact","label":"money"}],"candidateHash":"sha256:c-xzN7_-4Af-tWQ83uT83uY9_qW2WvJQCdp-7l3seKI","sourceOfTruthHash":"sha256:n0ocJ1xQFVpnnx3WZw5AgdWuzNyXX2OZNiLUR6SbaiM","signature":{"alg":"EdDSA","kid":"MP2aR7kuS9OyWExSp8ddM_HP73BlCJdhG42DfJSbKOA","sig":"n7nvpMVZjmOh72NrNahPfrl1NNAgMN7IqXMIEP6EaNheBiCVGTJ2hjzpnpCPuG0OsbeSgLdOZGEd0Q6a9byWBg"}}"#;
const JWKS: &[u8] = br#"{"keys":[{"crv":"Ed25519","x":"9uYMoZMYucXJsBGF6p9oElp1KGEbFS7tJX5VSTmED-w","kty":"OKP","kid":"MP2aR7kuS9OyWExSp8ddM_HP73BlCJdhG42DfJSbKOA","alg":"EdDSA","use":"sig"}]}"#;

fn main() {
    divan::main();
}

#[divan::bench]
fn idempotency_key() -> String {
    derive_idempotency_key(divan::black_box(INTENT)).expect("a key")
}

#[divan::bench]
fn canonical(bencher: Bencher<'_, '_>) {
    bencher
        .counter(BytesCount::of_slice(INTENT))
        .bench(|| canonical_json(divan::black_box(INTENT), Layer::Rfc8785).expect("canonical JSON"));
}

#[divan::bench]
fn receipt(bencher: Bencher<'_, '_>) {
    let keys = Jwks::parse(JWKS).expect("keys");
    bencher.bench(|| {
        let answer = verify_receipt(divan::black_box(RECEIPT), &keys);
        assert!(answer.valid, "{answer:?}");
    });
}

#[divan::bench]
fn event_stream(bencher: Bencher<'_, '_>) {
    let event = format!(
        "id: 1718452800000-0\nevent: action.updated\ndata: {{\"action_id\":\"act_{}\"}}\n\n",
        "a".repeat(400)
    );
    let stream = event.repeat(100);
    bencher.counter(BytesCount::of_str(&stream)).bench(|| {
        let events = Parser::default().push(divan::black_box(stream.as_bytes())).expect("short lines");
        assert_eq!(events.len(), 100);
    });
}
