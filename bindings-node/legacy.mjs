// One implementation: what `import` and `require` give is the same.
import legacy from './legacy.js';

export const { DashClaw, OpenClawAgent, GuardBlockedError, ApprovalDeniedError } = legacy;
export default DashClaw;
