package dev.dashclaw

import dev.dashclaw.api.ActionStatus
import dev.dashclaw.api.CreatedAssumption
import dev.dashclaw.api.SendMessage
import dev.dashclaw.api.SentMessage
import dev.dashclaw.api.UpdateOutcome
import dev.dashclaw.api.UpdatedAction

/**
 * Requests about one action, without repeating its id: see [DashClaw.actionContext].
 *
 * @property actionId The action.
 */
public class ActionContext internal constructor(private val client: DashClaw, public val actionId: String) {
    /** Sends a message about this action. */
    public suspend fun sendMessage(message: SendMessage, options: CallOptions? = null): SentMessage =
        client.sendMessage(message.copy(actionId = actionId), options)

    /** Records what the agent takes for granted in this action, and what speaks for it. */
    public suspend fun recordAssumption(
        assumption: String,
        basis: String? = null,
        options: CallOptions? = null,
    ): CreatedAssumption =
        client.recordAssumption(actionId = actionId, assumption = assumption, basis = basis, options = options)

    /** Ends this action, or adds facts to it; the id in [outcome] does not count. */
    public suspend fun updateOutcome(outcome: UpdateOutcome, options: CallOptions? = null): UpdatedAction =
        client.updateOutcome(outcome.copy(actionId = actionId), options)

    /** Ends this action. */
    public suspend fun updateOutcome(status: ActionStatus, outputSummary: String? = null): UpdatedAction =
        client.updateOutcome(actionId = actionId, status = status, outputSummary = outputSummary)
}
