// Fetch the execution graph for any action (reuses existing trace data)
const { rootActionId, nodes, edges } = await claw.getActionGraph(actionId);
// nodes: action:<id>, assumption:<id>, loop:<id>
// edges: parent_child | related | assumption_of | loop_from
