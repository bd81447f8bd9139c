"""The pure functions: they need no client and no server."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from ._error_classes import InvalidArgumentError
from ._native import canonical_json as native_canonical_json
from ._native import derive_idempotency_key as native_derive_idempotency_key
from ._native import printable as native_printable
from ._native import respell
from ._native import sign_action as native_sign_action
from ._native import verify_receipt as native_verify_receipt
from ._wire import decode, encode, encode_member

Layer = Literal["plain", "integrity", "rfc8785"]

_EXACT_IN_JAVASCRIPT = 2**53


class Verification:
    """The answer of :func:`verify_receipt`. It is true when the receipt is valid."""

    __slots__ = ("kid", "kind", "message", "reason", "valid")

    valid: bool
    """Whether every check passed."""
    kind: str | None
    """``non_fabrication``, ``bundle``, ``reputation`` or ``work_order``, once that is known."""
    kid: str | None
    """The key that the document names, once it is found among the published ones."""
    reason: str | None
    """The code of the first check that failed."""
    message: str | None
    """The same for people."""

    def __init__(self, answer: Mapping[str, Any]) -> None:
        self.valid = answer["valid"]
        self.kind = answer["kind"]
        self.kid = answer["kid"]
        self.reason = answer["reason"]
        self.message = answer["message"]

    def __bool__(self) -> bool:
        return self.valid

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Verification) and self._values() == other._values()

    def __hash__(self) -> int:
        return hash(self._values())

    def _values(self) -> tuple[object, ...]:
        return self.valid, self.kind, self.kid, self.reason, self.message

    def __repr__(self) -> str:
        return f"Verification(valid={self.valid}, kind={self.kind!r}, kid={self.kid!r}, reason={self.reason!r})"


def derive_idempotency_key(parts: Mapping[str, Any]) -> str:
    """The idempotency key of ``parts``: 64 hex digits, the same in every language.

    Values that are neither JSON nor have a text of their own are refused, because they identify nothing.
    """
    if not isinstance(parts, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise InvalidArgumentError("`parts` must be a dict")
    return native_derive_idempotency_key(encode({name: _part(value) for name, value in parts.items()}))


def _part(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) >= _EXACT_IN_JAVASCRIPT:
        return str(value)
    if isinstance(value, (str, int, float, dict, list, tuple)) or type(value).__str__ is object.__str__:
        return value  # pyright: ignore[reportUnknownVariableType]
    return None if value is None else str(value)


def canonical_json(value: object, layer: Layer = "integrity") -> str:
    """The canonical JSON of ``value``.

    ``integrity`` is what receipts hash and sign, ``plain`` what agents sign, ``rfc8785`` the standard.
    """
    return native_canonical_json(encode_member("value", value), layer)


def verify_receipt(document: Mapping[str, Any] | str | bytes, jwks: Mapping[str, Any] | str | bytes) -> Verification:
    """Verifies a receipt offline against a published key set (``/.well-known/jwks.json``).

    Text and bytes are taken exactly as issued; a dict by its values. A receipt that is not valid is an answer, not an error.
    """
    answer = native_verify_receipt(receipt_bytes(document), document_bytes("jwks", jwks))
    return Verification(decode(answer))


def printable(text: object) -> str:
    """``text`` on one line of a terminal, as it is: what a terminal would obey, hide or turn around is written as an escape.

    Whatever a server or an agent wrote goes through this before it is printed: a goal, a reason, the text of an error.
    What is longer than 1000 characters is cut.
    """
    # Half a surrogate pair is no text.
    return native_printable(str(text).encode("utf-8", "replace").decode())


def sign_action(payload: Mapping[str, Any], key: Any) -> str:
    """The signature of an action for its member ``_signature``: RSASSA-PKCS1-v1_5 with SHA-256 in base64.

    ``key`` is an RSA private key: PEM text or bytes, a JWK dict, or a key of the package ``cryptography``.
    """
    return native_sign_action(encode(payload), private_key_text(key))


def private_key_text(key: Any) -> str:
    """A private key as PEM, or as the JSON text of a JWK."""
    if isinstance(key, bytes):
        return key.decode("ascii", "replace")
    if isinstance(key, str):
        return key
    if isinstance(key, Mapping):
        return encode_member("private_key", cast("Mapping[str, Any]", key))
    if hasattr(key, "private_bytes"):
        # A key object exists only where this package does.
        from cryptography.hazmat.primitives import serialization  # noqa: PLC0415

        pem: bytes = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        return pem.decode("ascii")
    error = InvalidArgumentError(
        f"`private_key` must be PEM, a JWK dict or an RSA key of `cryptography`, not {type(key).__name__}"
    )
    error.argument = "private_key"
    raise error


_NOT_JSON = b""


def receipt_bytes(document: object) -> bytes:
    """The text of a receipt. A value that has no JSON form (an infinity, bytes, a set, itself) is no receipt, which is an
    answer and not an error: it becomes a text that is none."""
    if isinstance(document, (bytearray, memoryview)):
        return bytes(cast("bytes", document))
    try:
        return document_bytes("document", document)
    except InvalidArgumentError:
        return _NOT_JSON


def document_bytes(name: str, value: object) -> bytes:
    """The text of a JSON document. Text and bytes stay as they are; a dict is written as ECMAScript writes it."""
    if isinstance(value, bytes):
        return value
    if isinstance(value, str):
        return value.encode("utf-8", "surrogatepass")
    text = encode_member(name, value)
    try:
        return respell(text).encode()
    except InvalidArgumentError:
        return text.encode()  # whoever reads it says what is wrong with it
