// The example and the README's program run as they stand.

import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PACKAGE, ROOT, run, SITE } from './support.mjs';

test('the governed deploy tells its story', async () => {
  const { code, stdout, stderr } = await run(undefined, { args: [join(ROOT, 'examples', 'node', 'governed_deploy.mjs')] });
  assert.equal(code, 0, stdout + stderr);
  const told = [
    'allow (risk',
    'outcome on record: completed',
    'block: Never drop tables: Action type "drop_table" is blocked',
    'block: fabricated_fact $2,500.00',
    'valid=true',
    'valid=false (bad_signature)',
    'v2.4.0 is live',
    'does not deploy: Not on a Friday',
    'is a replay of',
    'refuses a second report: outcome already set',
  ];
  const places = told.map((line) => stdout.indexOf(line));
  assert.ok(!places.includes(-1) && places.every((place, index) => index === 0 || place > places[index - 1]), stdout);
  assert.ok(!stdout.includes('deploys v2.5.0'));
});

for (const readme of [join(PACKAGE, 'README.md'), join(ROOT, 'README.md')]) {
  test(`the program of ${readme} needs nothing but the package`, async () => {
    const [, program] = /```js\n(.*?)```/s.exec(readFileSync(readme, 'utf8'));
    const folder = mkdtempSync(join(SITE, 'readme-'));
    try {
      writeFileSync(join(folder, 'program.mjs'), program);
      const done = await run(undefined, { args: ['program.mjs'], cwd: folder });
      assert.deepEqual([done.code, done.stderr], [0, '']);
      assert.match(done.stdout, /^act_[\w-]+ was allowed\n$/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}
