package dev.dashclaw

import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.runBlocking
import kotlinx.coroutines.withTimeout
import java.nio.file.Files
import java.nio.file.Path
import kotlin.io.path.writeText
import kotlin.time.Duration.Companion.seconds

/** The rules of the tests. */
internal val policies: Path = Files.createTempFile("policies", ".yaml").also {
    it.toFile().deleteOnExit()
    it.writeText(
        """
        policies:
          - name: Never drop tables
            type: block_action_type
            rules: {action_types: [drop_table]}
          - name: A human approves deploys
            type: require_approval
            rules: {action_types: [deploy]}
          - name: State only known facts
            type: non_fabrication
            rules: {action_types: [message], on_violation: block}
        """.trimIndent(),
    )
}

internal val quiet: DashClawOptions = DashClawOptions(approvalBanner = ApprovalBanner.OFF)

/** Runs a test that must end. */
internal fun bounded(test: suspend CoroutineScope.() -> Unit): Unit = runBlocking { withTimeout(20.seconds) { test() } }

/** An agent and an operator of one instance. */
internal fun governed(test: suspend CoroutineScope.(agent: DashClaw, operator: DashClaw) -> Unit) {
    Instance(policies = policies).use { instance ->
        instance.client("agent-1", options = quiet).use { agent ->
            instance.client("operator", Role.ADMIN).use { operator -> bounded { test(agent, operator) } }
        }
    }
}
