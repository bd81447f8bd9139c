package dev.dashclaw

import dev.dashclaw.api.GuardDecision
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonObjectBuilder
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.DurationUnit

/** Whether something is left alone, told, or done. */
public enum class Mode { OFF, WARN, ENFORCE }

/** Whether `createAction` waits for the approval of an action that needs one. */
public enum class HitlMode { OFF, WAIT }

/** Where a pending approval is announced. */
public enum class ApprovalBanner { STDOUT, STDERR, OFF }

/** What a client of an embedded instance may do: all; all but administration and approvals; read. */
public enum class Role { ADMIN, MEMBER, READONLY }

/** Where an idempotency key comes from unless one is given. */
public enum class Idempotency {
    /** The same intent within an hour is the same record. */
    INTENT,

    /** Every call makes a new record. */
    CALL,
}

/** What becomes of an action that was created before with the same idempotency key. */
public enum class OnReplay {
    /** It is an error unless the action is running or waits for approval. */
    JUDGE,

    /** The record is returned whatever its state. It is no permission. */
    RETURN,
}

/**
 * How a client is made. Nothing here is read twice; its text shows no secret.
 *
 * @property baseUrl Where the server is; otherwise the variable `DASHCLAW_BASE_URL`.
 * @property apiKey Otherwise `DASHCLAW_API_KEY`.
 * @property agentId Which agent acts; otherwise `DASHCLAW_AGENT_ID`.
 * @property agentName Its name for people.
 * @property guardMode Asks guard before an action is created: `WARN` tells, `ENFORCE` throws a
 *   [GuardBlockedException].
 * @property onGuard Is given every decision that [guardMode] asks for. What it throws decides nothing.
 * @property autoRecommend Reads what was learned before an action is created: `WARN` tells, `ENFORCE` adapts the
 *   action.
 * @property recommendationConfidenceMin The least confidence, 0 to 100, of a recommendation that is applied; 70
 *   unless given.
 * @property onRecommendation Is given every recommendation that [autoRecommend] reads.
 * @property hitlMode `WAIT` lets `createAction` wait for the approval of an action that needs one.
 * @property signingKey Signs actions: an RSA key as PEM or as the JSON text of a JWK.
 * @property authToken A JWT of your identity provider that proves which agent acts.
 * @property timeout How long one call may take in all; 30 seconds unless given.
 * @property maxRetries How often a request that is safe to repeat is repeated; 2 unless given.
 * @property proxy The URL of an HTTP proxy; otherwise the usual variables.
 * @property caBundle More certificate authorities: PEM text, or the path of a PEM file.
 * @property userAgent Your product, put before the SDK's own name.
 * @property approvalBanner Where a pending approval is announced; otherwise `DASHCLAW_APPROVAL_BANNER`, otherwise
 *   `STDOUT`.
 * @property maxResponseBytes How many bytes of an answer are read; 16 MiB unless given.
 */
public data class DashClawOptions(
    val baseUrl: String? = null,
    val apiKey: String? = null,
    val agentId: String? = null,
    val agentName: String? = null,
    val guardMode: Mode? = null,
    val onGuard: ((GuardDecision) -> Unit)? = null,
    val autoRecommend: Mode? = null,
    val recommendationConfidenceMin: Double? = null,
    val onRecommendation: ((JsonObject) -> Unit)? = null,
    val hitlMode: HitlMode? = null,
    val signingKey: String? = null,
    val authToken: String? = null,
    val timeout: Duration? = null,
    val maxRetries: Int? = null,
    val proxy: String? = null,
    val caBundle: String? = null,
    val userAgent: String? = null,
    val approvalBanner: ApprovalBanner? = null,
    val maxResponseBytes: Long? = null,
) {
    override fun toString(): String = "DashClawOptions(baseUrl=$baseUrl, agentId=$agentId)"

    internal fun toJson(): String = buildJsonObject {
        put("base_url", baseUrl)
        put("api_key", apiKey)
        put("agent_id", agentId)
        put("agent_name", agentName)
        put("guard_mode", guardMode.word())
        put("auto_recommend", autoRecommend.word())
        put("recommendation_confidence_min", recommendationConfidenceMin)
        put("hitl_mode", hitlMode.word())
        put("signing_key", signingKey)
        put("auth_token", authToken)
        putSeconds("timeout", timeout)
        put("max_retries", maxRetries)
        put("proxy", proxy)
        put("ca_bundle", caBundle)
        put("user_agent", userAgent)
        put("approval_banner", approvalBanner.word())
        put("max_response_bytes", maxResponseBytes)
    }.toString()
}

/**
 * How one call differs from the client's others.
 *
 * @property timeout How long it may take in all.
 * @property maxRetries How often it is repeated where that is safe.
 * @property idempotencyKey The key that it carries.
 * @property idempotency Where its key comes from unless one is given.
 * @property onReplay What becomes of an action that was created before with the same key; it is judged unless given.
 */
public data class CallOptions(
    val timeout: Duration? = null,
    val maxRetries: Int? = null,
    val idempotencyKey: String? = null,
    val idempotency: Idempotency? = null,
    val onReplay: OnReplay? = null,
) {
    internal fun toJson(): String = buildJsonObject {
        // A member that is there counts, be it null.
        timeout?.let { putSeconds("timeout", it) }
        maxRetries?.let { put("max_retries", it) }
        idempotencyKey?.let { put("idempotency_key", it) }
        idempotency?.let { put("idempotency", it.word()) }
        onReplay?.let { put("on_replay", it.word()) }
    }.toString()
}

/** The word of a constant, as the core spells it. */
internal fun Enum<*>?.word(): String? = this?.name?.lowercase()

internal fun Duration.inSeconds(): Double = coerceIn(-LONGEST, LONGEST).toDouble(DurationUnit.SECONDS)

/** JSON has no infinity, and the core counts no further. */
private val LONGEST = 3650.days

private fun JsonObjectBuilder.putSeconds(name: String, duration: Duration?) {
    put(name, duration?.inSeconds())
}
