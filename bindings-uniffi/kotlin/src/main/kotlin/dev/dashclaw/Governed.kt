package dev.dashclaw

import dev.dashclaw.api.Outcome

/** How [DashClaw.runGoverned] ended. */
public sealed interface Governed<out T> {
    /** The action it ran under. */
    public val actionId: String

    /**
     * The work ran now.
     *
     * @property result What it returned.
     * @property reportError Why its outcome could not be reported. The work is done nevertheless.
     */
    public data class Ran<out T>(
        override val actionId: String,
        val result: T,
        val reportError: DashClawException? = null,
    ) : Governed<T>

    /**
     * An earlier run of the same intent had completed it: it was not run again.
     *
     * @property outcome What was recorded of that run.
     */
    public data class Completed(override val actionId: String, val outcome: Outcome) : Governed<Nothing>
}

/** What the work returned now; nothing when an earlier run had completed it. */
public val <T> Governed<T>.resultOrNull: T? get() = (this as? Governed.Ran)?.result
