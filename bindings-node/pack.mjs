// Makes the npm packages below `target/npm`.
//   node pack.mjs                        the package `dashclaw`
//   node pack.mjs linux-x64-gnu FILE     the package of a platform, around its native module
// Every package is left as a folder and as a tarball.

import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, 'target', 'npm');
const manifest = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));

const LIBC = { gnu: ['glibc'], musl: ['musl'] };

const [platform, file] = process.argv.slice(2);
const folder = join(out, platform ?? 'dashclaw');
rmSync(folder, { recursive: true, force: true });
mkdirSync(folder, { recursive: true });
if (platform === undefined) {
  const files = [
    'index.cjs', 'index.mjs', 'index.d.cts', 'index.d.mts', 'legacy.js', 'legacy.mjs', 'legacy.d.ts', 'legacy.d.mts', 'unsupported.mjs',
    'bin', 'lib', 'types', 'package.json', 'README.md',
  ];
  for (const name of files) {
    cpSync(join(here, name), join(folder, name), { recursive: true });
  }
} else {
  const name = `@dashclaw/${platform}`;
  if (!(name in manifest.optionalDependencies)) throw new Error(`package.json does not list ${name}`);
  const [os, cpu, abi] = platform.split('-');
  const { version, license, author, homepage, bugs, repository, engines } = manifest;
  const description = `The native module of dashclaw for ${platform}.`;
  const fields = { name, version, description, license, author, homepage, bugs, repository, engines, os: [os], cpu: [cpu], libc: LIBC[abi] };
  const contents = { ...fields, main: 'dashclaw.node', files: ['dashclaw.node'] };
  writeFileSync(join(folder, 'package.json'), `${JSON.stringify(contents, null, 2)}\n`);
  writeFileSync(join(folder, 'README.md'), `${description} Install \`dashclaw\` instead: it brings this package along.\n`);
  cpSync(file, join(folder, 'dashclaw.node'));
}
for (const name of platform === undefined ? ['LICENSE', 'CHANGELOG.md'] : ['LICENSE']) cpSync(join(root, name), join(folder, name));
execFileSync('npm', ['pack', '--silent', '--pack-destination', out], { cwd: folder, stdio: ['ignore', 'inherit', 'inherit'] });
