import { DashClaw } from 'dashclaw';

/** What every bundled program does: one guard, of an instance inside it. */
export async function guard() {
  const claw = DashClaw.embedded({ agentId: 'bundled' });
  try {
    return (await claw.guard({ action_type: 'deploy' })).decision;
  } finally {
    await claw.close();
  }
}
