// Guard calls from Kotlin, with our package or with java.net.http. Prints one JSON line like the subcommands of
// dashclaw-bench.

import dev.dashclaw.DashClaw
import dev.dashclaw.api.Guard
import dev.dashclaw.api.GuardDecision
import dev.dashclaw.api.Verdict
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.async
import kotlinx.coroutines.awaitAll
import kotlinx.coroutines.coroutineScope
import kotlinx.coroutines.future.await
import kotlinx.coroutines.runBlocking
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.put
import java.lang.management.ManagementFactory
import java.net.URI
import java.net.http.HttpClient
import java.net.http.HttpRequest
import java.net.http.HttpResponse
import kotlin.math.roundToInt
import kotlin.system.exitProcess

private val context = Guard(
    "deploy",
    riskScore = 40,
    systemsTouched = listOf("payments", "ledger"),
    reversible = true,
    declaredGoal = "Deploy build 1842 to production",
)

/** One way to call guard. */
private fun interface Caller {
    suspend fun guard(): GuardDecision
}

private fun ours(url: String, key: String): Caller {
    val claw = DashClaw(url, key, "bench-agent")
    return Caller { claw.guard(context) }
}

/** What one would write without the SDK: the same request, the same types. */
private fun javaHttp(url: String, key: String): Caller {
    val client = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()
    val json = Json { explicitNulls = false }
    return Caller {
        val body = json.encodeToString(Guard.serializer(), context.copy(agentId = "bench-agent"))
        val request = HttpRequest.newBuilder(URI("$url/api/guard"))
            .header("x-api-key", key)
            .header("accept", "application/json")
            .header("content-type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build()
        val answer = client.sendAsync(request, HttpResponse.BodyHandlers.ofString()).await()
        check(answer.statusCode() == 200) { answer.body() }
        json.decodeFromString(GuardDecision.serializer(), answer.body())
    }
}

/** One caller: its latencies in nanoseconds. */
private suspend fun callUntil(caller: Caller, calls: Int, end: Long): List<Long> {
    val latencies = ArrayList<Long>()
    while (latencies.size < calls) {
        val begin = System.nanoTime()
        if (begin >= end) break
        val verdict = caller.guard()
        check(verdict.decision == Verdict.ALLOW && verdict.decisionId != null) { "guard did not allow: $verdict" }
        latencies += System.nanoTime() - begin
    }
    return latencies
}

private suspend fun sideBySide(caller: Caller, callers: Int, calls: Int, end: Long): List<Long> = coroutineScope {
    List(callers) { async(Dispatchers.Default) { callUntil(caller, calls, end) } }.awaitAll().flatten()
}

private fun cpuNanoseconds(): Long =
    (ManagementFactory.getOperatingSystemMXBean() as com.sun.management.OperatingSystemMXBean).processCpuTime

fun main(arguments: Array<String>) {
    val given = arguments.toList().windowed(2, 2).associate { (name, value) -> name to value }
    val callers = given["--callers"]?.toInt() ?: 1
    val seconds = given["--seconds"]?.toDouble() ?: 1.0
    val url = given.getValue("--url")
    val key = given["--key"] ?: "oc_live_bench"
    val caller = if (given.getValue("--package") == "ours") ours(url, key) else javaHttp(url, key)
    runBlocking {
        // The virtual machine compiles what it has seen often: a cold one measures nothing but itself.
        val warmUp = (given["--warm-up"]?.toInt() ?: 8000) / callers
        sideBySide(caller, callers, warmUp, System.nanoTime() + 20_000_000_000)
        val begin = System.nanoTime()
        val cpu = cpuNanoseconds()
        val share = (given["--calls"]?.toInt() ?: 50_000) / callers
        val latencies = sideBySide(caller, callers, share, begin + (seconds * 1e9).toLong()).sorted()
        val used = cpuNanoseconds() - cpu
        val took = (System.nanoTime() - begin) / 1e9
        fun percentile(part: Double) = latencies[((latencies.size - 1) * part).roundToInt()] / 1e3
        println(
            buildJsonObject {
                put("name", "kotlin-${given.getValue("--package")}")
                put("callers", callers)
                put("calls", latencies.size)
                put("seconds", took)
                put("calls_per_second", latencies.size / took)
                put("p50_us", percentile(0.50))
                put("p99_us", percentile(0.99))
                put("cpu_us_per_call", used / 1e3 / latencies.size)
            },
        )
    }
    exitProcess(0)
}
