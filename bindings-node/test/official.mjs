// The official README's examples as modules: their imports, and a function around the rest, which may return early.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE } from './support.mjs';

const MAIN = "import { DashClaw, GuardBlockedError, ApprovalDeniedError } from 'dashclaw';";
const LLM = 'interface LlmAnswer { usage: { input_tokens: number; output_tokens: number }; model: string }';
/** What the README leaves to the reader. */
const GIVEN = {
  claw: 'DashClaw',
  myLlmCall: '() => Promise<LlmAnswer>',
  doTheWork: '() => Promise<void>',
  actionId: 'string',
  requestId: 'string',
  templateId: 'string',
  runActionId: 'string',
  strategyId: 'string',
  agentId: 'string',
  pairingId: 'string',
  publicKeyPem: 'string',
  baseUrl: 'string',
  apiKey: 'string',
  setInterval: '(work: () => Promise<void>, every: number) => void',
};
/** The same inside of an example: `{ /* ... *\/, idempotency_key }` is no JavaScript. */
const REST = ['{ /* ... */,', "{ action_type: 'deploy', declared_goal: 'Deploy',"];

/** Writes the example `name` into `folder`, for Node or for the type checker. */
export function writeExample(name, folder, { typed = false } = {}) {
  const whole = readFileSync(join(HERE, 'official', `${name}.js`), 'utf8').replace(...REST);
  const [imports = MAIN] = /^import .*$/m.exec(whole) ?? [];
  const text = whole.replace(imports, '');
  const given = Object.entries(GIVEN).filter(([variable]) => RegExp(`\\b${variable}\\b`).test(text) && !text.includes(`const ${variable} =`));
  const parameters = given.map(([variable, type]) => (typed ? `${variable}: ${type}` : variable));
  const file = join(folder, `${name}.${typed ? 'mts' : 'mjs'}`);
  const body = `export default async function example({ ${given.map(([variable]) => variable)} }${typed ? `: { ${parameters.join('; ')} }` : ''}) {\n${text}\n}\n`;
  writeFileSync(file, `${imports}\n${typed ? LLM : ''}\n${body}`);
  return file;
}

/** Those of the governed loop. */
export const LOOP = ['loop', 'approval', 'non-fabrication'];
/** The others. */
export const OTHERS = [
  'learning', 'messaging', 'handoffs', 'scan', 'pairing', 'action-context', 'graph', 'outcome', 'idempotency', 'workflows',
  'strategies', 'knowledge', 'capabilities', 'reputation', 'registry', 'x402', 'worker', 'orders',
];
/** Those that the type checker must pass: in `x402` the README takes `action.id`, the number of a row, for the action's id. */
export const TYPED = [...LOOP, ...OTHERS].filter((name) => name !== 'x402');
