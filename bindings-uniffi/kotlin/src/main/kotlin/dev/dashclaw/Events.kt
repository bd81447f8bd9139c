package dev.dashclaw

import dev.dashclaw.ffi.NativeEvent
import kotlinx.serialization.json.JsonElement

/**
 * What happened on the server.
 *
 * @property id The cursor: a later `events(lastEventId)` goes on behind it. Empty for events that cannot be resumed
 *   behind.
 * @property event What happened: `action.updated`, …
 * @property data The record it happened to.
 */
public data class ServerEvent(val id: String, val event: String, val data: JsonElement) {
    internal constructor(event: NativeEvent) :
        this(event.id, event.event, wire.parseToJsonElement(event.data.decodeToString()))
}
