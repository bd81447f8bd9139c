'use strict';
// JSON on its way to and from the native module.

const { invalid } = require('./errors.js');

/** Below this depth JSON.stringify may write a value; above it we look closer. */
const ORDINARY_DEPTH = 64;
/** Deeper than anything a server takes: the value contains itself. */
const MAX_DEPTH = 1000;

/** The JSON text of the argument `name`, or of several arguments when `name` is empty. */
function encode(value, name = '') {
  return (isOrdinary(value, 0) ? JSON.stringify(value) : written(value, name, 0)) ?? 'null';
}

/** Whether JSON.stringify loses nothing of it. */
function isOrdinary(value, depth) {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      break;
    default:
      return false;
  }
  if (value === null) return true;
  if (depth > ORDINARY_DEPTH) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isOrdinary(item, depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  for (const name in value) if (!isOrdinary(value[name], depth + 1)) return false;
  return true;
}

/** The JSON text of anything that has one; undefined for undefined. Throws an error that names what has none. */
function written(value, path, depth) {
  switch (typeof value) {
    case 'undefined':
      return undefined;
    case 'bigint':
      return String(value);
    case 'number':
      if (!Number.isFinite(value)) throw invalid(path || 'arguments', `must be a finite number, not ${value}`);
      return JSON.stringify(value);
    case 'function':
    case 'symbol':
      throw invalid(path || 'arguments', `cannot be sent as JSON: ${typeof value}`);
    case 'object':
      return value === null ? 'null' : writtenObject(value, path, depth);
    default:
      return JSON.stringify(value);
  }
}

function writtenObject(value, path, depth) {
  if (depth > MAX_DEPTH) throw invalid(path.slice(0, 200), 'is nested too deep, or contains itself');
  if (Array.isArray(value)) {
    return `[${Array.from(value, (item, index) => written(item, `${path}[${index}]`, depth + 1) ?? 'null')}]`;
  }
  const type = Object.prototype.toString.call(value).slice(8, -1);
  if (type === 'Date' && Number.isNaN(value.getTime())) throw invalid(path || 'arguments', 'is an invalid date');
  if (typeof value.toJSON === 'function') return written(value.toJSON(), path, depth + 1);
  if (type === 'Number' || type === 'String' || type === 'Boolean' || type === 'BigInt') {
    return written(value.valueOf(), path, depth);
  }
  if (type !== 'Object') throw invalid(path || 'arguments', `cannot be sent as JSON: ${type}`);
  const members = [];
  for (const name of Object.keys(value)) {
    const text = written(value[name], path ? `${path}.${name}` : name, depth + 1);
    if (text !== undefined) members.push(`${JSON.stringify(name)}:${text}`);
  }
  return `{${members}}`;
}

/** What JSON text says. Integers that a number cannot hold exactly come as BigInt. */
function decode(text) {
  return /\d{16}/.test(text) ? decodeExactly(text) : JSON.parse(text);
}

/** The answer with real bytes in the members called `names`; they are base64 in JSON. */
function withBytes(answer, names = []) {
  for (const name of names) answer[name] = Buffer.from(answer[name], 'base64');
  return answer;
}

const TOKEN = /"|-?\d[\d.eE+-]*/g;

function decodeExactly(text) {
  // Chosen after the text has come, so that nothing in it can be taken for a mark.
  const mark = `${Math.random()}${Math.random()}:`;
  let marked = '';
  let copied = 0;
  TOKEN.lastIndex = 0;
  for (let token = TOKEN.exec(text); token; token = TOKEN.exec(text)) {
    if (token[0] === '"') {
      TOKEN.lastIndex = endOfString(text, token.index);
    } else if (/^-?\d{16,}$/.test(token[0]) && BigInt(token[0]) !== BigInt(Number(token[0]))) {
      marked += `${text.slice(copied, token.index)}"${mark}${token[0]}"`;
      copied = TOKEN.lastIndex;
    }
  }
  if (copied === 0) return JSON.parse(text);
  const revive = (_, value) =>
    typeof value === 'string' && value.startsWith(mark) ? BigInt(value.slice(mark.length)) : value;
  return JSON.parse(marked + text.slice(copied), revive);
}

/** Where the string that starts at `start` is over. */
function endOfString(text, start) {
  let end = start + 1;
  for (;;) {
    end = text.indexOf('"', end);
    let escapes = 0;
    while (text[end - 1 - escapes] === '\\') escapes += 1;
    end += 1;
    if (escapes % 2 === 0) return end;
  }
}

module.exports = { decode, encode, withBytes };
