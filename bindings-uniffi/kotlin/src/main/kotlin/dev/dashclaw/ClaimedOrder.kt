package dev.dashclaw

import dev.dashclaw.api.CompletedWorkOrder
import dev.dashclaw.api.WorkOrder
import dev.dashclaw.api.WorkOrderCost
import dev.dashclaw.ffi.NativeWorkOrders
import kotlinx.serialization.json.JsonObject

/**
 * A work order that was claimed. It is to be completed or failed.
 *
 * @property order The order.
 */
public class ClaimedOrder internal constructor(public val order: WorkOrder, private val native: NativeWorkOrders) {
    /**
     * Reports that the work is done.
     *
     * @param output What came out, as the type's contract wants it.
     * @param cost What it cost.
     * @throws ValidationException The output breaks the contract; the order is still to be completed or failed.
     */
    public suspend fun complete(output: JsonObject, cost: WorkOrderCost? = null): CompletedWorkOrder {
        val costs = cost?.let { encode(WorkOrderCost.serializer(), it) }
        val body = native { native.complete(order.id, output.toString(), costs, null) }
        return decode("complete_work_order", CompletedWorkOrder.serializer(), body)
    }

    /** Reports that the work could not be done: a word for programs, a text for people. */
    public suspend fun fail(code: String, message: String): CompletedWorkOrder {
        val body = native { native.fail(order.id, code, message, null) }
        return decode("complete_work_order", CompletedWorkOrder.serializer(), body)
    }
}
