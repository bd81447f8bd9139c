// The official README's examples as modules: their imports, and a function around the rest, which may return early.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HERE } from './support.mjs';

const IMPORT = "import { DashClaw, GuardBlockedError, ApprovalDeniedError } from 'dashclaw';";
/** What the README leaves to the reader. */
const GIVEN = { claw: 'DashClaw', myLlmCall: '() => Promise<LlmAnswer>', doTheWork: '() => Promise<void>' };
const LLM = 'interface LlmAnswer { usage: { input_tokens: number; output_tokens: number }; model: string }';

/** Writes the example `name` into `folder`, for Node or for the type checker. */
export function writeExample(name, folder, { typed = false } = {}) {
  const text = readFileSync(join(HERE, 'official', `${name}.js`), 'utf8').replace(IMPORT, '');
  const given = Object.entries(GIVEN).filter(([variable]) => !text.includes(`const ${variable} =`));
  const parameters = given.map(([variable, type]) => (typed ? `${variable}: ${type}` : variable));
  const file = join(folder, `${name}.${typed ? 'mts' : 'mjs'}`);
  const body = `export default async function example({ ${given.map(([variable]) => variable)} }${typed ? `: { ${parameters.join('; ')} }` : ''}) {\n${text}\n}\n`;
  writeFileSync(file, `${IMPORT}\n${typed ? LLM : ''}\n${body}`);
  return file;
}

export const EXAMPLES = ['loop', 'approval', 'non-fabrication'];
