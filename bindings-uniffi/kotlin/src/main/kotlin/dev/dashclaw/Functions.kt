package dev.dashclaw

import dev.dashclaw.ffi.NativeVerification
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import java.nio.Buffer
import java.nio.ByteBuffer
import dev.dashclaw.ffi.canonicalJson as nativeCanonicalJson
import dev.dashclaw.ffi.deriveIdempotencyKey as nativeDeriveIdempotencyKey
import dev.dashclaw.ffi.printable as nativePrintable
import dev.dashclaw.ffi.signAction as nativeSignAction
import dev.dashclaw.ffi.verifyReceipt as nativeVerifyReceipt

/** Which canonical form. */
public enum class Layer {
    /** What agents sign. */
    PLAIN,

    /** What receipts hash and sign. */
    INTEGRITY,

    /** The standard. */
    RFC8785,
}

/**
 * The answer of [verifyReceipt].
 *
 * @property valid Whether every check passed.
 * @property kind `non_fabrication`, `bundle`, `reputation` or `work_order`, once that is known.
 * @property kid The key that the document names, once it is found among the published ones.
 * @property reason The code of the first check that failed.
 * @property message The same for people.
 */
public data class Verification(
    val valid: Boolean,
    val kind: String? = null,
    val kid: String? = null,
    val reason: String? = null,
    val message: String? = null,
) {
    internal constructor(answer: NativeVerification) :
        this(answer.valid, answer.kind, answer.kid, answer.reason, answer.message)
}

/**
 * Verifies a receipt offline against a published key set (`/.well-known/jwks.json`), both JSON texts exactly as issued.
 * A receipt that is not valid is an answer, not an error.
 */
public fun verifyReceipt(document: String, jwks: String): Verification =
    native { Verification(nativeVerifyReceipt(document.inNativeMemory(), jwks.inNativeMemory())) }

/** Verifies a receipt offline by its values. */
public fun verifyReceipt(document: JsonElement, jwks: JsonElement): Verification =
    verifyReceipt(document.toString(), jwks.toString())

/**
 * A text on one line of a terminal, as it is: what a terminal would obey, hide or turn around is written as an escape.
 * Whatever a server or an agent wrote goes through this before it is printed. What is longer than 1000 characters is cut.
 */
public fun printable(text: String): String = native { nativePrintable(text) }

/** The canonical form of a JSON text. */
public fun canonicalJson(json: String, layer: Layer = Layer.INTEGRITY): String =
    native { nativeCanonicalJson(json.inNativeMemory(), layer.name.lowercase()) }

/** The canonical form of a JSON value. */
public fun canonicalJson(value: JsonElement, layer: Layer = Layer.INTEGRITY): String =
    canonicalJson(value.toString(), layer)

/** The idempotency key of `parts`: 64 hex digits, the same in every language. */
public fun deriveIdempotencyKey(parts: JsonObject): String =
    native { nativeDeriveIdempotencyKey(parts.toString().inNativeMemory()) }

/**
 * The signature of an action for its member `_signature`: RSASSA-PKCS1-v1_5 with SHA-256 in base64.
 *
 * @param key An RSA private key: PEM, or the JSON text of a JWK.
 */
public fun signAction(action: JsonObject, key: String): String =
    native { nativeSignAction(action.toString().inNativeMemory(), key) }

/** The UTF-8 bytes where the core reads them without a copy of its own. */
private fun String.inNativeMemory(): ByteBuffer {
    val bytes = toUtf8()
    val buffer = ByteBuffer.allocateDirect(bytes.size).put(bytes)
    // Old Androids know `rewind` of the base class only.
    (buffer as Buffer).rewind()
    return buffer
}
