'use strict';
// Finds and loads the native module: a local build first, then the package of this platform.

const { version, optionalDependencies } = require('../package.json');

const PLATFORMS = Object.keys(optionalDependencies);

function load() {
  const platform = `${process.platform}-${process.arch}`;
  // For Linux there are two. npm installs the one for its C library; if both are there, only that one loads.
  const names = PLATFORMS.filter((name) => `${name}-`.startsWith(`@dashclaw/${platform}-`));
  const problems = [];
  for (const candidate of ['../dashclaw.node', ...names]) {
    try {
      return checked(require(candidate), candidate);
    } catch (problem) {
      problems.push(problem);
    }
  }
  throw explained(platform, names, problems);
}

function checked(native, candidate) {
  const found = native.version();
  if (found === version) return native;
  throw new Error(`${candidate} is version ${found}, dashclaw is ${version}; install both in one version`);
}

function explained(platform, names, problems) {
  const broken = problems.find((problem) => problem.code !== 'MODULE_NOT_FOUND');
  if (broken) return loadError(`the native module of dashclaw does not load: ${broken.message}`, broken);
  if (names.length === 0) {
    const known = PLATFORMS.map((name) => name.replace('@dashclaw/', '')).join(', ');
    return loadError(`dashclaw has no native module for ${platform}; there are ${known}`);
  }
  const [first, second] = names.map((name) => `npm install ${name}@${version}`);
  return loadError(
    `the native module of dashclaw is not installed: ${first}${second ? `, with musl: ${second}` : ''}. ` +
      'npm leaves it out with --omit=optional, and when package-lock.json was made on another platform',
    problems.at(-1),
  );
}

function loadError(message, cause) {
  return Object.assign(new Error(message, { cause }), { code: 'DASHCLAW_NATIVE_MODULE' });
}

module.exports = load();
