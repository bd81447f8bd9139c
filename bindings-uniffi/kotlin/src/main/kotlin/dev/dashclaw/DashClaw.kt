package dev.dashclaw

import dev.dashclaw.api.Action
import dev.dashclaw.api.ActionDetail
import dev.dashclaw.api.ActionList
import dev.dashclaw.api.CreateAction
import dev.dashclaw.api.GuardDecision
import dev.dashclaw.api.Heartbeat
import dev.dashclaw.api.NOTHING
import dev.dashclaw.api.Outcome
import dev.dashclaw.api.WorkOrder
import dev.dashclaw.ffi.NativeBegun
import dev.dashclaw.ffi.NativeClient
import dev.dashclaw.operations.Engine
import dev.dashclaw.operations.Operations
import kotlinx.coroutines.NonCancellable
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.coroutines.withContext
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import java.nio.file.Path
import kotlin.time.Duration
import kotlin.time.Duration.Companion.minutes
import kotlin.time.Duration.Companion.seconds
import kotlin.time.TimeSource

/**
 * A client of one DashClaw server, for one agent or one operator. Coroutines share it freely; cancelling one stops its call
 * at once.
 *
 * Every operation of the API is a suspending function, declared in the interface of its domain in
 * `dev.dashclaw.operations`.
 */
public class DashClaw internal constructor(
    options: DashClawOptions,
    instance: Instance?,
    role: Role,
    private val owned: Instance?,
) : Operations, AutoCloseable {
    private val native: NativeClient = native {
        NativeClient(options.toJson(), Hooks(options.onGuard, options.onRecommendation), instance?.native, role.word())
            .also(::warnIfInsecure)
    }

    override val engine: Engine = Engine(native)

    /** Where the server is. */
    public val baseUrl: String = native.baseUrl()

    /** Which agent acts. */
    public val agentId: String = native.agentId()

    /** The agent's name for people. */
    public val agentName: String? = native.agentName()

    /**
     * Makes a client.
     *
     * @throws DashClawException Of kind `CONFIGURATION`: an option is missing or unusable.
     */
    public constructor(options: DashClawOptions) : this(options, null, Role.MEMBER, null)

    /**
     * Makes a client with the options that matter most.
     *
     * @param baseUrl Where the server is; otherwise the variable `DASHCLAW_BASE_URL`.
     * @param apiKey Otherwise `DASHCLAW_API_KEY`.
     * @param agentId Which agent acts; otherwise `DASHCLAW_AGENT_ID`.
     * @throws DashClawException Of kind `CONFIGURATION`: an option is missing or unusable.
     */
    public constructor(baseUrl: String? = null, apiKey: String? = null, agentId: String? = null) :
        this(DashClawOptions(baseUrl, apiKey, agentId))

    /** Whether the client was closed. */
    public val isClosed: Boolean get() = native.isShutDown()

    /**
     * Calls an operation by its name, for what this version has no function for.
     *
     * @param operation Its name, such as `create_action`.
     * @param arguments Its arguments by name. Numbers keep all their digits.
     */
    public suspend fun call(
        operation: String,
        arguments: JsonObject = NOTHING,
        options: CallOptions? = null,
    ): JsonObject = engine.call(operation, arguments.toString(), JsonObject.serializer(), options)

    /**
     * Waits until a human has decided about an action, and returns it as `getAction` does.
     *
     * @param actionId The action, as `createAction` returned it.
     * @param timeout How long to wait in all.
     * @param interval How often the action is read beside the event stream.
     * @throws ApprovalDeniedException A human said no.
     * @throws ApprovalExpiredException The request expired on the server.
     * @throws ApprovalTimeoutException Nobody decided in time; the request stands.
     */
    public suspend fun waitForApproval(
        actionId: String,
        timeout: Duration = DEFAULT_WAIT,
        interval: Duration = DEFAULT_INTERVAL,
    ): ActionDetail {
        val body = native { native.waitForApproval(actionId, timeout.inSeconds(), interval.inSeconds(), null) }
        return decode("get_action", ActionDetail.serializer(), body)
    }

    /**
     * Records the action, which guard judges, waits for approval, runs [work] with the action's id and reports its outcome.
     * What [work] throws is reported and thrown again; so is its cancellation.
     *
     * @param action What the agent is about to do.
     * @param timeout How long to wait for an approval.
     * @param interval How often the action is read beside the event stream.
     * @param rerun Runs an intent again whose earlier run failed, was lost, or is in doubt.
     * @param options `idempotency` makes every call an intent of its own.
     * @throws GuardBlockedException A policy blocks the action.
     * @throws ApprovalDeniedException A human said no, now or to an earlier run.
     * @throws ConflictException An earlier run failed.
     * @throws OutcomeInDoubtException An earlier run began, gives no sign of life, and has not reported.
     */
    public suspend fun <T> runGoverned(
        action: CreateAction,
        timeout: Duration = DEFAULT_WAIT,
        interval: Duration = DEFAULT_INTERVAL,
        rerun: Boolean = false,
        options: CallOptions? = null,
        work: suspend (actionId: String) -> T,
    ): Governed<T> {
        val begun = begin(encode(CreateAction.serializer(), action), timeout, interval, rerun, options)
        if (!begun.run) {
            val outcome = decode("get_action_outcome", Outcome.serializer(), begun.outcome ?: "{}".encodeToByteArray())
            return Governed.Completed(begun.actionId, outcome)
        }
        val start = TimeSource.Monotonic.markNow()
        val result = try {
            work(begun.actionId)
        } catch (problem: Throwable) {
            report(begun.actionId, problem.message ?: problem.javaClass.simpleName, start.elapsedNow())
                ?.let(problem::addSuppressed)
            throw problem
        }
        return Governed.Ran(begun.actionId, result, report(begun.actionId, null, start.elapsedNow()))
    }

    /**
     * Records [action], runs [work] with its id, and closes it: completed, or failed when [work] throws. Each call is work
     * of its own.
     *
     * @throws ApprovalTimeoutException The action awaits approval, so its work did not run.
     * @throws ConflictException The action is in a state in which its work may not run.
     */
    public suspend fun <T> track(
        action: CreateAction,
        options: CallOptions? = null,
        work: suspend (actionId: String) -> T,
    ): T {
        val start = TimeSource.Monotonic.markNow()
        val json = encode(CreateAction.serializer(), action).toUtf8()
        val actionId = native { native.beginTrack(json, options?.toJson(), null) }
        val result = try {
            work(actionId)
        } catch (problem: Throwable) {
            val failure = problem.message ?: problem.javaClass.simpleName
            closeTracked(actionId, failure, start.elapsedNow())?.let(problem::addSuppressed)
            throw problem
        }
        closeTracked(actionId, null, start.elapsedNow())?.let { throw it }
        return result
    }

    /** The work is done: its action is closed even when nobody waits for it. */
    private suspend fun closeTracked(actionId: String, failure: String?, took: Duration): DashClawException? =
        withContext(NonCancellable) {
            try {
                native { native.finishTrack(actionId, failure, took.inSeconds()) }
                null
            } catch (problem: DashClawException) {
                problem
            }
        }

    /** Requests about one action, whose id then need not be repeated. Nothing is sent. */
    public fun actionContext(actionId: String): ActionContext = ActionContext(this, actionId)

    private suspend fun begin(
        action: String,
        timeout: Duration,
        interval: Duration,
        rerun: Boolean,
        options: CallOptions?,
    ): NativeBegun = native {
        native.beginGoverned(
            action.toUtf8(), timeout.inSeconds(), interval.inSeconds(), rerun, options?.toJson(), null,
        )
    }

    /** The work is done: its report goes out even when nobody waits for it. Its own failure is returned. */
    private suspend fun report(actionId: String, failure: String?, took: Duration): DashClawException? =
        withContext(NonCancellable) {
            try {
                native { native.finishGoverned(actionId, failure, took.inSeconds()) }
                null
            } catch (problem: DashClawException) {
                problem
            }
        }

    /**
     * What happens on the server, as it happens. Each collector subscribes for itself, until it ends.
     *
     * @param lastEventId Starts behind this event instead of now; the server keeps 10 minutes.
     */
    public fun events(lastEventId: String? = null): Flow<ServerEvent> = flow {
        native.events(lastEventId).use { events ->
            try {
                while (true) emit(ServerEvent(native { events.next(null) } ?: break))
            } finally {
                events.finish()
            }
        }
    }

    /**
     * What waits for a human, newest first: at once, and again whenever it changes. It needs a key that may approve.
     */
    public fun pendingApprovals(): Flow<List<Action>> = flow {
        native.pendingApprovals().use { approvals ->
            try {
                while (true) {
                    val body = native { approvals.next(null) } ?: break
                    emit(decode("get_pending_approvals", ActionList.serializer(), body).actions)
                }
            } finally {
                approvals.finish()
            }
        }
    }

    /**
     * Works: the orders that are claimed, each as soon as there is one. Each collector is a worker of its own, which ends
     * with the collecting. An order that was neither completed nor failed by then is reported as failed.
     *
     * @param types Only work of these types; any unless given.
     * @param interval How often an empty queue is asked, give or take a quarter.
     */
    public fun workOrders(types: List<String> = emptyList(), interval: Duration = DEFAULT_INTERVAL): Flow<ClaimedOrder> = flow {
        val text = JsonArray(types.map(::JsonPrimitive)).toString()
        native { native.workOrders(text, interval.inSeconds()) }.use { orders ->
            try {
                while (true) {
                    val order = native { orders.next(null) } ?: break
                    emit(ClaimedOrder(decode("claim_work_order", WorkOrder.serializer(), order), orders))
                }
            } finally {
                withContext(NonCancellable) { native { orders.finish() } }
            }
        }
    }

    /** Verifies a receipt, as text exactly as issued, against the server's published keys. */
    public suspend fun verifyReceipt(document: String): Verification =
        native { Verification(native.verifyReceipt(document.toUtf8(), false, null)) }

    /**
     * Verifies a receipt as [verifyReceipt] does, and throws when it is not valid.
     *
     * @throws ReceiptInvalidException `details` holds the code of the check that failed.
     */
    public suspend fun requireValidReceipt(document: String): Verification =
        native { Verification(native.verifyReceipt(document.toUtf8(), true, null)) }

    /**
     * Sends a heartbeat now and then every [interval], until [stopHeartbeat] or [close]. While it runs, another start does
     * nothing.
     */
    public fun startHeartbeat(interval: Duration = 1.minutes, heartbeat: Heartbeat = Heartbeat()): Unit =
        native { native.startHeartbeat(encode(Heartbeat.serializer(), heartbeat).toUtf8(), interval.inSeconds()) }

    /** Stops what [startHeartbeat] started; does nothing when nothing runs. */
    public fun stopHeartbeat(): Unit = native.stopHeartbeat()

    /** Where [getAttachment] downloads from. Nothing is sent; whoever opens it needs the API key. */
    public fun getAttachmentUrl(attachmentId: String): String = native.attachmentUrl(attachmentId)

    /** Stops calls under way and refuses later ones. After this no request leaves. */
    override fun close() {
        native.shutDown()
        owned?.close()
    }

    override fun toString(): String = "DashClaw($baseUrl, agentId=$agentId${if (isClosed) ", closed" else ""})"

    public companion object {
        /** How long [waitForApproval] waits unless told otherwise. */
        public val DEFAULT_WAIT: Duration = 5.minutes

        /** How often the action is read beside the event stream unless told otherwise. */
        public val DEFAULT_INTERVAL: Duration = 5.seconds

        /**
         * A client with an [Instance] of its own, which closes with it. It is an agent's, and does not approve: where a
         * human does, take two clients of one [Instance].
         *
         * @param path As [Instance] takes it.
         * @param policies As [Instance] takes it.
         * @param agentId Which agent acts.
         * @param role What the client may do.
         * @param options Other options of the client.
         * @throws DashClawException As [Instance] throws it.
         */
        public fun embedded(
            path: Path? = null,
            policies: Path? = null,
            agentId: String? = null,
            role: Role = Role.MEMBER,
            options: DashClawOptions = DashClawOptions(),
        ): DashClaw {
            val instance = Instance(path, policies)
            try {
                return DashClaw(agentId?.let { options.copy(agentId = it) } ?: options, instance, role, instance)
            } catch (problem: Throwable) {
                instance.close()
                throw problem
            }
        }
    }
}
