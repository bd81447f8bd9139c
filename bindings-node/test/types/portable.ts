// The same package to a compiler that writes CommonJS. Only the type checker reads it.

import { DashClaw } from 'dashclaw';
import { OpenClawAgent } from 'dashclaw/legacy';

export const answer = new DashClaw({ agentId: 'a' }).guard({ actionType: 'a' });
export const older: OpenClawAgent = new OpenClawAgent({ agentId: 'a' });
