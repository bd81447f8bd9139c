// The same package from CommonJS.

import dashclaw = require('dashclaw');

const claw: dashclaw.DashClaw = new dashclaw.DashClaw({ agentId: 'a' });
export const answer: Promise<dashclaw.GuardDecision> = claw.guard({ action_type: 'a' });

import legacy = require('dashclaw/legacy');

export const older: legacy.OpenClawAgent = new legacy.default({ agentId: 'a' });
