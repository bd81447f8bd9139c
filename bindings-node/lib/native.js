'use strict';
// Finds and loads the native module: a local build first, then the package of this platform.

const { version } = require('../package.json');

/** The platforms that have a package. Linux has two of a kind: npm installs the one for its C library. */
const PLATFORMS = [
  'darwin-arm64', 'darwin-x64', 'linux-arm64-gnu', 'linux-arm64-musl', 'linux-x64-gnu', 'linux-x64-musl', 'win32-arm64-msvc',
  'win32-x64-msvc',
];

function load() {
  const platform = `${process.platform}-${process.arch}`;
  const names = PLATFORMS.filter((name) => `${name}-`.startsWith(`${platform}-`));
  const problems = [];
  for (const name of ['local', ...names]) {
    const native = required(name, problems);
    if (native) return native;
  }
  throw explained(platform, names, problems);
}

/**
 * The module `name`, if it is there. Bundlers and tracers look for literal names, and let those be absent that stand in a
 * `try`.
 */
function required(name, problems) {
  try {
    switch (name) {
      case 'local':
        return checked(require('../dashclaw.node'), name);
      case 'darwin-arm64':
        return checked(require('@dashclaw/darwin-arm64'), name);
      case 'darwin-x64':
        return checked(require('@dashclaw/darwin-x64'), name);
      case 'linux-arm64-gnu':
        return checked(require('@dashclaw/linux-arm64-gnu'), name);
      case 'linux-arm64-musl':
        return checked(require('@dashclaw/linux-arm64-musl'), name);
      case 'linux-x64-gnu':
        return checked(require('@dashclaw/linux-x64-gnu'), name);
      case 'linux-x64-musl':
        return checked(require('@dashclaw/linux-x64-musl'), name);
      case 'win32-arm64-msvc':
        return checked(require('@dashclaw/win32-arm64-msvc'), name);
      case 'win32-x64-msvc':
        return checked(require('@dashclaw/win32-x64-msvc'), name);
    }
  } catch (problem) {
    problems.push(problem);
  }
}

function checked(native, name) {
  const found = native.version();
  if (found === version) return native;
  throw new Error(`the native module (${name}) is version ${found}, dashclaw is ${version}; install both in one version`);
}

function explained(platform, names, problems) {
  const broken = problems.find((problem) => problem.code !== 'MODULE_NOT_FOUND');
  if (broken) return loadError(`the native module of dashclaw does not load: ${broken.message}`, broken);
  if (names.length === 0) return loadError(`dashclaw has no native module for ${platform}; there are ${PLATFORMS.join(', ')}`);
  const [first, second] = names.map((name) => `npm install @dashclaw/${name}@${version}`);
  return loadError(
    `the native module of dashclaw is not installed: ${first}${second ? `, with musl: ${second}` : ''}. ` +
      'npm leaves it out with --omit=optional, and when package-lock.json was made on another platform; ' +
      'in what a bundler wrote it is missing unless dashclaw was left outside (external)',
    problems.at(-1),
  );
}

function loadError(message, cause) {
  return Object.assign(new Error(message, { cause }), { code: 'DASHCLAW_NATIVE_MODULE' });
}

module.exports = load();
