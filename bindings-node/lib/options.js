'use strict';
// Options on their way to the core, which knows them by snake_case names and in seconds.

const { encode } = require('./wire.js');
const { invalid, KINDS } = require('./errors.js');
const { LENGTHS, RENAMED } = require('./option-names.js');

const snake = (name) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const camel = (name) => name.replace(/_([a-z])/g, (_, letter) => letter.toUpperCase());

/** What the official client takes as not given when it is empty. */
const OPTIONAL = ['agentName', 'authToken'];

/** The options of a client as JSON text. Whatever is wrong with one is a mistake in the configuration. */
function clientOptions(options) {
  try {
    return encode(renamed(options));
  } catch (error) {
    if (!(error instanceof KINDS.invalid_argument)) throw error;
    const { argument } = error;
    throw inOurWords(Object.assign(new KINDS.configuration(error.message), { argument }));
  }
}

function renamed(options) {
  const given = {};
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined || value === null || (value === '' && OPTIONAL.includes(name))) continue;
    given[RENAMED[name] ?? snake(name)] = LENGTHS.includes(name) ? seconds(value) : value;
  }
  if (given.signing_key !== undefined) given.signing_key = privateKeyText(given.signing_key);
  return given;
}

/** The options of one call as JSON text; undefined when there are none. `signal` does not cross. */
function callOptions(options) {
  let given;
  for (const name in options) {
    const value = options[name];
    if (name === 'signal' || value === undefined || value === null) continue;
    given ??= {};
    given[snake(name)] = LENGTHS.includes(name) ? seconds(value) : value;
  }
  return given && encode(given);
}

/** Milliseconds as seconds. What is no number is refused by the core. */
function seconds(milliseconds) {
  return typeof milliseconds === 'number' ? milliseconds / 1000 : milliseconds;
}

/** The same for a native function, which takes numbers only: the core refuses NaN. */
function secondsOnly(milliseconds) {
  return typeof milliseconds === 'number' ? milliseconds / 1000 : Number.NaN;
}

/** Arguments of which those called `names`, in either spelling, are milliseconds here. */
function inSeconds(args, names) {
  if (names === undefined || args === null || typeof args !== 'object') return args;
  const entries = Object.entries(args);
  return Object.fromEntries(entries.map(([name, value]) => [name, names.includes(snake(name)) ? seconds(value) : value]));
}

/** Arguments with an agent, unless they name one or are no object, which the core refuses. */
function withAgent(args, agentId) {
  if (typeof (args ?? {}) !== 'object' || Array.isArray(args)) return args;
  return (args?.agent_id ?? args?.agentId) == null ? { ...args, agent_id: agentId } : args;
}

/** An error about options, in the names and units that they have here. */
function inOurWords(error) {
  if (error.kind !== 'configuration' && error.kind !== 'invalid_argument') return error;
  error.message = error.message
    .replace(/`([a-z]+(?:_[a-z]+)+)`/g, (_, name) => `\`${ourName(name)}\``)
    .replace('a number of seconds', 'a number of milliseconds');
  if (error.argument !== undefined) error.argument = ourName(error.argument);
  return error;
}

function ourName(name) {
  return Object.keys(RENAMED).find((ours) => RENAMED[ours] === name) ?? camel(name);
}

/** A private key as PEM, or as the JSON text of a JWK. */
function privateKeyText(key) {
  if (typeof key === 'string') return key;
  if (key instanceof Uint8Array) return Buffer.from(key).toString('latin1');
  if (key?.type === 'private' && typeof key.export === 'function') {
    return key.export({ type: 'pkcs8', format: 'pem' });
  }
  if (key !== null && typeof key === 'object') return encode(key, 'privateKey');
  throw invalid('privateKey', 'must be PEM, a JWK or a KeyObject of node:crypto');
}

module.exports = { callOptions, clientOptions, inOurWords, inSeconds, privateKeyText, secondsOnly, snake, withAgent };
