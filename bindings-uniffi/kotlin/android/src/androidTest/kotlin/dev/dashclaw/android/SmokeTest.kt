package dev.dashclaw.android

import androidx.test.ext.junit.runners.AndroidJUnit4
import dev.dashclaw.ApprovalBanner
import dev.dashclaw.ConnectionFailedException
import dev.dashclaw.DashClaw
import dev.dashclaw.DashClawException
import dev.dashclaw.DashClawOptions
import dev.dashclaw.ErrorKind
import dev.dashclaw.api.Verdict
import kotlinx.coroutines.runBlocking
import org.junit.Test
import org.junit.runner.RunWith
import kotlin.test.assertEquals
import kotlin.test.assertFailsWith
import kotlin.test.assertNotEquals

/** The package on a device: run for every ABI, 32-bit ARM among them. */
@RunWith(AndroidJUnit4::class)
class SmokeTest {
    /** What the emulator calls the machine that it runs on: there is a `dashclaw up` with this key. */
    private val options = DashClawOptions(
        "http://10.0.2.2:8787", "oc_live_smoke_test", "phone", approvalBanner = ApprovalBanner.OFF,
    )

    @Test
    fun aGovernedLoopOfTheDevice() = runBlocking {
        DashClaw(options).use { claw ->
            assertEquals(Verdict.ALLOW, claw.guard("monitor").decision)
            val id = claw.createAction("monitor", "Look").action.actionId
            claw.reportActionSuccess(id)
            assertEquals("completed", claw.getActionOutcome(id).status.word)
        }
    }

    @Test
    fun aPhoneHoldsNoServer() {
        val problem = assertFailsWith<DashClawException> { DashClaw.embedded(agentId = "phone") }
        assertEquals(ErrorKind.CONFIGURATION, problem.kind)
    }

    /** A server that is up and does not know the path: whatever it says, its certificate was checked, and nothing panicked. */
    @Test
    fun theSystemChecksCertificates() = runBlocking {
        DashClaw("https://repo.maven.apache.org", "oc_live_none", "phone").use { claw ->
            val problem = assertFailsWith<DashClawException> { claw.getHealth() }
            assertNotEquals(ErrorKind.INTERNAL, problem.kind)
            assertNotEquals(ErrorKind.CONNECTION, problem.kind)
        }
    }

    @Test
    fun aWrongCertificateIsRefused(): Unit = runBlocking {
        DashClaw("https://self-signed.badssl.com", "oc_live_none", "phone").use { claw ->
            assertFailsWith<ConnectionFailedException> { claw.getHealth() }
        }
    }
}
