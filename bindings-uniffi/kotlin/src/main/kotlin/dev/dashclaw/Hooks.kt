package dev.dashclaw

import dev.dashclaw.api.GuardDecision
import dev.dashclaw.ffi.NativeHooks
import kotlinx.serialization.json.JsonObject

/** What the core calls while a call is under way. What a function of the user throws decides nothing and is shown. */
internal class Hooks(
    private val guard: ((GuardDecision) -> Unit)?,
    private val recommendation: ((JsonObject) -> Unit)?,
) : NativeHooks {
    override fun print(toStderr: Boolean, text: String) {
        (if (toStderr) System.err else System.out).run {
            println(text)
            flush()
        }
    }

    override fun listens(): Boolean = guard != null || recommendation != null

    override fun onGuard(decision: String): Unit = showing {
        guard?.invoke(wire.decodeFromString(GuardDecision.serializer(), decision))
    }

    override fun onRecommendation(recommendation: String): Unit = showing {
        this.recommendation?.invoke(wire.decodeFromString(JsonObject.serializer(), recommendation))
    }

    private inline fun showing(call: () -> Unit) {
        try {
            call()
        } catch (problem: Throwable) {
            val thread = Thread.currentThread()
            thread.uncaughtExceptionHandler?.uncaughtException(thread, problem)
        }
    }
}

private const val LOOPBACK_NUMBERS = 4

/** Says once per client when the API key would travel in clear text. */
internal fun warnIfInsecure(baseUrl: String) {
    // The core has checked that this is an http or https URL without user name.
    val (scheme, rest) = baseUrl.split("://", limit = 2)
    val host = rest.substringBefore('/')
    val name = if (host.startsWith('[')) host.drop(1).substringBefore(']') else host.substringBefore(':')
    if (scheme != "https" && !isLoopback(name)) {
        System.err.println("[DashClaw] $scheme://$host is not encrypted: the API key travels in clear text; use https")
    }
}

private fun isLoopback(host: String): Boolean {
    if (host == "localhost" || host.endsWith(".localhost") || host == "::1") return true
    val numbers = host.split('.')
    return numbers.size == LOOPBACK_NUMBERS && numbers.first() == "127" && numbers.all { it.toIntOrNull() != null }
}
