// What docs/bundlers.md says, and where the packages are that Next.js would find in an ordinary project.

import { dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import documented from './documented.config.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

export default { ...documented, turbopack: { root }, outputFileTracingRoot: root, output: process.env.NEXT_TEST_OUTPUT || undefined };
