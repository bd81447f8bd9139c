package dev.dashclaw

import dev.dashclaw.api.GuardDecision
import dev.dashclaw.ffi.NativeClient
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

/** Says once per client when the API key would travel in clear text. */
internal fun warnIfInsecure(native: NativeClient) {
    native.clearTextWarning()?.let { System.err.println("[DashClaw] Warning: $it") }
}
