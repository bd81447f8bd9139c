'use strict';

const { inspect } = require('node:util');
const native = require('./native.js');
const { bare, findable, given } = require('./bare.js');
const { CLASSES, invalid, translated } = require('./errors.js');
const { EventStream, PendingApprovals } = require('./events.js');
const { executionOf } = require('./execution.js');
const { deriveIdempotencyKey, receiptBytes } = require('./functions.js');
const { actionContext, runWork, trackWork } = require('./governed.js');
const { Instance } = require('./instance.js');
const { items, workOrders } = require('./lists.js');
const { levelOf, remember } = require('./log.js');
const { ask, open } = require('./mailbox.js');
const { BYTES, LENGTHS, OWN_AGENT, Operations } = require('./operations.js');
const { begin: begun, traced } = require('./otel.js');
const { callOptions, clientOptions, inOurWords, inSeconds, secondsOnly, snake, withAgent } = require('./options.js');
const { Reports } = require('./reports.js');
const { extraRoots } = require('./roots.js');
const { decode, encode, withBytes } = require('./wire.js');
const { wrap } = require('./wrap.js');

const { ConfigurationError } = CLASSES;

/** How many milliseconds a report in the background may take. It keeps the process alive no longer than that. */
const REPORT_TIMEOUT = 5_000;

/** A client of one DashClaw server, for one agent. Nothing is sent before the first call. */
class DashClaw extends Operations {
  #native;
  #callbacks;
  #reports = new Reports();
  #owned;
  #defaults;
  #execution;

  constructor(options = {}) {
    super();
    findable(this);
    if (options instanceof Shared) {
      ({ native: this.#native, callbacks: this.#callbacks, reports: this.#reports } = options);
      ({ owned: this.#owned, defaults: this.#defaults } = options);
      return;
    }
    if (options === null || typeof options !== 'object') throw new ConfigurationError('the options must be an object');
    const { guardCallback, recommendationCallback, logger, logLevel, instance, role = 'member', ...rest } = options;
    this.#callbacks = { guard: callback('guardCallback', guardCallback), recommendation: callback('recommendationCallback', recommendationCallback), logger };
    const told = { guard: Boolean(guardCallback), recommendation: Boolean(recommendationCallback), log: levelOf({ logger, logLevel }) };
    const reached = instance === undefined ? [] : [instanceOf(instance), String(role)];
    const text = clientOptions(rest);
    this.#native = translated(() => new native.NativeClient(open(), text, told, extraRoots(), ...reached), inOurWords);
    if (logger) remember(this.#native.number, this.#callbacks);
    const warning = this.#native.clearTextWarning;
    if (warning != null) process.emitWarning(warning, 'DashClawWarning');
  }

  /** A client, an agent's, with a governance server of its own inside this process; closing the client closes it. */
  static embedded({ path, policies, ...options } = {}) {
    const instance = new Instance({ path, policies });
    try {
      const client = new this({ ...options, instance });
      client.#owned = instance;
      return client;
    } catch (error) {
      Instance.nativeOf(instance).closeNow();
      throw error;
    }
  }

  /** What the official CommonJS package has beside the constructor. */
  static async create(options) {
    return new this(options);
  }

  get baseUrl() {
    return bare(this).#native.baseUrl;
  }

  get agentId() {
    return bare(this).#native.agentId;
  }

  get agentName() {
    return bare(this).#native.agentName;
  }

  get closed() {
    return bare(this).#native.closed;
  }

  /** Capabilities under the names that the official client prefers. */
  get execution() {
    const client = bare(this);
    client.#execution ??= executionOf(client);
    return client.#execution;
  }

  /** Every generated method ends here. `operation` is snake_case. */
  async _call(operation, args, options) {
    const client = bare(this);
    const settings = client.#defaults === undefined ? options : { ...client.#defaults, ...options };
    const text = client.#written(operation, args);
    const optionText = settings === undefined ? undefined : callOptions(settings);
    const span = begun(client.#native, operation);
    const begin = (call, stoppable) => span.native.call(call, stoppable, operation, text, optionText);
    let problem;
    try {
      return withBytes(decode(await this._ask(begin, settings?.signal)), BYTES[operation]);
    } catch (error) {
      problem = error;
      throw error;
    } finally {
      span.end(problem);
    }
  }

  /** Every call of the engine that is answered. */
  _ask(begin, signal) {
    return ask(begin, signal, bare(this).#callbacks);
  }

  /** The arguments of an operation as JSON text. */
  #written(operation, args = {}) {
    const given = OWN_AGENT.has(operation) ? withAgent(args, this.agentId) : args;
    return encode(inSeconds(given ?? {}, LENGTHS[operation]));
  }

  /** Calls an operation by its name, for what this version has no method for. */
  async call(operation, args, options) {
    return this._call(snake(wellFormed('operation', operation)), args ?? {}, options);
  }

  /** Every generated iterator ends here. */
  _pages(operation, args, options) {
    const client = bare(this);
    const settings = { ...client.#defaults, ...options };
    const begin = () => {
      const texts = [client.#written(operation, args), callOptions(settings)];
      const call = begun(client.#native, `${operation}.pages`);
      return [translated(() => call.native.pages(operation, ...texts), inOurWords), call];
    };
    return items(begin, settings.signal);
  }

  /** Works: claims orders and yields each as soon as there is one. */
  workOrders({ types, interval = 5_000, signal } = {}) {
    const begin = () => {
      const text = encode(types ?? [], 'types');
      return translated(() => bare(this).#native.workOrders(text, secondsOnly(interval)), inOurWords);
    };
    return workOrders(begin, signal);
  }

  /** Waits until a human has decided about an action, and returns it as `getAction` does. */
  async waitForApproval(actionId, { timeout = 300_000, interval = 5_000, signal } = {}) {
    wellFormed('action_id', actionId);
    return traced(bare(this).#native, 'wait_for_approval', async (native) => {
      const begin = (call, stoppable) =>
        native.waitForApproval(call, stoppable, actionId, secondsOnly(timeout), secondsOnly(interval));
      return decode(await this._ask(begin, signal));
    });
  }

  /** What happens on the server, as it happens: to listen to, or an async iterator of `{ id, event, data }`. */
  events({ lastEventId, signal } = {}) {
    if (lastEventId !== undefined) wellFormed('lastEventId', lastEventId);
    return new EventStream(() => bare(this).#native.events(lastEventId), this._opening('events'), signal);
  }

  /** The actions that wait for a human, as they change: an async iterator of what `getPendingApprovals` returns. */
  pendingApprovals({ interval = 15_000, signal } = {}) {
    const begin = () => translated(() => bare(this).#native.pendingApprovals(secondsOnly(interval)), inOurWords);
    return new PendingApprovals(begin, this._opening('pending_approvals'), signal);
  }

  /** The opening of a stream, up to the first thing that comes, which is a span as a call is; what comes later is no part of it. */
  _opening(operation) {
    return (take) => traced(bare(this).#native, operation, take);
  }

  /** Records the action, which guard judges, waits for approval, runs `fn(actionId)` and reports its outcome. */
  async runGoverned(action, fn, { timeout = 300_000, interval = 5_000, rerun = false, signal, ...options } = {}) {
    if (typeof fn !== 'function') throw invalid('fn', 'must be a function');
    const text = encode(action);
    const how = {
      timeout: secondsOnly(timeout),
      interval: secondsOnly(interval),
      rerun: Boolean(rerun),
      options: callOptions({ ...bare(this).#defaults, ...options }),
    };
    return traced(bare(this).#native, 'run_governed', async (native, span) => {
      const begin = (call, stoppable) => native.beginGoverned(call, stoppable, text, how);
      const begun = decode(await this._ask(begin, signal));
      const work = (actionId) => span.work(() => fn(actionId));
      return runWork(begun, work, (failure, took) =>
        this._ask((call) => native.finishGoverned(call, begun.action_id, failure, took)),
      );
    });
  }

  /** Runs `fn({ action_id })` as an action: completed at its end, failed when it throws. */
  async track(action, fn, options) {
    return this._track(action, fn, options);
  }

  /** The same; `summaryOf` what `fn` returned is written down. */
  async _track({ idempotency = 'call', ...action } = {}, fn, options, summaryOf) {
    if (typeof fn !== 'function') throw invalid('fn', 'must be a function');
    const started = performance.now();
    const settings = { ...bare(this).#defaults, idempotency, ...options };
    const [text, how] = [encode(action), callOptions(settings)];
    return traced(bare(this).#native, 'track', async (native, span) => {
      const begin = (call, stoppable) => native.beginTrack(call, stoppable, text, how);
      const begun = decode(await this._ask(begin, settings.signal));
      const finish = (failure, summary, took) =>
        this._ask((call) => native.finishTrack(call, begun.action_id, failure, summary, took));
      return trackWork(begun, started, (action) => span.work(() => fn(action)), finish, summaryOf);
    });
  }

  /** Messages, assumptions and the outcome of one action, without repeating its id. */
  actionContext(actionId) {
    return actionContext(this, actionId);
  }

  deriveIdempotencyKey(parts) {
    return deriveIdempotencyKey(parts);
  }

  static deriveIdempotencyKey(parts) {
    return deriveIdempotencyKey(parts);
  }

  /** Verifies a receipt against the server's published keys, which are kept as long as the server allows. */
  async verifyReceipt(document, { signal } = {}) {
    return bare(this).#verify(document, false, signal);
  }

  /** Verifies a receipt as `verifyReceipt` does, and throws a ReceiptInvalidError when it is not valid. */
  async requireValidReceipt(document, { signal } = {}) {
    return bare(this).#verify(document, true, signal);
  }

  async #verify(document, required, signal) {
    const bytes = receiptBytes(document);
    return traced(this.#native, required ? 'require_valid_receipt' : 'verify_receipt', async (native) =>
      decode(await this._ask((call, stoppable) => native.verifyReceipt(call, stoppable, bytes, required), signal)),
    );
  }

  /** Makes an OpenAI or Anthropic client report the tokens that its calls use. */
  wrapClient(llmClient, { provider } = {}) {
    const send = (usage) => this.call('report_token_usage', usage, { timeout: REPORT_TIMEOUT });
    return wrap(llmClient, provider, (usage) => bare(this).#reports.add(() => send(usage)));
  }

  /** Sends a heartbeat now and every `interval` milliseconds, until `stopHeartbeat` or `close`. */
  startHeartbeat({ interval = 60_000, ...fields } = {}) {
    const text = encode(fields);
    translated(() => bare(this).#native.startHeartbeat(text, secondsOnly(interval)), inOurWords);
  }

  stopHeartbeat() {
    bare(this).#native.stopHeartbeat();
  }

  /** Where `getAttachment` downloads from. Nothing is sent. */
  getAttachmentUrl(attachmentId) {
    return bare(this).#native.attachmentUrl(wellFormed('attachment_id', attachmentId));
  }

  /** The same client, with the same connections, whose calls differ in these options. */
  withOptions({ timeout, maxRetries } = {}) {
    const client = bare(this);
    const changed = Object.entries({ timeout, maxRetries }).filter(([, value]) => value !== undefined);
    const shared = new Shared();
    Object.assign(shared, { native: client.#native, callbacks: client.#callbacks, reports: client.#reports });
    Object.assign(shared, { owned: client.#owned, defaults: { ...client.#defaults, ...Object.fromEntries(changed) } });
    // A subclass keeps its methods and properties, whatever its constructor takes: that one does not run again.
    const derived = Object.setPrototypeOf(new DashClaw(shared), Object.getPrototypeOf(client));
    return Object.defineProperties(derived, given(client));
  }

  /** Stops calls under way and refuses later ones. After this no request leaves. */
  async close() {
    if (bare(this).#reports.underWay) await bare(this).#reports.flush();
    bare(this).#native.close();
    await bare(this).#owned?.close();
  }

  toString() {
    return `DashClaw(${this.baseUrl}, agentId: ${this.agentId}${this.closed ? ', closed' : ''})`;
  }

  toJSON() {
    return { baseUrl: this.baseUrl, agentId: this.agentId, agentName: this.agentName, closed: this.closed };
  }

  [inspect.custom]() {
    return this.toString();
  }
}

if (Symbol.asyncDispose) {
  DashClaw.prototype[Symbol.asyncDispose] = function dispose() {
    return this.close();
  };
}

/** What `withOptions` hands to its client. */
class Shared {}

function instanceOf(instance) {
  if (!(instance instanceof Instance)) throw new ConfigurationError('`instance` must be an Instance');
  return Instance.nativeOf(instance);
}

function callback(name, value) {
  if (value === undefined || value === null || typeof value === 'function') return value ?? undefined;
  throw Object.assign(new ConfigurationError(`\`${name}\` must be a function`), { argument: name });
}

/** Text that goes to the native module outside JSON: half a surrogate pair would silently turn into another text. */
function wellFormed(name, text) {
  if (typeof text !== 'string') throw invalid(name, 'must be a string');
  if (/\p{Surrogate}/u.test(text)) throw invalid(name, 'holds an unpaired surrogate, which is not text');
  return text;
}

module.exports = { DashClaw };
