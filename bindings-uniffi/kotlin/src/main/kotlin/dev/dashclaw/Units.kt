package dev.dashclaw

import kotlin.time.Duration
import kotlin.time.Duration.Companion.days
import kotlin.time.DurationUnit

/** The word of a constant, as the core spells it. */
internal fun Enum<*>.word(): String = name.lowercase()

internal fun Duration.inSeconds(): Double = coerceIn(-LONGEST, LONGEST).toDouble(DurationUnit.SECONDS)

/** JSON has no infinity, and the core counts no further. */
private val LONGEST = 3650.days
