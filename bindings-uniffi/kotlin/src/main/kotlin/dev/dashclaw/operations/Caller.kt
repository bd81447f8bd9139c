package dev.dashclaw.operations

import dev.dashclaw.CallOptions
import dev.dashclaw.decode
import dev.dashclaw.ffi.NativeClient
import dev.dashclaw.native
import dev.dashclaw.toUtf8
import dev.dashclaw.wire
import kotlinx.coroutines.flow.Flow
import kotlinx.coroutines.flow.flow
import kotlinx.serialization.DeserializationStrategy
import kotlinx.serialization.json.jsonArray

/** What the functions of every domain are made of: [dev.dashclaw.DashClaw], or a stand-in of a test. */
public interface Caller {
    /** What asks the server. A stand-in that overrides the functions it is asked for never needs it. */
    public val engine: Engine
}

/** Asks the server, for a [Caller]. */
public class Engine internal constructor(private val native: NativeClient) {
    /** Calls one operation with a JSON object of arguments and reads its answer. */
    internal suspend fun <T> call(
        operation: String,
        arguments: String,
        answer: DeserializationStrategy<T>,
        options: CallOptions?,
    ): T {
        val body = native { native.call(operation, arguments.toUtf8(), options?.toJson(), null) }
        return decode(operation, answer, body)
    }

    /** Goes through all that an operation lists. */
    internal fun <T> pages(
        operation: String,
        arguments: String,
        item: DeserializationStrategy<T>,
        options: CallOptions?,
    ): Flow<T> = flow {
        native { native.pages(operation, arguments.toUtf8(), options?.toJson()) }.use { pages ->
            while (true) {
                val page = native { pages.next(null) } ?: break
                for (one in wire.parseToJsonElement(page.decodeToString()).jsonArray) emit(decode(operation, item, one))
            }
        }
    }
}
