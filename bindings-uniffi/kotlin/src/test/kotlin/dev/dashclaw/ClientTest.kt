package dev.dashclaw

import dev.dashclaw.api.ApprovalDecision
import dev.dashclaw.api.CreateAction
import dev.dashclaw.api.Verdict
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.delay
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import java.io.ByteArrayOutputStream
import java.io.PrintStream
import java.nio.file.Files
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertFalse
import kotlin.test.assertIs
import kotlin.test.assertNull
import kotlin.test.assertTrue
import kotlin.time.Duration.Companion.milliseconds

class ClientTest {
    @Test
    fun `a governed loop without a server`() = bounded {
        DashClaw.embedded(policies = policies, agentId = "agent-1").use { claw ->
            assertEquals(Verdict.ALLOW, claw.guard("monitor").decision)
            val created = claw.createAction("monitor", "Read the error rate")
            val id = created.action.actionId
            assertEquals(id, claw.getAction(id).action.actionId)
            claw.reportActionSuccess(id, summary = "12 per hour")
            assertEquals("12 per hour", claw.getActionOutcome(id).summary)
            assertEquals("agent-1", claw.agentId)
        }
    }

    @Test
    fun `an embedded client belongs to an agent`() = bounded {
        DashClaw.embedded(policies = policies, agentId = "agent-1", options = DashClawOptions(approvalBanner = ApprovalBanner.OFF)).use { claw ->
            val id = claw.createAction("deploy", "Ship").action.actionId
            val refused = assertThrows<DashClawException> { bounded { claw.approveAction(id, ApprovalDecision.ALLOW) } }
            assertEquals(ErrorKind.PERMISSION, refused.kind)
        }
    }

    @Test
    fun `a file keeps what was recorded`() = bounded {
        val folder = Files.createTempDirectory("dashclaw")
        val id = DashClaw.embedded(folder, agentId = "agent-1").use { it.createAction("sync", "Copy").action.actionId }
        DashClaw.embedded(folder, agentId = "agent-1").use { assertEquals("Copy", it.getAction(id).action.declaredGoal) }
        folder.toFile().deleteRecursively()
    }

    @Test
    fun `the generic call takes and returns plain objects`() = governed { agent, _ ->
        val answer = agent.call("guard", buildJsonObject { put("action_type", "monitor") })
        assertEquals(JsonPrimitive("allow"), answer["decision"])
        val problem = assertThrows<DashClawException> { bounded { agent.call("gaurd") } }
        assertEquals(ErrorKind.INVALID_ARGUMENT, problem.kind)
        assertContains(problem.message, "gaurd")
    }

    @Test
    fun `many calls at once`() = governed { agent, _ ->
        val verdicts = (1..200).map { number -> async { agent.guard("monitor", riskScore = number % 60L) } }.awaitAll()
        assertTrue(verdicts.all { it.decision == Verdict.ALLOW })
    }

    @Test
    fun `a closed client refuses and stops what is under way`() = governed { agent, operator ->
        val waiting = async { runCatching { agent.createAction("deploy", "Ship").let { agent.waitForApproval(it.action.actionId) } } }
        while (operator.getPendingApprovals().actions.isEmpty()) delay(10.milliseconds)
        delay(100.milliseconds)
        agent.close()
        assertEquals(ErrorKind.CLOSED, assertIs<DashClawException>(waiting.await().exceptionOrNull()).kind)
        assertEquals(ErrorKind.CLOSED, assertThrows<DashClawException> { bounded { agent.guard("monitor") } }.kind)
        assertTrue(agent.isClosed)
        assertContains(agent.toString(), "closed")
    }

    @Test
    fun `options that are missing or wrong are named and not shown`() {
        val secret = "oc_live_do_not_show"
        val problem = assertThrows<DashClawException> { DashClaw("nowhere", secret, "agent-1") }
        assertEquals(ErrorKind.CONFIGURATION, problem.kind)
        assertEquals("base_url", problem.argument)
        assertFalse(secret in problem.toString())
        assertFalse(secret in DashClawOptions(apiKey = secret, signingKey = secret, authToken = secret).toString())
    }

    @Test
    fun `a number that is not finite is refused`() = governed { agent, _ ->
        for (number in listOf(Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY)) {
            val problem = assertThrows<DashClawException> { bounded { agent.createAction("count", "Count", costEstimate = number) } }
            assertEquals(ErrorKind.INVALID_ARGUMENT, problem.kind)
            assertEquals("cost_estimate", problem.argument)
        }
        assertEquals(0, agent.getActions().actions.size)
    }

    @Test
    fun `an attachment has an address`() = DashClaw("http://127.0.0.1:9", "oc_live_key", "agent-1").use {
        assertEquals("http://127.0.0.1:9/api/messages/attachments?id=a%2Fb%20c", it.getAttachmentUrl("a/b c"))
    }

    @Test
    fun `an address that is not encrypted is told`() {
        val told = { url: String -> printed(System::setErr, System.err) { DashClaw(url, "oc_live_key", "agent-1").close() } }
        assertContains(told("http://example.com:8080/"), "http://example.com:8080 is not encrypted")
        assertEquals("", told("https://example.com") + told("http://localhost:1") + told("http://127.0.0.1") + told("http://[::1]:2"))
    }

    @Test
    fun `the banner says which action waits`() {
        val text = printed(System::setOut, System.out) {
            Instance(policies = policies).use { instance ->
                instance.client("agent-1").use { agent ->
                    bounded {
                        val id = agent.createAction("deploy", "Ship v9").action.actionId
                        assertThrows<ApprovalTimeoutException> { bounded { agent.waitForApproval(id, 200.milliseconds) } }
                    }
                }
            }
        }
        assertContains(text, "act_")
    }

    @Test
    fun `guard mode tells its callback`() = bounded {
        val seen = mutableListOf<Verdict>()
        val options = DashClawOptions(guardMode = Mode.ENFORCE, onGuard = { seen += it.decision })
        DashClaw.embedded(policies = policies, agentId = "agent-1", options = options).use { claw ->
            claw.createAction("monitor", "Look")
            val blocked = assertThrows<GuardBlockedException> { bounded { claw.createAction("drop_table", "Clean") } }
            assertEquals("block", blocked.decision)
            assertEquals(listOf(Verdict.ALLOW, Verdict.BLOCK), seen)
        }
    }

    @Test
    fun `what a callback throws decides nothing`() = bounded {
        val options = DashClawOptions(guardMode = Mode.WARN, onGuard = { error("deliberate") })
        DashClaw.embedded(agentId = "agent-1", options = options).use { assertNull(it.createAction("monitor", "Look").idempotentReplay) }
    }

    @Test
    fun `an intent is one action, and a call may be an intent of its own`() = governed { agent, _ ->
        val intent = CreateAction("sync", "Copy invoices")
        val first = agent.createAction(intent).action.actionId
        assertEquals(first, agent.createAction(intent).action.actionId)
        val fresh = agent.createAction(intent, CallOptions(idempotency = Idempotency.CALL)).action.actionId
        assertTrue(first != fresh)
    }

    private fun printed(replace: (PrintStream) -> Unit, old: PrintStream, action: () -> Unit): String {
        val text = ByteArrayOutputStream()
        replace(PrintStream(text))
        try {
            action()
        } finally {
            replace(old)
        }
        return text.toString()
    }
}
