package dev.dashclaw

import dev.dashclaw.ffi.NativeException
import kotlinx.serialization.DeserializationStrategy
import kotlinx.serialization.SerializationException
import kotlinx.serialization.json.Json

/** JSON as it crosses into the core and back. */
internal val wire: Json = Json { explicitNulls = false }

/** The answer of an operation. One that is not what the operation returns is an error, never permission. */
internal fun <T> decode(operation: String, answer: DeserializationStrategy<T>, body: ByteArray): T =
    try {
        wire.decodeFromString(answer, body.decodeToString())
    } catch (problem: SerializationException) {
        throw exceptionOf(
            Failure(
                ErrorKind.MALFORMED_RESPONSE,
                "the answer is not what `$operation` returns: ${problem.message?.lineSequence()?.first()}",
                operation = operation,
            ),
        )
    }

/** Runs a native call, with its error as ours. A cancelled coroutine drops the call in the core. */
internal inline fun <T> native(call: () -> T): T =
    try {
        call()
    } catch (error: NativeException) {
        throw exceptionOf(error)
    }
