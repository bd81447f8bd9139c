package dev.dashclaw

import dev.dashclaw.ffi.NativeException
import kotlinx.serialization.DeserializationStrategy
import kotlinx.serialization.SerializationException
import kotlinx.serialization.SerializationStrategy
import kotlinx.serialization.json.Json
import kotlinx.serialization.json.JsonElement

/** JSON as it crosses into the core and back. */
internal val wire: Json = Json {
    explicitNulls = false
    // The core refuses those that have no JSON form, by the argument's name.
    allowSpecialFloatingPointValues = true
}

/** The arguments of an operation as JSON text. */
internal fun <T> encode(serializer: SerializationStrategy<T>, request: T): String =
    try {
        wire.encodeToString(serializer, request)
    } catch (problem: SerializationException) {
        throw exceptionOf(Failure(ErrorKind.INVALID_ARGUMENT, "the arguments cannot be sent as JSON: ${problem.firstLine()}"))
    }

/**
 * The answer of an operation. One that is not what the operation returns is an error, never permission; its `body` holds
 * what came.
 */
internal fun <T> decode(operation: String, answer: DeserializationStrategy<T>, body: ByteArray): T {
    return decode(operation, answer, wire.parseToJsonElement(body.decodeToString()))
}

/** The same of JSON that was parsed. */
internal fun <T> decode(operation: String, answer: DeserializationStrategy<T>, json: JsonElement): T {
    try {
        return wire.decodeFromJsonElement(answer, json)
    } catch (problem: SerializationException) {
        val message = "the answer is not what `$operation` returns: ${problem.firstLine()}"
        throw exceptionOf(Failure(ErrorKind.MALFORMED_RESPONSE, message, operation = operation, body = json))
    }
}

private fun SerializationException.firstLine(): String = message.orEmpty().lineSequence().first()

/** JSON text in UTF-8. A surrogate without its other half, which UTF-8 does not have, is escaped. */
internal fun String.toUtf8(): ByteArray {
    if (none(Char::isSurrogate)) return encodeToByteArray()
    val text = StringBuilder(length)
    for ((at, char) in withIndex()) {
        val paired = when {
            char.isHighSurrogate() -> getOrNull(at + 1)?.isLowSurrogate() == true
            char.isLowSurrogate() -> getOrNull(at - 1)?.isHighSurrogate() == true
            else -> true
        }
        if (paired) text.append(char) else text.append("\\u").append(char.code.toString(radix = 16))
    }
    return text.toString().encodeToByteArray()
}

/** Runs a native call, with its error as ours. A cancelled coroutine drops the call in the core. */
internal inline fun <T> native(call: () -> T): T =
    try {
        call()
    } catch (error: NativeException) {
        throw exceptionOf(error)
    }
