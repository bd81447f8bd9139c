'use strict';
// The pure functions: they need no client and no server.

const native = require('./native.js');
const { invalid, KINDS, translated } = require('./errors.js');
const { privateKeyText } = require('./options.js');
const { decode, encode } = require('./wire.js');

function deriveIdempotencyKey(parts) {
  if (parts === null || typeof parts !== 'object' || Array.isArray(parts)) throw invalid('parts', 'must be an object');
  const given = Object.fromEntries(Object.keys(parts).map((name) => [name, part(parts[name])]));
  return translated(() => native.deriveIdempotencyKey(encode(given, 'parts')));
}

/** A part as the core takes it: what has a text of its own, other than JSON, as that text. */
function part(value) {
  if (value === undefined) return null;
  if (typeof value === 'bigint') return String(value);
  if (value === null || typeof value !== 'object' || typeof value.toJSON === 'function') return value;
  const ownText = typeof value.toString === 'function' && value.toString !== Object.prototype.toString;
  return ownText && !Array.isArray(value) ? String(value) : value;
}

function canonicalJson(value, layer = 'integrity') {
  const text = encode(value, 'value');
  return translated(() => native.canonicalJson(text, String(layer)));
}

function verifyReceipt(document, jwks) {
  const [documentBytes, keyBytes] = [receiptBytes(document), bytesOf('jwks', jwks)];
  return decode(translated(() => native.verifyReceipt(documentBytes, keyBytes)));
}

function signAction(payload, key) {
  const [text, keyText] = [encode(payload, 'payload'), privateKeyText(key)];
  return translated(() => native.signAction(text, keyText));
}

/**
 * The bytes of a receipt. A value that has no JSON form (an infinity, a function, a set, itself) is no receipt, which is an
 * answer and not an error: it becomes a text that is none.
 */
function receiptBytes(document) {
  try {
    return bytesOf('document', document);
  } catch (error) {
    if (error instanceof KINDS.invalid_argument) return Buffer.alloc(0);
    throw error;
  }
}

/**
 * `text` on one line of a terminal, as it is. Whatever a server or an agent wrote goes through this before it is printed.
 */
function printable(text) {
  return native.printable(String(text));
}

/** The bytes of a JSON document: text and bytes as they are, a value as JSON.stringify writes it. */
function bytesOf(name, document) {
  if (document instanceof Uint8Array) return Buffer.from(document.buffer, document.byteOffset, document.length);
  if (typeof document !== 'string') return Buffer.from(encode(document, name));
  const bytes = Buffer.from(document);
  // Half a surrogate pair has no UTF-8 form and would turn into another text: no document stays no document.
  return /\p{Surrogate}/u.test(document) ? Buffer.concat([bytes, Buffer.of(0xff)]) : bytes;
}

module.exports = { canonicalJson, deriveIdempotencyKey, printable, receiptBytes, signAction, verifyReceipt };
