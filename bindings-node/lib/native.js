'use strict';
// Finds and loads the native module: a local build first, then the package of this platform.

const { version } = require('../package.json');

const PLATFORMS = {
  'darwin-arm64': ['darwin-arm64'],
  'darwin-x64': ['darwin-x64'],
  // Which C library it is shows when one of them loads; npm installs the fitting one only.
  'linux-arm64': ['linux-arm64-gnu', 'linux-arm64-musl'],
  'linux-x64': ['linux-x64-gnu', 'linux-x64-musl'],
  'win32-arm64': ['win32-arm64-msvc'],
  'win32-x64': ['win32-x64-msvc'],
};

function load() {
  const platform = `${process.platform}-${process.arch}`;
  const names = (PLATFORMS[platform] ?? []).map((name) => `@dashclaw/${name}`);
  const problems = [];
  for (const candidate of ['../dashclaw.node', ...names]) {
    try {
      return checked(require(candidate), candidate);
    } catch (problem) {
      problems.push(problem);
    }
  }
  throw missing(platform, names, problems);
}

function checked(native, candidate) {
  const found = native.version();
  if (found !== version) {
    throw loadError(`${candidate} is version ${found}, but dashclaw is ${version}: install both in the same version`);
  }
  return native;
}

function missing(platform, names, problems) {
  const broken = problems.find((problem) => problem.code !== 'MODULE_NOT_FOUND');
  if (names.length === 0) {
    const known = Object.keys(PLATFORMS).join(', ');
    return loadError(`dashclaw has no native module for ${platform}; there is one for ${known}`, broken);
  }
  if (broken) return loadError(`the native module of dashclaw does not load: ${broken.message}`, broken);
  return loadError(
    `the native module of dashclaw is missing: npm install ${names[0]}@${version}` +
      (names.length > 1 ? ` (with musl: ${names[1]}@${version})` : '') +
      '. npm leaves it out with --omit=optional, and when package-lock.json was written on another platform',
    problems.at(-1),
  );
}

function loadError(message, cause) {
  return Object.assign(new Error(message, { cause }), { code: 'DASHCLAW_NATIVE_MODULE' });
}

module.exports = load();
