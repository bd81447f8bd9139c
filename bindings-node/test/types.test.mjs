// What compilers and editors read.

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { edit } from './editor.mjs';
import { TYPED, writeExample } from './official.mjs';
import { HERE, PACKAGE, run, SITE } from './support.mjs';

const require = createRequire(import.meta.url);
const versionOf = (compiler) => require(`${compiler}/package.json`).version;
let folder;
before(() => {
  folder = mkdtempSync(join(SITE, 'types-'));
  cpSync(join(HERE, 'types'), folder, { recursive: true });
});
after(() => rmSync(folder, { recursive: true }));

/** Checks `files` with a compiler of the tests' own package.json. */
async function check(compiler, files, options) {
  const config = join(folder, 'tsconfig.json');
  const compilerOptions = { strict: true, noEmit: true, skipLibCheck: false, target: 'es2022', types: [], ...options };
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  const done = await run(undefined, { args: [join(HERE, 'node_modules', compiler, 'bin', 'tsc'), '--project', config], cwd: folder, timeout: 120_000 });
  assert.equal(done.code, 0, `${compiler} ${JSON.stringify(options)}: ${done.stdout}${done.stderr}`);
}

const NODE = { types: ['node'], typeRoots: [join(HERE, 'node_modules', '@types')] };
const BARE = { lib: ['es2022'] };
const DOM = { lib: ['es2022', 'dom'] };

test('the types hold what users write', async () => {
  for (const name of TYPED) writeExample(name, folder, { typed: true });
  const [, example] = /```js\n(.*?)```/s.exec(readFileSync(join(PACKAGE, 'README.md'), 'utf8'));
  writeFileSync(join(folder, 'readme.mts'), `${example}\ndeclare function deploy(version: string, actionId: string): Promise<string>;\n`);
  const files = ['sample.mts', 'sample.cts', 'readme.mts', ...TYPED.map((name) => `${name}.mts`)];
  // The README's examples are JavaScript, where what is caught has members.
  await check('typescript', files, { module: 'nodenext', ...NODE, lib: ['es2022'], useUnknownInCatchVariables: false });
});

const FILES = ['portable.mts', 'portable.ts'];
const NODE16 = { module: 'node16', moduleResolution: 'node16' };
const BUNDLER = { module: 'esnext', moduleResolution: 'bundler' };
/** From the oldest compiler on: the last one without disposables, and every main version since. */
const WAYS = {
  'typescript-4.7': [{ ...NODE16, ...BARE }, { module: 'commonjs', moduleResolution: 'node', ...DOM }],
  'typescript-5.1': [{ ...NODE16, ...BARE }, { ...BUNDLER, ...DOM }],
  typescript: [{ ...NODE16, ...BARE }],
  'typescript-6': [{ ...NODE16, ...BARE }, { module: 'nodenext', ...NODE, ...BARE }],
  'typescript-7': [{ ...NODE16, ...BARE }, { ...NODE16, ...DOM }, { ...BUNDLER, ...BARE }, { module: 'nodenext', ...NODE, ...BARE }],
};

for (const [compiler, ways] of Object.entries(WAYS)) {
  test(`TypeScript ${versionOf(compiler)} takes them, whatever it knows of the platform`, async () => {
    for (const options of ways) {
      const files = options.moduleResolution === 'node' ? ['portable.ts'] : FILES;
      await check(compiler, options.typeRoots ? [...files, 'sample.mts', 'sample.cts'] : files, options);
    }
  });
}

for (const compiler of ['typescript-4.7', 'typescript', 'typescript-6', 'typescript-7']) {
  test(`an editor with TypeScript ${versionOf(compiler)} explains both spellings, and offers one`, async () => {
    const program = `
      import { DashClaw } from 'dashclaw';
      const claw = new DashClaw();
      claw.guard({ /*?*/ });
      claw.createAction({ actionType: 'a', /*?*/ });
      claw.updateOutcome('act_1', { /*?*/ });
      claw.track({ action_type: 'a', /*?*/ }, () => {});
      claw.iterActions({ /*?*/ });
      claw.createAction({ declaredGoal: 'g', agent_name: 'n' });
      claw.updateOutcome('act_1', { outputSummary: 's', error_message: 'e' });
      claw.track({ riskScore: 3, systems_touched: [] }, () => {});
      claw./*?*/`;
    const explained = {
      declaredGoal: 'What the action is for', agent_name: 'display name', outputSummary: 'What came out', error_message: 'What went wrong',
      riskScore: 'own estimate of the risk', systems_touched: 'Systems the action touches', updateOutcome: 'Ends an action',
    };
    const { offered, shown } = await edit(compiler, folder, program, Object.keys(explained));
    const methods = offered.pop();
    assert.ok(offered.every((names) => names.length > 5), JSON.stringify(offered));
    for (const names of offered) assert.deepEqual(names.filter((name) => /[A-Z]/.test(name)), []);
    assert.ok(offered[0].includes('action_type') && offered[2].includes('output_summary') && !offered[2].includes('action_id'));
    assert.ok(methods.includes('createAction') && methods.every((name) => !name.includes('_')), methods.join());
    Object.entries(explained).forEach(([word, text], index) => assert.ok(shown[index].includes(text), `${word}: ${shown[index]}`));
  });
}
