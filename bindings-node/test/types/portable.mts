// What every compiler from 4.7 on must take, whatever it knows of the platform. Only the type checker reads it.

import { DashClaw, DashClawError, Instance, type ClientOptions, type CreateAction, type EventStream } from 'dashclaw';
import LegacyClient from 'dashclaw/legacy';

const options: ClientOptions = { baseUrl: 'http://x', agentId: 'a', timeout: 1000, guardCallback: ({ decision }) => decision };
const claw = new DashClaw(options);
const action: CreateAction = { action_type: 'a', declared_goal: 'g' };

export async function main(stopped: { signal: NonNullable<Parameters<DashClaw['getSignals']>[1]>['signal'] }): Promise<string> {
  const { decision } = await claw.guard({ action_type: 'a', risk_score: 3 }, stopped);
  const other = await claw.guard({ actionType: 'a', riskScore: 3, own: 1 });
  const created = await claw.createAction(action);
  await claw.createAction({ actionType: 'a', declaredGoal: 'g' });
  await claw.updateOutcome(created.action_id, { status: 'completed', outputSummary: 's' });
  await claw.track({ actionType: 'a', declaredGoal: 'g', idempotency: 'intent' }, ({ action_id: id }) => id);
  claw.startHeartbeat({ status: 'online', currentTaskId: 't', interval: 5 });
  const events: EventStream = claw.events().on('action.updated', (data, event) => console.log(data.action_id, event.id));
  events.once('error', (error) => error.kind).on('close', () => {}).off('close', () => {});
  for await (const event of events) return event.event;
  for await (const record of claw.iterActions({ agentId: 'a' })) console.log(record.action_id);
  const bytes: Uint8Array = (await claw.getAttachment('att_1')).data;
  const instance = new Instance({ path: 'x' });
  const desk = instance.client({ role: 'admin' }).withOptions({ timeout: 1 });
  await new LegacyClient({}).createGoal({ title: 't' });
  if (desk instanceof DashClawError) return desk.kind;
  // @ts-expect-error: a misspelt field
  await claw.getMessages({ threadid: 'a' });
  // @ts-expect-error: of the wrong type
  await claw.createAction({ actionType: 7, declaredGoal: 'g' });
  // @ts-expect-error: the id stands by position
  await claw.reportActionOutcome('act_1', { status: 'completed', actionId: 'act_2' });
  // @ts-expect-error: types only
  console.log(DashClaw.CamelGuard);
  return `${decision} ${other.risk_score} ${bytes.length}`;
}

declare const console: { log(...values: unknown[]): void };
