// The Kotlin testee: the public face of the package `dev.dashclaw` behind the protocol of PROTOCOL.md. It judges nothing.

import dev.dashclaw.ApprovalBanner
import dev.dashclaw.CallOptions
import dev.dashclaw.DashClaw
import dev.dashclaw.DashClawException
import dev.dashclaw.DashClawOptions
import dev.dashclaw.ErrorKind
import dev.dashclaw.Governed
import dev.dashclaw.HitlMode
import dev.dashclaw.Idempotency
import dev.dashclaw.Instance
import dev.dashclaw.Layer
import dev.dashclaw.Mode
import dev.dashclaw.OnReplay
import dev.dashclaw.Role
import dev.dashclaw.Verification
import dev.dashclaw.api.AgentStatus
import dev.dashclaw.api.CreateAction
import dev.dashclaw.api.Heartbeat
import dev.dashclaw.api.Outcome
import dev.dashclaw.api.WorkOrderCost
import dev.dashclaw.canonicalJson
import dev.dashclaw.deriveIdempotencyKey
import dev.dashclaw.signAction
import dev.dashclaw.verifyReceipt
import kotlinx.coroutines.CancellationException
import kotlinx.coroutines.CoroutineScope
import kotlinx.coroutines.Dispatchers
import kotlinx.coroutines.Job
import kotlinx.coroutines.SupervisorJob
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.take
import kotlinx.coroutines.flow.toList
import kotlinx.coroutines.launch
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.buildJsonArray
import kotlinx.serialization.json.buildJsonObject
import kotlinx.serialization.json.contentOrNull
import kotlinx.serialization.json.double
import kotlinx.serialization.json.int
import kotlinx.serialization.json.jsonArray
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.long
import kotlinx.serialization.json.put
import kotlinx.serialization.serializer
import java.io.PrintStream
import java.lang.reflect.InvocationTargetException
import java.nio.file.Path
import java.util.concurrent.ConcurrentHashMap
import kotlin.reflect.KFunction
import kotlin.reflect.KType
import kotlin.reflect.full.callSuspend
import kotlin.reflect.full.instanceParameter
import kotlin.reflect.full.memberFunctions
import kotlin.system.exitProcess
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds

private val out: PrintStream = System.out
private val clients = ConcurrentHashMap<String, DashClaw>()
private val instances = ConcurrentHashMap<String, Instance>()
private val running = ConcurrentHashMap<Long, Job>()
private val scope = CoroutineScope(SupervisorJob() + Dispatchers.Default)

/** What the work of a case throws. */
private class WorkFailed(text: String, val actionId: String) : Exception(text)

fun main() {
    for (line in generateSequence(::readLine)) {
        val request = Json.parseToJsonElement(line).jsonObject
        val id = request.getValue("id").jsonPrimitive.long
        when (request.word("do")) {
            "quit" -> break
            "cancel" -> {
                running[request.getValue("target").jsonPrimitive.long]?.cancel()
                reply(id, "ok", JsonNull)
            }
            else -> try {
                val answer = atOnce(request)
                if (answer == null) start(id, request) else reply(id, "ok", answer)
            } catch (problem: Throwable) {
                reply(id, "error", failure(problem))
            }
        }
    }
    exitProcess(0)
}

private fun start(id: Long, request: JsonObject) {
    running[id] = scope.launch {
        val (member, value) = try {
            "ok" to serve(clients.getValue(request.word("client")), request)
        } catch (problem: Throwable) {
            "error" to failure(problem)
        }
        reply(id, member, value)
        running.remove(id)
    }
}

/** Writes one answer line as a whole, so that concurrent answers do not mix. */
private fun reply(id: Long, member: String, value: JsonElement) = synchronized(out) {
    out.println("""{"id":$id,"$member":$value}""")
    out.flush()
}

private fun failure(problem: Throwable): JsonObject = buildJsonObject {
    when (problem) {
        is CancellationException -> put("kind", "cancelled")
        is DashClawException -> {
            put("kind", problem.kind.code)
            put("code", problem.code)
            put("message", problem.message)
            put("status", problem.status)
            put("retryable", problem.retryable)
            put("retry_after", problem.retryAfter?.let { it.inWholeNanoseconds / 1e9 })
            put("idempotency_key", problem.idempotencyKey)
            put("current_status", problem.currentStatus)
            put("argument", problem.argument)
            put("details", problem.details ?: JsonNull)
            put("request_id", problem.requestId)
            put("operation", problem.operation)
            put("action_id", problem.actionId)
            put("decision", problem.decision)
        }
        else -> {
            put("kind", "testee")
            put("code", problem.javaClass.simpleName)
            put("message", problem.stackTraceToString())
        }
    }
}

/** What is answered before the next request is read; nothing for the rest. */
private fun atOnce(request: JsonObject): JsonElement? = when (request.word("do")) {
    "new" -> JsonNull.also { clients[request.word("client")] = client(request) }
    "close" -> JsonNull.also { clients.getValue(request.word("client")).close() }
    "open_instance" ->
        JsonNull.also {
            val (path, policies) = listOf("path", "policies").map { request.text(it)?.let(Path::of) }
            instances[request.word("instance")] = Instance(path, policies)
        }
    "close_instance" -> JsonNull.also { instances.remove(request.word("instance"))!!.close() }
    "canonical_json" -> JsonPrimitive(canonicalJson(request.word("json"), Layer.valueOf(request.word("layer").uppercase())))
    "derive_idempotency_key" ->
        JsonPrimitive(deriveIdempotencyKey(Json.parseToJsonElement(request.word("json")).jsonObject))
    "sign_action" ->
        JsonPrimitive(signAction(Json.parseToJsonElement(request.word("body")).jsonObject, request.word("private_key")))
    "verify_receipt" -> request["jwks"]?.let { verification(verifyReceipt(request.word("document"), it.asText())) }
    else -> null
}

private suspend fun serve(client: DashClaw, request: JsonObject): JsonElement {
    val options = request["options"] as? JsonObject ?: JsonObject(emptyMap())
    val timeout = options.seconds("timeout") ?: DashClaw.DEFAULT_WAIT
    val interval = options.seconds("interval") ?: DashClaw.DEFAULT_INTERVAL
    return when (request.word("do")) {
        "call" -> call(client, request.word("operation"), request.getValue("arguments").jsonObject, callOptions(options))
        "wait_for_approval" -> encode(client.waitForApproval(request.word("action_id"), timeout, interval))
        "run_governed" -> {
            val action = Json.decodeFromJsonElement(CreateAction.serializer(), request.getValue("arguments"))
            val rerun = options["rerun"]?.asText() == "true"
            val work = request.getValue("work").jsonObject
            try {
                ran(client.runGoverned(action, timeout, interval, rerun, callOptions(options)) { work(work, it) })
            } catch (failed: WorkFailed) {
                buildJsonObject {
                    put("action_id", failed.actionId)
                    put("ran", true)
                    put("failed", failed.message)
                }
            }
        }
        "events" -> {
            val events = client.events(options.text("last_event_id")).take(request["take"]?.jsonPrimitive?.int ?: 1).toList()
            buildJsonArray {
                for (event in events) add(
                    buildJsonObject {
                        put("id", event.id)
                        put("event", event.event)
                        put("data", event.data)
                    },
                )
            }
        }
        "start_heartbeat" -> JsonNull.also {
            client.startHeartbeat(interval, Heartbeat(status = AgentStatus(request.word("status"))))
        }
        "stop_heartbeat" -> JsonNull.also { client.stopHeartbeat() }
        "iterate" -> iterate(client, request, callOptions(options))
        "work_orders" -> workOrders(client, request, options.seconds("interval") ?: DashClaw.DEFAULT_INTERVAL)
        "verify_receipt" -> verification(client.verifyReceipt(request.word("document")))
        "require_valid_receipt" -> verification(client.requireValidReceipt(request.word("document")))
        else -> error("unknown: $request")
    }
}

/** Calls the operation's own function; `call` where its types cannot hold the arguments, to see what the SDK says about them. */
private suspend fun call(client: DashClaw, operation: String, arguments: JsonObject, options: CallOptions?): JsonElement {
    val name = Regex("_(.)").replace(operation) { it.groupValues[1].uppercase() }
    val function = functions[name] ?: return client.call(operation, arguments, options)
    val given = try {
        listOfNotNull(function.parameters.getOrNull(1)?.takeIf { it.name == "request" }?.let { strict(it.type, arguments) })
    } catch (_: SerializationException) {
        return client.call(operation, arguments, options)
    }
    val answer = try {
        function.callSuspend(client, *given.toTypedArray(), options)
    } catch (problem: Throwable) {
        val cause = (problem as? InvocationTargetException)?.targetException ?: problem
        // Some cases answer in fewer words than a data class has: then the core is content, and only the class is not.
        val terse = (cause as? DashClawException)?.takeIf { it.kind == ErrorKind.MALFORMED_RESPONSE && it.status == null }
        return terse?.body ?: throw cause
    }
    return Json.encodeToJsonElement(serializer(function.returnType), answer)
}

private suspend fun iterate(client: DashClaw, request: JsonObject, options: CallOptions?): JsonElement {
    val name = Regex("_(.)").replace(request.word("iterator")) { it.groupValues[1].uppercase() }
    val function = DashClaw::class.memberFunctions.single { it.name == name }
    val given = strict(function.parameters[1].type, request.getValue("arguments").jsonObject)
    val items = function.call(client, given, options) as Flow<*>
    val codec = serializer(function.returnType.arguments.single().type!!)
    val take = request["take"]?.jsonPrimitive?.int ?: Int.MAX_VALUE
    return JsonArray(items.take(take).toList().map { Json.encodeToJsonElement(codec, it) })
}

/** Does with each order what the case says, and then leaves the loop. */
private suspend fun workOrders(client: DashClaw, request: JsonObject, interval: Duration): JsonElement {
    val types = request["types"]?.jsonArray?.map { it.jsonPrimitive.content } ?: emptyList()
    val left = request.getValue("orders").jsonArray.map { it.jsonObject }.toMutableList()
    val seen = mutableListOf<JsonPrimitive>()
    client.workOrders(types, interval).take(left.size).collect { claimed ->
        seen += JsonPrimitive(claimed.order.id)
        val what = left.removeAt(0)
        val cost = what["cost"]?.let { Json.decodeFromJsonElement(WorkOrderCost.serializer(), it) }
        what["complete"]?.let { claimed.complete(it.jsonObject, cost) }
        what["fail"]?.let { claimed.fail(it.jsonArray[0].asText(), it.jsonArray[1].asText()) }
    }
    return JsonArray(seen)
}

/** The functions that take one object, or nothing. */
private val functions: Map<String, KFunction<*>> = DashClaw::class.memberFunctions
    .filter { it.isSuspend && it.parameters.last().name == "options" }
    .filter { it.parameters.size == 2 || (it.parameters.size == 3 && it.parameters[1].name == "request") }
    .associateBy { it.name }

/** A request. That of a change is made as programs make it, by its properties: a copy remembers no JSON that it was read from. */
private fun strict(type: KType, arguments: JsonObject): Any {
    val read = Json.decodeFromJsonElement(serializer(type), arguments)!!
    val copy = read::class.memberFunctions.single { it.name == "copy" }
    if (copy.parameters.none { it.name == "emptied" }) return read
    return copy.callBy(mapOf(copy.instanceParameter!! to read))!!
}

private inline fun <reified T> encode(value: T): JsonElement = Json.encodeToJsonElement(serializer<T>(), value)

private fun client(request: JsonObject): DashClaw {
    val given = request.getValue("options").jsonObject
    val options = DashClawOptions(
        baseUrl = given.text("base_url"),
        apiKey = given.text("api_key"),
        agentId = given.text("agent_id"),
        agentName = given.text("agent_name"),
        guardMode = given.text("guard_mode")?.let { Mode.valueOf(it.uppercase()) },
        autoRecommend = given.text("auto_recommend")?.let { Mode.valueOf(it.uppercase()) },
        recommendationConfidenceMin = given["recommendation_confidence_min"]?.jsonPrimitive?.double,
        hitlMode = given.text("hitl_mode")?.let { HitlMode.valueOf(it.uppercase()) },
        signingKey = given.text("signing_key"),
        authToken = given.text("auth_token"),
        timeout = given.seconds("timeout"),
        maxRetries = given["max_retries"]?.jsonPrimitive?.int,
        proxy = given.text("proxy"),
        caBundle = given.text("ca_bundle"),
        userAgent = given.text("user_agent"),
        approvalBanner = given.text("approval_banner")?.let { ApprovalBanner.valueOf(it.uppercase()) },
    )
    val instance = request.text("instance")?.let(instances::getValue) ?: return DashClaw(options)
    return instance.client(role = Role.valueOf(request.word("role").uppercase()), options = options)
}

private fun callOptions(given: JsonObject): CallOptions? = CallOptions(
    timeout = given.seconds("timeout"),
    maxRetries = given["max_retries"]?.jsonPrimitive?.int,
    idempotencyKey = given.text("idempotency_key"),
    idempotency = given.text("idempotency")?.let { Idempotency.valueOf(it.uppercase()) },
    onReplay = given.text("on_replay")?.let { OnReplay.valueOf(it.uppercase()) },
).takeIf { it != CallOptions() }

private fun work(work: JsonObject, actionId: String): JsonElement {
    work.text("fails")?.let { throw WorkFailed(it, actionId) }
    return work["returns"] ?: JsonNull
}

private fun ran(run: Governed<JsonElement>): JsonObject = buildJsonObject {
    put("action_id", run.actionId)
    put("ran", run is Governed.Ran)
    when (run) {
        is Governed.Ran -> {
            put("result", run.result)
            put("reported", run.reportError == null)
        }
        is Governed.Completed -> put("outcome", encode<Outcome>(run.outcome))
    }
}

private fun verification(answer: Verification): JsonObject = buildJsonObject {
    put("valid", answer.valid)
    put("kind", answer.kind)
    put("kid", answer.kid)
    put("reason", answer.reason)
}

private fun JsonObject.text(name: String): String? = (this[name] as? JsonPrimitive)?.contentOrNull

private fun JsonObject.word(name: String): String = text(name) ?: error("`$name` is missing: $this")

private fun JsonObject.seconds(name: String): Duration? = (this[name] as? JsonPrimitive)?.double?.seconds

private fun JsonElement.asText(): String = if (this is JsonPrimitive && isString) content else toString()
