// A release agent under governance: it asks before it acts, waits for a human where the rules say so, and reports.
//
// Everything runs on an embedded instance in this process, with a file database and a policy file; nothing is hosted.
// With `--url URL --key KEY --operator-key KEY` (a member's and an admin's) they talk to a server instead.

import dev.dashclaw.ApprovalBanner
import dev.dashclaw.ApprovalDeniedException
import dev.dashclaw.ConflictException
import dev.dashclaw.DashClaw
import dev.dashclaw.DashClawOptions
import dev.dashclaw.GuardBlockedException
import dev.dashclaw.Instance
import dev.dashclaw.Role
import dev.dashclaw.api.ApprovalDecision
import dev.dashclaw.api.CreateAction
import dev.dashclaw.api.Fact
import dev.dashclaw.api.SourceOfTruth
import dev.dashclaw.resultOrNull
import dev.dashclaw.verifyReceipt
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.launch
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.ExperimentalPathApi
import kotlin.io.path.deleteRecursively
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds
import kotlin.time.DurationUnit
import kotlin.time.TimeSource

private val start = TimeSource.Monotonic.markNow()

@OptIn(ExperimentalPathApi::class)
fun main(arguments: Array<String>) {
    val given = arguments.toList().windowed(2, 2).associate { (name, value) -> name to value }
    val url = given["--url"]
    if (url != null) {
        val client = { who: String, key: String? ->
            DashClaw(DashClawOptions(url, key, who, approvalBanner = ApprovalBanner.OFF))
        }
        // Who created an action cannot approve it, so the two have keys of their own.
        return client("release-agent", given["--key"]).use { agent ->
            client("operator", given["--operator-key"]).use { runBlocking { story(agent, it) } }
        }
    }
    val folder = Files.createTempDirectory("dashclaw")
    try {
        Instance(folder.resolve("governance.db"), Path.of(given["--policies"] ?: "examples/policies.yaml")).use { instance ->
            val agent = instance.client("release-agent", options = DashClawOptions(approvalBanner = ApprovalBanner.OFF))
            val operator = instance.client("operator", Role.ADMIN)
            runBlocking { story(agent, operator) }
        }
    } finally {
        folder.deleteRecursively()
    }
}

private suspend fun story(agent: DashClaw, operator: DashClaw) {
    harmlessWork(agent)
    forbiddenWork(agent)
    honestMessage(agent)
    approvedDeploy(agent, operator)
    deniedDeploy(agent, operator)
    repeatedRequest(agent)
    println("\nThat is the governed loop: guard, act, approve, report, verify.")
}

private suspend fun harmlessWork(agent: DashClaw) {
    chapter("1. Something harmless is allowed")
    val decision = agent.guard("monitor", declaredGoal = "Read the error rate of the shop")
    tell("guard", "${decision.decision} (risk ${decision.riskScore})")
    val run = agent.runGoverned(CreateAction("monitor", "Read the error rate of the shop")) {
        tell("agent", "reads the error rate as ${short(it)}")
    }
    tell("agent", "outcome on record: ${agent.getActionOutcome(run.actionId).status}")
}

private suspend fun forbiddenWork(agent: DashClaw) {
    chapter("2. Something forbidden is blocked")
    try {
        agent.runGoverned(CreateAction("drop_table", "Clean the table of customers")) {
            error("the table is gone: governance has failed")
        }
    } catch (blocked: GuardBlockedException) {
        tell("guard", "block: ${blocked.message}")
        tell("agent", "does not touch the table")
    }
}

private suspend fun honestMessage(agent: DashClaw) {
    chapter("3. A message that states a made-up amount is stopped, with a signed receipt")
    val decision = agent.guard(
        "message",
        declaredGoal = "Tell Jane about her refund",
        content = "Hi Jane, your refund of $2,500.00 will arrive by June 1, 2026.",
        sourceOfTruth = SourceOfTruth(
            allowedFacts = listOf(Fact(label = "refund", value = "$1,500.00"), Fact(label = "date", value = "June 1, 2026")),
            requiredFacts = listOf(Fact(label = "name", value = "Jane")),
        ),
    )
    val finding = decision.nonFabrication.orEmpty().first()
    val violation = finding.violations.first()
    tell("guard", "${decision.decision}: ${violation.code} ${violation.detail.orEmpty()}")
    val receipt = finding.receipt!!.jsonObject
    val keys = Json.encodeToJsonElement(dev.dashclaw.api.JwkSet.serializer(), agent.getJwks())
    val checked = verifyReceipt(receipt, keys)
    tell("auditor", "offline check of the receipt: valid=${checked.valid}, key ${checked.kid?.take(12)}…")
    val hash = receipt.getValue("candidateHash").jsonPrimitive.content
    val forged = JsonObject(receipt + ("candidateHash" to JsonPrimitive(hash.dropLast(1) + if (hash.endsWith("A")) "B" else "A")))
    val refused = verifyReceipt(forged, keys)
    tell("auditor", "the same receipt with one byte changed: valid=${refused.valid} (${refused.reason})")
    check(checked.valid && !refused.valid) { "the receipt check is wrong" }
}

private suspend fun approvedDeploy(agent: DashClaw, operator: DashClaw): Unit = coroutineScope {
    chapter("4. A deploy waits for a human, who approves")
    launch { decide(operator, ApprovalDecision.ALLOW, "The canary looks good") }
    val action = CreateAction("deploy", "Ship v2.4.0 to production", systemsTouched = listOf("production"))
    val run = agent.runGoverned(action, timeout = 30.seconds) { deploy("v2.4.0") }
    tell("agent", "${run.resultOrNull} is live, outcome reported")
}

private suspend fun deniedDeploy(agent: DashClaw, operator: DashClaw): Unit = coroutineScope {
    chapter("5. Another deploy is denied")
    launch { decide(operator, ApprovalDecision.DENY, "Not on a Friday") }
    try {
        agent.runGoverned(CreateAction("deploy", "Ship v2.5.0 to production"), timeout = 30.seconds) { deploy("v2.5.0") }
    } catch (denied: ApprovalDeniedException) {
        tell("agent", "does not deploy: ${denied.message}")
    }
}

private suspend fun repeatedRequest(agent: DashClaw) {
    chapter("6. A repeated request is the same action, and an outcome is final")
    val intent = CreateAction("sync", "Copy invoices of May", idempotencyKey = "invoices-may")
    val first = agent.createAction(intent).action.actionId
    tell("agent", "creates ${short(first)}")
    val again = agent.createAction(intent)
    tell("server", "the retry is a replay of ${short(again.action.actionId)}: ${again.idempotentReplay}")
    agent.reportActionSuccess(first, summary = "212 invoices copied")
    tell("agent", "reports success")
    try {
        agent.reportActionFailure(first, errorMessage = "changed my mind")
    } catch (refused: ConflictException) {
        tell("server", "refuses a second report: ${refused.message} (${refused.currentStatus})")
    }
}

/** The operator: sees the first action that waits, and decides. */
private suspend fun decide(operator: DashClaw, decision: ApprovalDecision, reason: String) {
    val action = operator.pendingApprovals().first { it.isNotEmpty() }.first()
    tell("operator", "sees “${action.declaredGoal}” (risk ${action.riskScore})")
    delay(300.milliseconds)
    tell("operator", "${if (decision == ApprovalDecision.ALLOW) "approves" else "denies"}: $reason")
    operator.approveAction(action.actionId, decision, reason)
}

private suspend fun deploy(version: String): String {
    tell("agent", "deploys $version …")
    delay(200.milliseconds)
    return version
}

private fun chapter(title: String) = println("\n$title")

/** Prints one line of the timeline. */
private fun tell(who: String, what: String) =
    println("  %6.3f s  %-8s %s".format(start.elapsedNow().toDouble(DurationUnit.SECONDS), who, what))

private fun short(actionId: String) = actionId.take(12) + "…"
