package dev.dashclaw.api

import kotlinx.serialization.ExperimentalSerializationApi
import kotlinx.serialization.KSerializer
import kotlinx.serialization.SerializationException
import kotlinx.serialization.descriptors.PrimitiveKind
import kotlinx.serialization.descriptors.PrimitiveSerialDescriptor
import kotlinx.serialization.descriptors.SerialDescriptor
import kotlinx.serialization.encoding.CompositeDecoder.Companion.UNKNOWN_NAME
import kotlinx.serialization.encoding.Decoder
import kotlinx.serialization.encoding.Encoder
import kotlinx.serialization.json.JsonArray
import kotlinx.serialization.json.JsonDecoder
import kotlinx.serialization.json.JsonElement
import kotlinx.serialization.json.JsonEncoder
import kotlinx.serialization.json.JsonNull
import kotlinx.serialization.json.JsonObject
import kotlinx.serialization.json.JsonPrimitive
import kotlinx.serialization.json.JsonTransformingSerializer
import kotlinx.serialization.json.JsonUnquotedLiteral
import kotlinx.serialization.json.booleanOrNull
import kotlinx.serialization.json.doubleOrNull
import kotlinx.serialization.json.jsonObject
import kotlinx.serialization.json.jsonPrimitive
import kotlinx.serialization.json.longOrNull
import java.util.Base64
import kotlin.math.round
import kotlin.time.Duration
import kotlin.time.Duration.Companion.seconds
import kotlin.time.DurationUnit

/** The serial name of a record's `extra`. No server uses it. */
internal const val EXTRA: String = "*"

/** The serial name of what a change empties. No server uses it. */
internal const val EMPTIED: String = "-"

/** No members. */
internal val NOTHING: JsonObject = JsonObject(emptyMap())

/** A JSON object with members that this version knows and others, which it keeps. */
public abstract class Record internal constructor() {
    /** Members that this version does not know. */
    public abstract val extra: JsonObject

    /** What the record was read from, so that writing it unchanged loses nothing. A changed copy has none. */
    internal var asRead: JsonObject? = null
}

/** Reads a record as servers write it, and writes back what it was read from. */
internal abstract class RecordSerializer<T : Record>(private val known: KSerializer<T>) : KSerializer<T> {
    override val descriptor: SerialDescriptor = known.descriptor

    override fun deserialize(decoder: Decoder): T {
        val input = decoder as? JsonDecoder ?: throw SerializationException("records are read from JSON only")
        val source = input.decodeJsonElement() as? JsonObject
            ?: throw SerializationException("a JSON object is expected for `${descriptor.serialName}`")
        return input.json.decodeFromJsonElement(known, sorted(descriptor.withEmptied(source))).also { it.asRead = source }
    }

    override fun serialize(encoder: Encoder, value: T) {
        val output = encoder as? JsonEncoder ?: throw SerializationException("records are written as JSON only")
        output.encodeJsonElement(value.asRead?.exact() ?: flat(output.json.encodeToJsonElement(known, value), value.extra))
    }

    private fun sorted(source: JsonObject): JsonObject {
        val members = LinkedHashMap<String, JsonElement>()
        val extra = LinkedHashMap<String, JsonElement>()
        for ((name, value) in source) {
            val index = if (name == EXTRA) UNKNOWN_NAME else descriptor.getElementIndex(name)
            if (index == UNKNOWN_NAME) extra[name] = value else fitted(index, value)?.let { members[name] = it }
        }
        if (extra.isEmpty()) return JsonObject(members)
        members[EXTRA] = JsonObject(extra)
        return JsonObject(members)
    }

    /** What databases behind servers make of a value: flags as numbers or booleans, sums of any size, null for nothing. */
    private fun fitted(index: Int, value: JsonElement): JsonElement? {
        val expected = descriptor.getElementDescriptor(index)
        if (value is JsonNull) return value.takeIf { expected.isNullable || !descriptor.isElementOptional(index) }
        if (value !is JsonPrimitive || value.isString) return value
        return when (expected.kind) {
            PrimitiveKind.LONG -> value.booleanOrNull?.let { JsonPrimitive(if (it) 1 else 0) } ?: value.nearestLong() ?: value
            PrimitiveKind.BOOLEAN -> value.doubleOrNull?.let { JsonPrimitive(it != 0.0) } ?: value
            else -> value
        }
    }

    /** A number that no [Long] is as the nearest one that is: the record is written with all its digits nevertheless. */
    private fun JsonPrimitive.nearestLong(): JsonPrimitive? =
        if (longOrNull == null) doubleOrNull?.let { JsonPrimitive(round(it).toLong()) } else null

    private fun flat(record: JsonElement, extra: JsonObject): JsonElement {
        val members = withNulls(record.jsonObject - EXTRA)
        return JsonObject(members + extra.exact().jsonObject.filterKeys { it !in members })
    }
}

/** Reads and writes a change that has no other members than it knows. */
internal abstract class ChangeSerializer<T : Any>(private val known: KSerializer<T>) :
    JsonTransformingSerializer<T>(known) {
    override fun transformDeserialize(element: JsonElement): JsonElement =
        if (element is JsonObject) known.descriptor.withEmptied(element) else element

    override fun transformSerialize(element: JsonElement): JsonElement = JsonObject(withNulls(element.jsonObject))
}

/** A change as it is read: what is null, and can be emptied, stands among what is emptied. */
private fun SerialDescriptor.withEmptied(source: JsonObject): JsonObject {
    val place = getElementIndex(EMPTIED)
    if (place == UNKNOWN_NAME) return source
    val fields = getElementDescriptor(place).getElementDescriptor(0)
    val emptied = source.filter { (name, value) -> value is JsonNull && fields.getElementIndex(name) != UNKNOWN_NAME }.keys
    if (emptied.isEmpty()) return source
    return JsonObject(source - emptied + (EMPTIED to JsonArray(emptied.map(::JsonPrimitive))))
}

/** A change as it is sent: null for what is emptied. */
private fun withNulls(members: Map<String, JsonElement>): Map<String, JsonElement> {
    val emptied = members[EMPTIED] as? JsonArray ?: return members
    return members - EMPTIED + emptied.associate { it.jsonPrimitive.content to JsonNull }
}

/** Writes a JSON value with all digits of its numbers; the usual serializer goes through [Double]. */
internal object ExactElement : KSerializer<JsonElement> {
    override val descriptor: SerialDescriptor = JsonElement.serializer().descriptor

    override fun deserialize(decoder: Decoder): JsonElement = JsonElement.serializer().deserialize(decoder)

    override fun serialize(encoder: Encoder, value: JsonElement): Unit =
        JsonElement.serializer().serialize(encoder, value.exact())
}

/** Writes a JSON object with all digits of its numbers. */
internal object ExactObject : KSerializer<JsonObject> {
    override val descriptor: SerialDescriptor = JsonObject.serializer().descriptor

    override fun deserialize(decoder: Decoder): JsonObject = JsonObject.serializer().deserialize(decoder)

    override fun serialize(encoder: Encoder, value: JsonObject): Unit =
        JsonElement.serializer().serialize(encoder, value.exact())
}

/** A length of time as a number of seconds. */
internal object LengthCodec : KSerializer<Duration> {
    override val descriptor: SerialDescriptor = PrimitiveSerialDescriptor("dev.dashclaw.Length", PrimitiveKind.DOUBLE)

    override fun deserialize(decoder: Decoder): Duration = decoder.decodeDouble().seconds

    override fun serialize(encoder: Encoder, value: Duration): Unit = encoder.encodeDouble(value.toDouble(DurationUnit.SECONDS))
}

/** Bytes as base64 text. */
internal object BytesCodec : KSerializer<ByteArray> {
    override val descriptor: SerialDescriptor = PrimitiveSerialDescriptor("dev.dashclaw.Bytes", PrimitiveKind.STRING)

    override fun deserialize(decoder: Decoder): ByteArray =
        try {
            Base64.getDecoder().decode(decoder.decodeString())
        } catch (problem: IllegalArgumentException) {
            throw SerializationException("base64 is expected", problem)
        }

    override fun serialize(encoder: Encoder, value: ByteArray): Unit =
        encoder.encodeString(Base64.getEncoder().encodeToString(value))
}

/** The same value, its numbers to be written as they are. */
@OptIn(ExperimentalSerializationApi::class)
private fun JsonElement.exact(): JsonElement = when (this) {
    is JsonNull -> this
    is JsonObject -> JsonObject(mapValues { it.value.exact() })
    is JsonArray -> JsonArray(map { it.exact() })
    is JsonPrimitive -> if (isString || longOrNull != null || booleanOrNull != null) this else JsonUnquotedLiteral(content)
}
