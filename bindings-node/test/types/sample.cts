// The same package from CommonJS.

import dashclaw = require('dashclaw');

const claw: dashclaw.DashClaw = new dashclaw.DashClaw({ agentId: 'a' });
export const answer: Promise<dashclaw.GuardDecision> = claw.guard({ action_type: 'a' });
