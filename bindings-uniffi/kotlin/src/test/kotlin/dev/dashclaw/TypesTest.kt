package dev.dashclaw

import dev.dashclaw.api.ActionStatus
import dev.dashclaw.api.GuardDecision
import dev.dashclaw.api.Health
import dev.dashclaw.api.HealthStatus
import dev.dashclaw.api.Guard
import dev.dashclaw.api.OutcomeStatus
import dev.dashclaw.api.UpdatePolicy
import dev.dashclaw.api.UpdateSession
import dev.dashclaw.api.Verdict
import dev.dashclaw.api.VerdictWord
import dev.dashclaw.ffi.errorKinds
import dev.dashclaw.operations.HealthApi
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.JsonUnquotedLiteral
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import org.junit.jupiter.api.Test
import org.junit.jupiter.api.assertThrows
import kotlin.test.assertContains
import kotlin.test.assertEquals
import kotlin.test.assertNull
import kotlin.test.assertTrue

class TypesTest {
    private fun read(text: String) = Json.decodeFromString(GuardDecision.serializer(), text)

    private fun write(decision: GuardDecision) = Json.encodeToString(GuardDecision.serializer(), decision)

    @Test
    fun `an answer is written as it was read`() {
        val text = """{"decision":"warn","reasons":[],"reason":null,"risk_score":7,"new":{"a":9007199254740993}}"""
        val decision = read(text)
        assertEquals(Verdict.WARN, decision.decision)
        assertEquals(7, decision.riskScore)
        assertEquals("""{"new":{"a":9007199254740993}}""", decision.extra.toString())
        assertEquals(text, write(decision))
    }

    @Test
    fun `a changed copy is written with its changes and keeps what is unknown`() {
        val copy = read("""{"decision":"warn","risk_score":7,"new":1}""").copy(riskScore = 8)
        assertEquals("""{"decision":"warn","risk_score":8,"new":1}""", write(copy))
    }

    @Test
    fun `only the four verdicts are verdicts`() {
        for (text in listOf("""{"decision":"ALLOW"}""", """{"decision":null}""", "{}", """{"decision":"maybe"}""", "[]")) {
            assertThrows<SerializationException> { read(text) }
        }
    }

    @Test
    fun `other vocabularies keep words they do not know`() {
        assertEquals("paused", Json.decodeFromString(ActionStatus.serializer(), "\"paused\"").word)
        assertEquals(OutcomeStatus.COMPLETED, Json.decodeFromString(OutcomeStatus.serializer(), "\"completed\""))
        assertNull(VerdictWord("maybe").known)
        assertEquals(Verdict.BLOCK, VerdictWord.BLOCK.known)
    }

    @Test
    fun `what databases make of a value is read`() {
        val decision = read("""{"decision":"allow","recorded":1,"risk_score":true,"warnings":null}""")
        assertEquals(listOf(true, 1L, emptyList<String>()), listOf(decision.recorded, decision.riskScore, decision.warnings))
    }

    @Test
    fun `a number that does not fit is the nearest that does, and none of its digits is lost`() {
        val table = listOf(
            "9223372036854775808" to Long.MAX_VALUE,
            "-99999999999999999999" to Long.MIN_VALUE,
            "1e300" to Long.MAX_VALUE,
            "71.5" to 72L,
            "72.5" to 72L,
            "-0.25" to 0L,
        )
        for ((digits, nearest) in table) {
            val text = """{"decision":"warn","risk_score":$digits}"""
            assertEquals(nearest, read(text).riskScore)
            assertEquals(text, write(read(text)))
        }
    }

    @Test
    fun `a change empties what it names and leaves the rest`() {
        val open = UpdateSession("sess_1", summary = "done", emptied = setOf(UpdateSession.Field.BLOCKED_REASON))
        val text = """{"session_id":"sess_1","summary":"done","blocked_reason":null}"""
        assertEquals(text, wire.encodeToString(UpdateSession.serializer(), open))
        assertEquals(open, wire.decodeFromString(UpdateSession.serializer(), text))
        val closed = UpdatePolicy("gp_1", name = "p", emptied = setOf(UpdatePolicy.Field.AGENT_IDS, UpdatePolicy.Field.NAME))
        val emptied = """{"id":"gp_1","name":null,"agent_ids":null}"""
        assertEquals(emptied, wire.encodeToString(UpdatePolicy.serializer(), closed))
        assertEquals(closed.copy(name = null), wire.decodeFromString(UpdatePolicy.serializer(), emptied))
    }

    @Test
    fun `a domain is an interface that a test can stand in for`() = bounded {
        val stand = object : HealthApi {
            override val engine get() = error("not asked")
            override suspend fun getHealth(options: CallOptions?) = Health(status = HealthStatus("healthy"))
        }
        suspend fun isHealthy(server: HealthApi) = server.getHealth().status.word == "healthy"
        assertTrue(isHealthy(stand))
        DashClaw.embedded(agentId = "agent-1").use { assertTrue(isHealthy(it)) }
    }

    @Test
    fun `requests hold what was given and nothing else`() {
        val request = Guard("deploy", riskScore = Long.MAX_VALUE, extra = buildJsonObject { put("team", "blue") })
        val text = wire.encodeToString(Guard.serializer(), request)
        assertEquals("""{"action_type":"deploy","risk_score":9223372036854775807,"team":"blue"}""", text)
    }

    @Test
    fun `big numbers are exact on the way to the server and back`() = governed { agent, operator ->
        val goal = "Copy 9007199254740993 rows"
        val created = agent.createAction("sync", goal, tokensIn = 9_007_199_254_740_993)
        assertEquals(9_007_199_254_740_993, operator.getAction(created.action.actionId).action.tokensIn)
    }

    @Test
    @OptIn(kotlinx.serialization.ExperimentalSerializationApi::class)
    fun `pure functions take numbers of any size`() {
        val huge = JsonUnquotedLiteral("123456789012345678901234567890")
        val key = deriveIdempotencyKey(buildJsonObject { put("amount", huge) })
        assertEquals(64, key.length)
        assertEquals("""{"a":1,"b":"é"}""", canonicalJson("""{"b":"é","a":1.0}""", Layer.RFC8785))
        val problem = assertThrows<DashClawException> { canonicalJson("{", Layer.RFC8785) }
        assertEquals(ErrorKind.INVALID_ARGUMENT to "value", problem.kind to problem.argument)
        assertThrows<DashClawException> { signAction(buildJsonObject { put("a", JsonPrimitive(1)) }, "no key") }
    }

    @Test
    fun `the kinds of errors are those of the core`() {
        assertEquals(errorKinds(), ErrorKind.entries.map { it.code })
    }

    @Test
    fun `errors carry their properties`() = governed { agent, _ ->
        val problem = assertThrows<NotFoundException> { bounded { agent.getAction("act_missing") } }
        assertEquals(404, problem.status)
        assertEquals("get_action", problem.operation)
        val wrong = assertThrows<DashClawException> { bounded { agent.getAction("act_gd_0123456789abcdef") } }
        assertEquals(ErrorKind.INVALID_ARGUMENT to "action_id", wrong.kind to wrong.argument)
        assertContains(wrong.message, "decision")
    }
}
