'use strict';
// wrapClient: reports what the calls of an LLM client use, and changes nothing else about them.

const { invalid } = require('./errors.js');

/** Whose `create` is wrapped. The first of a provider's resources shows that a client is of that provider. */
const RESOURCES = { anthropic: [['messages']], openai: [['chat', 'completions'], ['responses']] };
const WRAPPED = '_dashclawWrapped';

/** Makes `client` tell `report({ tokens_in, tokens_out, model })` what each call used. */
function wrap(client, provider, report) {
  const found = provider ?? providerOf(client);
  if (!Object.hasOwn(RESOURCES, found)) throw invalid('provider', "must be 'anthropic' or 'openai'");
  const [decisive] = RESOURCES[found];
  if (!resource(client, decisive)) throw invalid('llmClient', `is no client of ${found}: it has no ${decisive.join('.')}.create`);
  if (client[WRAPPED]) return client;
  for (const owner of RESOURCES[found].map((path) => resource(client, path)).filter(Boolean)) {
    const { create } = owner;
    // The helpers of these clients, `stream` and `parse` among them, call it too.
    owner.create = function (...args) {
      return answered(create.apply(this, args), new Usage(report, args[0]?.model));
    };
  }
  Object.defineProperty(client, WRAPPED, { value: true });
  return client;
}

function providerOf(client) {
  const found = Object.keys(RESOURCES).find((provider) => resource(client, RESOURCES[provider][0]));
  if (!found) throw invalid('llmClient', 'is neither an Anthropic nor an OpenAI client; say which with `provider`');
  return found;
}

/** What is at `path` of the client, if it can create something. */
function resource(client, path) {
  const owner = path.reduce((value, name) => value?.[name], client);
  return typeof owner?.create === 'function' ? owner : undefined;
}

/** What one call of a model used, as far as its answer has told. It is reported once, at the end. */
class Usage {
  #report;
  #model;
  #tokens;

  constructor(report, model) {
    this.#report = report;
    this.#model = model;
  }

  /** Reads a whole answer, or one event or chunk of a stream: later numbers replace earlier ones. */
  see(answer) {
    for (const part of [answer, answer?.message, answer?.response]) {
      if (typeof part?.model === 'string') this.#model = part.model;
      const { input_tokens, prompt_tokens, output_tokens, completion_tokens } = part?.usage ?? {};
      this.#count('tokens_in', input_tokens ?? prompt_tokens);
      this.#count('tokens_out', output_tokens ?? completion_tokens);
    }
  }

  #count(name, tokens) {
    if (Number.isInteger(tokens)) this.#tokens = { tokens_in: 0, tokens_out: 0, ...this.#tokens, [name]: tokens };
  }

  /** Reports what is known by now, unless nothing is. */
  end() {
    const report = this.#report;
    this.#report = undefined;
    if (report && this.#tokens) report({ ...this.#tokens, model: this.#model });
  }
}

/** The very promise of a call; its value will tell `usage` what it holds. */
function answered(promise, usage) {
  if (typeof promise?.parseResponse === 'function') {
    // These promises read the body when somebody asks for the value, and not when somebody wants the bare response.
    const { parseResponse } = promise;
    promise.parseResponse = async function (...args) {
      return watched(await parseResponse.apply(this, args), usage);
    };
  } else if (typeof promise?.then === 'function') {
    promise.then((value) => watched(value, usage), () => {});
  }
  return promise;
}

/** The same value; a stream will tell `usage` what passes. */
function watched(value, usage) {
  if (typeof value?.[Symbol.asyncIterator] !== 'function') {
    usage.see(value);
    usage.end();
    return value;
  }
  // Where these streams keep the function from which all their ways of reading come.
  const name = typeof value.iterator === 'function' ? 'iterator' : Symbol.asyncIterator;
  const iterate = value[name];
  value[name] = function (...args) {
    return watching(iterate.apply(this, args), usage);
  };
  return value;
}

async function* watching(items, usage) {
  try {
    for await (const item of items) {
      usage.see(item);
      yield item;
    }
  } finally {
    usage.end();
  }
}

module.exports = { wrap };
