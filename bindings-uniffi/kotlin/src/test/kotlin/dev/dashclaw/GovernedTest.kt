package dev.dashclaw

import dev.dashclaw.api.ActionStatus
import dev.dashclaw.api.ApprovalDecision
import dev.dashclaw.api.CreateAction
import dev.dashclaw.api.Fact
import dev.dashclaw.api.JwkSet
import dev.dashclaw.api.SourceOfTruth
import dev.dashclaw.api.Verdict
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.delay
import kotlinx.coroutines.flow.first
import kotlinx.coroutines.flow.map
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.jsonObject
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds
import kotlin.time.Duration.Companion.seconds

class GovernedTest {
    private val deploy = CreateAction("deploy", "Ship v2.4.0", systemsTouched = listOf("production"))

    private suspend fun decide(operator: DashClaw, decision: ApprovalDecision, reason: String) {
        val action = operator.pendingApprovals().first { it.isNotEmpty() }.single()
        operator.approveAction(action.actionId, decision, reason)
    }

    @Test
    fun `an approved deploy runs and is reported`() = governed { agent, operator ->
        launch { decide(operator, ApprovalDecision.ALLOW, "looks good") }
        val run = agent.runGoverned(deploy) { id -> "deployed as $id" }
        assertEquals("deployed as ${run.actionId}", run.resultOrNull)
        assertNull(assertIs<Governed.Ran<String>>(run).reportError)
        assertEquals("completed", agent.getActionOutcome(run.actionId).status.word)
        val again = agent.runGoverned(deploy) { error("it ran again") }
        assertEquals("completed", assertIs<Governed.Completed>(again).outcome.status.word)
    }

    @Test
    fun `a denied deploy does not run`() = governed { agent, operator ->
        launch { decide(operator, ApprovalDecision.DENY, "not on a Friday") }
        val denied = assertFails<ApprovalDeniedException> { agent.runGoverned(deploy) { error("it ran") } }
        assertContains(denied.message, "not on a Friday")
        assertEquals(ErrorKind.APPROVAL_DENIED, denied.kind)
    }

    @Test
    fun `a blocked action does not run`() = governed { agent, _ ->
        val blocked = assertFails<GuardBlockedException> {
            agent.runGoverned(CreateAction("drop_table", "Clean up")) { error("it ran") }
        }
        assertEquals(Verdict.BLOCK, blocked.guardDecision?.decision)
        assertContains(blocked.reasons.single(), "Never drop tables")
    }

    @Test
    fun `what the work throws is reported and thrown again`() = governed { agent, _ ->
        var id = ""
        val problem = assertFails<IllegalStateException> {
            agent.runGoverned(CreateAction("sync", "Copy")) {
                id = it
                error("the disk is full")
            }
        }
        assertEquals("the disk is full", problem.message)
        val outcome = agent.getActionOutcome(id)
        assertEquals(listOf("failed", "the disk is full"), listOf(outcome.status.word, outcome.errorMessage))
    }

    @Test
    fun `cancelled work is reported as failed`() = governed { agent, _ ->
        var id = ""
        val job = launch(Dispatchers.Default) {
            agent.runGoverned(CreateAction("sync", "Copy for ever")) {
                id = it
                delay(60.seconds)
            }
        }
        while (id.isEmpty()) delay(10.milliseconds)
        job.cancel()
        job.join()
        assertEquals("failed", agent.getActionOutcome(id).status.word)
    }

    @Test
    fun `tracked work is an action of its own`() = governed { agent, _ ->
        val ids = List(2) { agent.track(CreateAction("sync", "Copy")) { it } }
        assertEquals(2, ids.toSet().size)
        assertEquals(listOf("completed", "completed"), ids.map { agent.getAction(it).action.status.word })
        var id = ""
        assertFails<IllegalStateException> {
            agent.track(CreateAction("sync", "Copy")) {
                id = it
                error("the disk is full")
            }
        }
        val failed = agent.getAction(id).action
        assertEquals(listOf("failed", "the disk is full"), listOf(failed.status.word, failed.errorMessage))
        assertFails<ApprovalTimeoutException> { agent.track(deploy) { error("it ran") } }
    }

    @Test
    fun `an action context repeats the id`() = governed { agent, _ ->
        val id = agent.createAction(CreateAction("sync", "Copy")).action.actionId
        val context = agent.actionContext(id)
        assertEquals(id, context.recordAssumption("There is room", basis = "df").assumption.actionId)
        assertEquals("completed", context.updateOutcome(ActionStatus.COMPLETED, "copied").action.status.word)
    }

    @Test
    fun `nobody decides in time`() = governed { agent, operator ->
        val created = agent.createAction(deploy)
        assertEquals(ActionStatus.PENDING_APPROVAL, created.action.status)
        assertFails<ApprovalTimeoutException> { agent.waitForApproval(created.action.actionId, 100.milliseconds) }
        assertEquals(1, operator.getPendingApprovals().actions.size)
    }

    @Test
    fun `pending approvals are a live list`() = governed { agent, operator ->
        val lists = async { operator.pendingApprovals().map { list -> list.map { it.declaredGoal } }.take(4).toList() }
        delay(200.milliseconds)
        val first = agent.createAction("deploy", "one").action.actionId
        delay(300.milliseconds)
        agent.createAction("deploy", "two")
        delay(300.milliseconds)
        operator.approveAction(first, ApprovalDecision.ALLOW)
        assertEquals(listOf(emptyList(), listOf("one"), listOf("two", "one"), listOf("two")), lists.await())
    }

    @Test
    fun `events come as they happen and can be resumed`() = governed { agent, operator ->
        val seen = async { operator.events().first { it.event == "action.created" } }
        delay(200.milliseconds)
        val id = agent.createAction("sync", "one").action.actionId
        val event = seen.await()
        assertContains(event.data.toString(), id)
        val second = agent.createAction("sync", "two").action.actionId
        val later = operator.events(event.id).first { it.event == "action.created" }
        assertContains(later.data.toString(), second)
    }

    @Test
    fun `receipts are checked offline`() = governed { agent, _ ->
        val truth = SourceOfTruth(listOf(Fact(value = "$1,500.00")), emptyList())
        val decision = agent.guard("message", content = "Your refund is $2,500.00.", sourceOfTruth = truth)
        assertEquals(Verdict.BLOCK, decision.decision)
        val receipt = decision.nonFabrication!!.single().receipt!!.jsonObject
        val keys = Json.encodeToJsonElement(JwkSet.serializer(), agent.getJwks())
        val valid = verifyReceipt(receipt, keys)
        assertTrue(valid.valid)
        assertEquals("non_fabrication", valid.kind)
        assertEquals(valid, agent.verifyReceipt(receipt.toString()))
        assertEquals(valid, agent.requireValidReceipt(receipt.toString()))
        val forged = JsonObject(receipt + ("verdict" to JsonPrimitive("pass")))
        assertFalse(verifyReceipt(forged, keys).valid)
        val problem = assertFails<ReceiptInvalidException> { agent.requireValidReceipt(forged.toString()) }
        assertEquals(JsonPrimitive(verifyReceipt(forged, keys).reason), problem.details)
    }

    private suspend inline fun <reified T : Throwable> assertFails(crossinline action: suspend () -> Unit): T {
        val problem = runCatching { action() }.exceptionOrNull()
        return assertIs<T>(problem)
    }
}
