package dev.dashclaw

import dev.dashclaw.api.GuardDecision
import dev.dashclaw.ffi.NativeException
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.contentOrNull
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

/**
 * Any failure of the SDK. Its text and properties never hold an API key, a token or a signing key.
 *
 * Kinds that callers handle have a class of their own; [kind] tells all of them apart.
 */
public open class DashClawException internal constructor(private val failure: Failure) : RuntimeException(failure.message) {
    /** Which of the closed set of kinds this is. */
    public val kind: ErrorKind get() = failure.kind

    /** One sentence for people. */
    override val message: String get() = failure.message

    /** The server's own code, such as `SIGNATURE_REQUIRED`; otherwise the kind's. */
    public val code: String get() = failure.code

    /** The HTTP status, when the server answered. */
    public val status: Int? get() = failure.status

    /** Whether the same call may succeed later. */
    public val retryable: Boolean get() = failure.retryable

    /** How long the server asks to wait. */
    public val retryAfter: Duration? get() = failure.retryAfter

    /** The key that the request carried: send the same one to ask or repeat safely. */
    public val idempotencyKey: String? get() = failure.idempotencyKey

    /** The operation that failed, snake_case. */
    public val operation: String? get() = failure.operation

    /** The argument or option at fault. */
    public val argument: String? get() = failure.argument

    /** What the record's state is, for a conflict. */
    public val currentStatus: String? get() = failure.currentStatus

    /** The word of the verdict that blocks, or the action's status when its approval did not come. */
    public open val decision: String? get() = text(failure.decision) ?: text((failure.decision as? JsonObject)?.get("decision"))

    /** The action that this is about. */
    public val actionId: String? get() = failure.actionId

    /** The server's id for the request. */
    public val requestId: String? get() = failure.requestId

    /** The server's `details`: a list of messages, or a text. */
    public val details: JsonElement? get() = failure.details

    /** The whole JSON body of a refusal, or of an answer that is not what the operation returns. */
    public val body: JsonElement? get() = failure.body
}

/** The server could not be reached, or the connection broke; it is certain that nothing was changed. */
public class ConnectionFailedException internal constructor(failure: Failure) : DashClawException(failure)

/** The deadline passed, and it is certain that nothing was changed. */
public class RequestTimeoutException internal constructor(failure: Failure) : DashClawException(failure)

/** 401: the API key is missing or wrong. */
public class AuthenticationException internal constructor(failure: Failure) : DashClawException(failure)

/** 402 or 403: the key may not do this, or a quota is used up. */
public class PermissionDeniedException internal constructor(failure: Failure) : DashClawException(failure)

/** 404: there is no such record. */
public class NotFoundException internal constructor(failure: Failure) : DashClawException(failure)

/** 409 or 410: the record's state forbids it; [currentStatus] says what the state is. */
public class ConflictException internal constructor(failure: Failure) : DashClawException(failure)

/** 429: too many requests; [retryAfter] says how long to wait. */
public class RateLimitedException internal constructor(failure: Failure) : DashClawException(failure)

/** A policy blocks the action. */
public class GuardBlockedException internal constructor(failure: Failure) : DashClawException(failure) {
    private val verdict = failure.decision as? JsonObject ?: JsonObject(emptyMap())

    /** The verdict's word: `block`. */
    override val decision: String = super.decision ?: "block"

    /** Why. */
    public val reasons: List<String> = texts(verdict["reasons"]).ifEmpty { texts(verdict["reason"]) }

    /** What else was found. */
    public val warnings: List<String> = texts(verdict["warnings"])

    /** The policies that decided. */
    public val matchedPolicies: List<String> = texts(verdict["matched_policies"])

    /** 0 to 100. */
    public val riskScore: Double? = (verdict["risk_score"] as? JsonPrimitive)?.contentOrNull?.toDoubleOrNull()

    /** The whole verdict, when the server sent one. */
    public val guardDecision: GuardDecision? by lazy {
        try {
            wire.decodeFromJsonElement(GuardDecision.serializer(), verdict)
        } catch (_: SerializationException) {
            null
        }
    }
}

/** A human denied the action; [decision] is its status: `failed` or `cancelled`. */
public class ApprovalDeniedException internal constructor(failure: Failure) : DashClawException(failure)

/** Nobody decided before the deadline. The request for approval still stands. */
public class ApprovalTimeoutException internal constructor(failure: Failure) : DashClawException(failure)

/** The request for approval expired on the server. */
public class ApprovalExpiredException internal constructor(failure: Failure) : DashClawException(failure)

/** A receipt is not valid. */
public class ReceiptInvalidException internal constructor(failure: Failure) : DashClawException(failure)

/**
 * A write may or may not have happened: the connection failed or the deadline passed after it was sent. Ask, or repeat
 * with the same [idempotencyKey].
 */
public class OutcomeUnknownException internal constructor(failure: Failure) : DashClawException(failure)

/**
 * An earlier run of this intent began, and nobody knows whether it took effect. Waiting settles nothing: look, then report
 * the outcome of [actionId], or run it again with `rerun`.
 */
public class OutcomeInDoubtException internal constructor(failure: Failure) : DashClawException(failure)

/** The properties of an exception. */
internal class Failure(
    val kind: ErrorKind,
    val message: String,
    val code: String = kind.code,
    val status: Int? = null,
    val retryable: Boolean = false,
    val retryAfter: Duration? = null,
    val idempotencyKey: String? = null,
    val operation: String? = null,
    val argument: String? = null,
    val currentStatus: String? = null,
    val actionId: String? = null,
    val requestId: String? = null,
    val details: JsonElement? = null,
    val body: JsonElement? = null,
    val decision: JsonElement? = null,
)

/** The exception for an error of the core. */
internal fun exceptionOf(error: NativeException): DashClawException = error.use {
    exceptionOf(
        Failure(
            kind = ErrorKind.entries.find { it.code == error.kind() } ?: ErrorKind.INTERNAL,
            message = error.message(),
            code = error.code(),
            status = error.status()?.toInt(),
            retryable = error.retryable(),
            retryAfter = error.retryAfter()?.seconds,
            idempotencyKey = error.idempotencyKey(),
            operation = error.operation(),
            argument = error.argument(),
            currentStatus = error.currentStatus(),
            actionId = error.actionId(),
            requestId = error.requestId(),
            details = error.details()?.let(wire::parseToJsonElement),
            body = error.body()?.let(wire::parseToJsonElement),
            decision = error.decision()?.let(wire::parseToJsonElement),
        ),
    )
}

internal fun exceptionOf(failure: Failure): DashClawException = when (failure.kind) {
    ErrorKind.CONNECTION -> ConnectionFailedException(failure)
    ErrorKind.TIMEOUT -> RequestTimeoutException(failure)
    ErrorKind.AUTHENTICATION -> AuthenticationException(failure)
    ErrorKind.PERMISSION -> PermissionDeniedException(failure)
    ErrorKind.NOT_FOUND -> NotFoundException(failure)
    ErrorKind.CONFLICT -> ConflictException(failure)
    ErrorKind.RATE_LIMITED -> RateLimitedException(failure)
    ErrorKind.GUARD_BLOCKED -> GuardBlockedException(failure)
    ErrorKind.APPROVAL_DENIED -> ApprovalDeniedException(failure)
    ErrorKind.APPROVAL_TIMEOUT -> ApprovalTimeoutException(failure)
    ErrorKind.APPROVAL_EXPIRED -> ApprovalExpiredException(failure)
    ErrorKind.RECEIPT_INVALID -> ReceiptInvalidException(failure)
    ErrorKind.IN_DOUBT -> OutcomeInDoubtException(failure)
    ErrorKind.OUTCOME_UNKNOWN -> OutcomeUnknownException(failure)
    else -> DashClawException(failure)
}

private fun text(value: JsonElement?): String? = (value as? JsonPrimitive)?.takeIf { it.isString }?.content

/** The texts in what should be a list of texts; a server may send anything. */
private fun texts(value: JsonElement?): List<String> =
    text(value)?.let(::listOf) ?: (value as? JsonArray).orEmpty().mapNotNull(::text)
