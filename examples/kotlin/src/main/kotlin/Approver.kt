// What an operator's phone does, as a small program for a terminal: it lists what waits for a human, watches it live,
// shows what one approves, and approves or denies with a reason. It checks receipts offline.
//
//   approver --url URL --key KEY      an admin's key
//
// Commands, one per line: show N, approve N REASON, deny N REASON, receipt FILE, quit.

import dev.dashclaw.DashClaw
import dev.dashclaw.DashClawException
import dev.dashclaw.api.Action
import dev.dashclaw.api.ApprovalDecision
import dev.dashclaw.api.VerdictWord
import dev.dashclaw.printable
import dev.dashclaw.verifyReceipt
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withContext
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.jsonPrimitive
import java.io.IOException
import kotlin.io.path.Path
import kotlin.io.path.readText
import kotlin.system.exitProcess

object Approver {
    @JvmStatic
    fun main(arguments: Array<String>) {
        val given = arguments.toList().windowed(2, 2).associate { (name, value) -> name to value }
        try {
            DashClaw(given["--url"], given["--key"], "operator").use { runBlocking { Desk(it).run() } }
        } catch (problem: DashClawException) {
            System.err.println(printable("approver: ${problem.message}"))
            exitProcess(1)
        }
    }
}

/** Prints a line. Agents wrote part of it: their words must not move the operator's cursor. */
private fun say(line: String): Unit = println(printable(line))

/** One operator at work. */
private class Desk(private val claw: DashClaw) {
    /** Everything shown so far, by its number. */
    private val shown = mutableListOf<Action>()

    suspend fun run(): Unit = coroutineScope {
        // What an offline check needs is fetched while there is a connection.
        val keys = Json.encodeToString(dev.dashclaw.api.JwkSet.serializer(), claw.getJwks())
        val watching = launch { claw.pendingApprovals().collect(::announce) }
        while (true) {
            val words = withContext(Dispatchers.IO) { readlnOrNull() }?.trim()?.split(Regex("\\s+"), limit = 3) ?: break
            if (words.first() == "quit") break
            try {
                obey(words, keys)
            } catch (problem: DashClawException) {
                say("✗ ${problem.message}")
            } catch (problem: IOException) {
                say("✗ cannot read ${problem.message}")
            }
        }
        watching.cancel()
    }

    private fun announce(pending: List<Action>) {
        val fresh = pending.filter { action -> shown.none { it.actionId == action.actionId } }
        for (action in fresh.reversed()) {
            shown += action
            say("[${shown.size}] ${action.agentName ?: action.agentId} wants to ${action.actionType}: ${action.declaredGoal} (risk ${action.riskScore})")
        }
        say(if (pending.isEmpty()) "Nothing waits." else "${pending.size} waiting.")
    }

    private suspend fun obey(words: List<String>, keys: String) {
        val argument = words.getOrNull(1).orEmpty()
        when (words.first()) {
            "show" -> find(argument)?.let { show(it) }
            "approve" -> find(argument)?.let { decide(it, ApprovalDecision.ALLOW, words.getOrNull(2)) }
            "deny" -> find(argument)?.let { decide(it, ApprovalDecision.DENY, words.getOrNull(2)) }
            "receipt" -> check(Path(argument).readText(), keys)
            "" -> Unit
            else -> say("Commands: show N, approve N REASON, deny N REASON, receipt FILE, quit")
        }
    }

    private fun find(number: String): Action? =
        number.toIntOrNull()?.let { shown.getOrNull(it - 1) }.also { if (it == null) say("✗ there is no [$number]") }

    private suspend fun show(action: Action) {
        val systems = Json.parseToJsonElement(action.systemsTouched.ifEmpty { "[]" }) as? JsonArray
        say("  goal     ${action.declaredGoal}")
        say("  agent    ${action.agentId}")
        say("  risk     ${action.riskScore} of 100, ${if (action.reversible != 0L) "can" else "cannot"} be undone")
        say("  systems  ${systems.orEmpty().joinToString { it.jsonPrimitive.content }.ifEmpty { "none named" }}")
        say("  policy   ${reasons(action)}")
        action.reasoning?.let { say("  why      $it") }
    }

    /** What guard said when the action was created: `<policy>: <reason>`. */
    private suspend fun reasons(action: Action): String {
        val asked = claw.getGuardDecisions(decision = VerdictWord.REQUIRE_APPROVAL, agentId = action.agentId)
        return asked.decisions.firstOrNull { it.actionType == action.actionType }?.reasons ?: "not on record"
    }

    private suspend fun decide(action: Action, decision: ApprovalDecision, reason: String?) {
        val answer = claw.approveAction(action.actionId, decision, reason)
        say("✓ ${if (decision == ApprovalDecision.ALLOW) "approved" else "denied"}: it is ${answer.action.status} now")
    }

    private fun check(receipt: String, keys: String) {
        val answer = verifyReceipt(receipt, keys)
        say(if (answer.valid) "✓ the receipt is valid: ${answer.kind}, key ${answer.kid}" else "✗ not valid: ${answer.message}")
    }
}
