// A release agent under governance: it asks before it acts, waits for a human where the rules say so, and reports.
//
// Everything runs on an embedded instance in this process, with a file database and a policy file; nothing is hosted. With
// `--url`, `--key` (the agent's) and `--operator-key` they talk to a server instead, such as `dashclaw up`.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { ApprovalDeniedError, ConflictError, DashClaw, GuardBlockedError, Instance, printable, verifyReceipt } from 'dashclaw';

const POLICIES = new URL('../policies.yaml', import.meta.url);
const START = performance.now();

/** Prints one line of the timeline. Others wrote part of it, which the terminal must not obey. */
function tell(who, what) {
  const seconds = ((performance.now() - START) / 1000).toFixed(3).padStart(6);
  console.log(`  ${seconds} s  ${who.padEnd(8)} ${printable(what)}`);
}

const chapter = (title) => console.log(`\n${title}`);
const short = (actionId) => `${actionId.slice(0, 12)}…`;

function failed(why) {
  console.error(printable(why));
  process.exit(1);
}

async function harmlessWork(agent) {
  chapter('1. Something harmless is allowed');
  const intent = { action_type: 'monitor', declared_goal: 'Read the error rate of the shop' };
  const decision = await agent.guard(intent);
  tell('guard', `${decision.decision} (risk ${decision.risk_score})`);
  const id = await agent.track(intent, ({ action_id: actionId }) => {
    tell('agent', `reads the error rate as ${short(actionId)}`);
    return actionId;
  });
  const outcome = await agent.getActionOutcome(id);
  tell('agent', `outcome on record: ${outcome.status}`);
}

async function forbiddenWork(agent) {
  chapter('2. Something forbidden is blocked');
  try {
    await agent.runGoverned({ action_type: 'drop_table', declared_goal: 'Clean the table of customers' }, () =>
      failed('the table is gone: governance has failed'),
    );
  } catch (error) {
    if (!(error instanceof GuardBlockedError)) throw error;
    tell('guard', `block: ${error.message}`);
    tell('agent', 'does not touch the table');
  }
}

async function honestMessage(agent) {
  chapter('3. A message that states a made-up amount is stopped, with a signed receipt');
  const decision = await agent.guard({
    action_type: 'message',
    declared_goal: 'Tell Jane about her refund',
    content: 'Hi Jane, your refund of $2,500.00 will arrive by June 1, 2026.',
    sourceOfTruth: {
      allowedFacts: [
        { label: 'refund', value: '$1,500.00' },
        { label: 'date', value: 'June 1, 2026' },
      ],
      requiredFacts: [{ label: 'name', value: 'Jane' }],
    },
  });
  const [finding] = decision.non_fabrication;
  const [violation] = finding.violations;
  tell('guard', `${decision.decision}: ${violation.code} ${violation.detail ?? ''}`);
  const { receipt } = finding;
  const keys = await agent.getJwks();
  const checked = verifyReceipt(receipt, keys);
  tell('auditor', `offline check of the receipt: valid=${checked.valid}, key ${checked.kid.slice(0, 12)}…`);
  const { candidateHash } = receipt;
  const altered = candidateHash.slice(0, -1) + (candidateHash.endsWith('A') ? 'B' : 'A');
  const refused = verifyReceipt({ ...receipt, candidateHash: altered }, keys);
  tell('auditor', `the same receipt with one byte changed: valid=${refused.valid} (${refused.reason})`);
  if (!checked.valid || refused.valid) failed('the receipt check is wrong');
}

async function approvedDeploy(agent, operator) {
  chapter('4. A deploy waits for a human, who approves');
  const intent = { action_type: 'deploy', declared_goal: 'Ship v2.4.0 to production', systems_touched: ['production'] };
  const work = agent.runGoverned(intent, () => deploy('v2.4.0'), { timeout: 30_000 });
  const [run] = await Promise.all([work, decide(operator, 'allow', 'The canary looks good')]);
  tell('agent', `${run.result} is live, outcome reported`);
}

async function deniedDeploy(agent, operator) {
  chapter('5. Another deploy is denied');
  const intent = { action_type: 'deploy', declared_goal: 'Ship v2.5.0 to production' };
  const work = agent.runGoverned(intent, () => deploy('v2.5.0'), { timeout: 30_000 });
  const [ended] = await Promise.allSettled([work, decide(operator, 'deny', 'Not on a Friday')]);
  if (!(ended.reason instanceof ApprovalDeniedError)) throw ended.reason ?? new Error('the deploy ran');
  tell('agent', `does not deploy: ${ended.reason.message}`);
}

async function repeatedRequest(agent) {
  chapter('6. A repeated request is the same action, and an outcome is final');
  const intent = { action_type: 'sync', declared_goal: 'Copy invoices of May', idempotency_key: 'invoices-may' };
  const first = await agent.createAction(intent);
  tell('agent', `creates ${short(first.action_id)}`);
  const again = await agent.createAction(intent);
  tell('server', `the retry is a replay of ${short(again.action_id)}: ${again.idempotent_replay}`);
  await agent.reportActionSuccess(first.action_id, '212 invoices copied');
  tell('agent', 'reports success');
  try {
    await agent.reportActionFailure(first.action_id, 'changed my mind');
  } catch (error) {
    if (!(error instanceof ConflictError)) throw error;
    tell('server', `refuses a second report: ${error.message} (${error.currentStatus})`);
  }
}

async function deploy(version) {
  tell('agent', `deploys ${version} …`);
  await sleep(200);
  return version;
}

/** The operator: sees the pending action and decides. */
async function decide(operator, decision, reason) {
  for (const deadline = performance.now() + 20_000; performance.now() < deadline; await sleep(50)) {
    const [action] = (await operator.getPendingApprovals()).actions;
    if (action === undefined) continue;
    tell('operator', `sees “${action.declared_goal}” (risk ${action.risk_score})`);
    await sleep(300);
    tell('operator', `${decision === 'allow' ? 'approves' : 'denies'}: ${reason}`);
    await operator.approveAction(action.action_id, decision, reason);
    return;
  }
}

async function story(agent, operator) {
  await harmlessWork(agent);
  await forbiddenWork(agent);
  await honestMessage(agent);
  await approvedDeploy(agent, operator);
  await deniedDeploy(agent, operator);
  await repeatedRequest(agent);
  console.log('\nThat is the governed loop: guard, act, approve, report, verify.');
}

const { values } = parseArgs({
  options: { url: { type: 'string' }, key: { type: 'string' }, 'operator-key': { type: 'string' } },
});
if (values.url) {
  const client = (agentId, apiKey) => new DashClaw({ baseUrl: values.url, apiKey, agentId, approvalBanner: 'off' });
  // Who created an action cannot approve it, so the two have keys of their own.
  const [agent, operator] = [client('release-agent', values.key), client('operator', values['operator-key'])];
  await story(agent, operator);
  await Promise.all([agent.close(), operator.close()]);
} else {
  const folder = mkdtempSync(join(tmpdir(), 'dashclaw-'));
  const instance = new Instance({ path: join(folder, 'governance.db'), policies: POLICIES });
  const agent = instance.client({ agentId: 'release-agent', approvalBanner: 'off' });
  await story(agent, instance.client({ agentId: 'operator', role: 'admin' }));
  await instance.close();
  rmSync(folder, { recursive: true });
}
