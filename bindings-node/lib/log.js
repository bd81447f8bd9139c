'use strict';
// What a client does, said to the logger that the program gave it.

const { CLASSES } = require('./errors.js');

const { ConfigurationError } = CLASSES;

const LEVELS = ['off', 'error', 'warn', 'info', 'debug', 'trace'];
const METHODS = ['error', 'warn', 'info', 'debug'];

/** The callbacks of clients that have a logger, by the client's number; they live as long as the client. */
const clients = new Map();
const gone = new FinalizationRegistry((number) => clients.delete(number));

/** How loud the logger of these options is; undefined without one. */
function levelOf({ logger, logLevel = 'info' }) {
  if (!LEVELS.includes(logLevel)) throw refused('logLevel', `must be one of ${LEVELS.join(', ')}`);
  if (logger === undefined || logger === null) return undefined;
  const isLogger = (typeof logger === 'object' || typeof logger === 'function') && METHODS.every((name) => typeof logger[name] === 'function');
  if (!isLogger) throw refused('logger', `must have the methods ${METHODS.join(', ')}`);
  return logLevel;
}

function refused(argument, problem) {
  return Object.assign(new ConfigurationError(`\`${argument}\` ${problem}`), { argument });
}

/** Lets what comes up outside of calls reach the logger. */
function remember(number, callbacks) {
  clients.set(number, new WeakRef(callbacks));
  gone.register(callbacks, number);
}

/** The logger of a client. */
function loggerOf(number) {
  return clients.get(number)?.deref()?.logger;
}

/** Says one record: a text for people, and what it is made of. */
function say(logger, { level, event, text, fields }) {
  return logger[level === 'trace' ? 'debug' : level](text, { event, ...fields });
}

module.exports = { levelOf, loggerOf, remember, say };
