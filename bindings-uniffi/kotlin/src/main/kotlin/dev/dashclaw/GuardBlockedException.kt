package dev.dashclaw

import dev.dashclaw.api.GuardDecision
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.contentOrNull

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

/** The word of a verdict, or the status of what a human denied. */
internal fun word(decision: JsonElement?): String? = text(decision) ?: text((decision as? JsonObject)?.get("decision"))

/** The text, if this is one. */
internal fun text(value: JsonElement?): String? = (value as? JsonPrimitive)?.takeIf { it.isString }?.content

/** The texts in what should be a list of texts; a server may send anything. */
private fun texts(value: JsonElement?): List<String> =
    text(value)?.let(::listOf) ?: (value as? JsonArray).orEmpty().mapNotNull(::text)
