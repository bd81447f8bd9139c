"""The pure functions."""

from __future__ import annotations

import base64
import datetime
import json
import math
import uuid
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

import dashclaw
from dashclaw import canonical_json, derive_idempotency_key, sign_action, verify_receipt

VECTORS = Path(__file__).parents[2] / "tests" / "vectors"


def vectors(name: str) -> Any:
    return json.loads((VECTORS / name).read_text())


def test_keys_do_not_depend_on_how_a_number_is_written() -> None:
    assert derive_idempotency_key({"n": 1}) == derive_idempotency_key({"n": 1.0}) == derive_idempotency_key({"n": "1"})
    assert derive_idempotency_key({"n": 2**60}) == derive_idempotency_key({"n": str(2**60)})
    assert derive_idempotency_key({"n": 2**60}) != derive_idempotency_key({"n": 2**60 + 1})
    assert derive_idempotency_key({"a": None}) == derive_idempotency_key({"a": ""})


def test_values_with_a_text_of_their_own_are_parts() -> None:
    day, number = datetime.date(2026, 6, 15), uuid.UUID(int=7)
    assert derive_idempotency_key({"day": day, "id": number}) == derive_idempotency_key({"day": str(day), "id": str(number)})


@pytest.mark.parametrize("parts", [{"a": math.nan}, {"a": math.inf}, {"a": object()}, {"a": [math.nan]}])
def test_what_identifies_nothing_is_no_part(parts: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="`a"):
        derive_idempotency_key(parts)


@pytest.mark.parametrize("parts", [None, "a=b", ["a"], 7])
def test_only_dicts_are_parts(parts: Any) -> None:
    with pytest.raises(TypeError):
        derive_idempotency_key(parts)


def test_the_layers_of_canonical_json_differ() -> None:
    value = {"b": 1.0, "a": "e\u0301"}
    assert canonical_json(value) == '{"a":"\u00e9","b":1}'
    assert canonical_json(value, "plain") == '{"a":"e\u0301","b":1}'
    assert canonical_json(value, "rfc8785") == '{"a":"e\u0301","b":1}'
    assert canonical_json([1e21, 1e-7, "\u2028"], layer="rfc8785") == '[1e+21,1e-7,"\u2028"]'
    with pytest.raises(ValueError, match="layer"):
        canonical_json(value, "loose")  # type: ignore[arg-type]
    with pytest.raises(ValueError, match="`value`"):
        canonical_json(math.nan)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def test_a_signature_covers_the_canonical_action(key: rsa.RSAPrivateKey) -> None:
    action = {"declared_goal": "Größe", "action_type": "deploy", "confidence": 1.0, "none": None}
    signature = base64.b64decode(sign_action(action, key))
    signed = canonical_json(action, "plain").encode()
    key.public_key().verify(signature, signed, padding.PKCS1v15(), hashes.SHA256())


def test_a_key_may_come_in_any_form(key: rsa.RSAPrivateKey) -> None:
    def number(value: int) -> str:
        return base64.urlsafe_b64encode(value.to_bytes((value.bit_length() + 7) // 8, "big")).rstrip(b"=").decode()

    numbers = key.private_numbers()
    jwk = {
        "kty": "RSA",
        "n": number(numbers.public_numbers.n),
        "e": number(numbers.public_numbers.e),
        "d": number(numbers.d),
        "p": number(numbers.p),
        "q": number(numbers.q),
        "dp": number(numbers.dmp1),
        "dq": number(numbers.dmq1),
        "qi": number(numbers.iqmp),
    }
    action = {"action_type": "deploy"}
    forms: list[Any] = [key, pem(key), pem(key).decode(), jwk]
    assert len({sign_action(action, form) for form in forms}) == 1


@pytest.mark.parametrize("bad", ["", "not a key", b"\xff", {"kty": "RSA"}, 7, None])
def test_what_is_no_key_is_refused_and_not_shown(bad: Any) -> None:
    with pytest.raises(ValueError, match="key"):
        sign_action({"action_type": "deploy"}, bad)


def test_receipts_are_taken_as_text_and_as_values() -> None:
    jwks: dict[str, Any] = {"keys": []}
    for document in ({"kind": 1}, "{}", b"[]"):
        answer = verify_receipt(document, jwks)
        assert not answer
        assert answer.reason
        assert answer.message
        assert answer.valid is False
    with pytest.raises(dashclaw.InvalidArgumentError, match="jwks"):
        verify_receipt({}, "not a key set")


KNOWN = {(entry["file"], entry["name"]) for entry in vectors("differences.json")}
"""What the core answers otherwise than the official clients, on purpose."""


def agreed_keys() -> list[Any]:
    """The vectors for which both official clients give one key, and we give it, too."""
    cases = [case for case in vectors("idempotency.json")["vectors"] if case["input"]["encoding"] == "json"]
    agreed = [case for case in cases if case["expected"]["node"].get("key") == case["expected"]["python"].get("key", "")]
    return [case for case in agreed if ("idempotency.json", case["name"]) not in KNOWN and "root" not in case["name"]]


@pytest.mark.parametrize("case", agreed_keys(), ids=lambda case: case["name"])
def test_keys_of_the_official_clients(case: Any) -> None:
    assert derive_idempotency_key(json.loads(case["input"]["text"])) == case["expected"]["node"]["key"]


@pytest.mark.parametrize("case", vectors("canonical-json.json")["vectors"], ids=lambda case: case["name"])
@pytest.mark.parametrize("layer", ["plain", "integrity", "rfc8785"])
def test_canonical_json_of_python_values(case: Any, layer: Any) -> None:
    value = json.loads(case["input"]["json_text"])
    expected = case["expected"][layer if layer == "rfc8785" else f"{layer}_canonical"]
    if "error" in expected:
        with pytest.raises(ValueError, match="`value`"):
            canonical_json(value, layer)
    else:
        assert canonical_json(value, layer).encode().hex() == expected["utf8_hex"]


RECEIPTS = vectors("receipts.json")


def receipts() -> list[Any]:
    """The vectors about the document itself, not about how the official endpoint takes requests."""
    return [case for case in RECEIPTS["vectors"] if case["group"] != "cross-type" and "request:" not in case["name"]]


@pytest.mark.parametrize("case", receipts(), ids=lambda case: f"{case['group']}: {case['name']}")
def test_receipts(case: Any) -> None:
    text = case["input"]["body_json_text"]
    keys: Any = {"keys": []} if case["group"] == "key-set" else RECEIPTS["jwks"]
    answer = verify_receipt(text, keys)
    assert answer.valid == (case["class"] == "valid"), answer
    if answer:
        # The same receipt after a Python program has read and written it.
        assert verify_receipt(json.loads(text), json.dumps(keys))
        assert answer.kid
        assert answer.reason is None
    else:
        assert answer.reason
