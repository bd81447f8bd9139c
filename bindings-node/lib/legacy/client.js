'use strict';

const { KeyObject } = require('node:crypto');
const main = require('../client.js');
const { inOlderWords } = require('./errors.js');
const { METHODS } = require('./methods.js');

/** The older client: the same engine, called as it was called then. */
class DashClaw extends main.DashClaw {
  constructor(options = {}) {
    const { swarmId, privateKey, ...rest } = options ?? {};
    super({ ...rest, privateKey: Object.prototype.toString.call(privateKey) === '[object CryptoKey]' ? KeyObject.from(privateKey) : privateKey });
    /** The swarm that the agent belongs to; created actions say so. */
    this.swarmId = swarmId;
  }

  async _ask(begin, signal) {
    return super._ask(begin, signal).catch((error) => {
      throw inOlderWords(error);
    });
  }

  /** Each call is an action of its own, even when the words are the same. */
  async createAction(action, options) {
    const { agentName: agent_name } = this;
    const fields = { agent_name: agent_name ?? undefined, swarm_id: this.swarmId ?? undefined, ...action };
    return this._call('create_action', fields, { idempotency: 'call', ...options });
  }

  /** As ever; what `fn` returned becomes the summary of the outcome. */
  async track(action, fn, options) {
    const summaryOf = (result) => (typeof result === 'string' ? result : JSON.stringify(result));
    return this._track(action, fn, options, summaryOf);
  }

  async guard(context, { includeSignals, ...options } = {}) {
    return this._call('guard', includeSignals ? { ...context, include_signals: true } : context, options);
  }

  async waitForApproval(actionId, { timeout, interval, signal } = {}) {
    const answer = await super.waitForApproval(actionId, { timeout, interval, signal });
    return { action: answer.action ?? answer, action_id: actionId };
  }

  /** What happens on the server, read from the start, whether or not somebody listens. */
  events() {
    const stream = super.events();
    stream._promise = new Promise((resolve) => stream.on('close', resolve));
    // As ever, an error that nobody listens to is none.
    return stream.on('error', () => {});
  }

  async recordDecision(decision, options) {
    return this._call('record_decision', { ...decision, agent_id: this.agentId }, options);
  }

  async reportConnections(connections, options) {
    const listed = connections.map(({ authType = 'api_key', planName, ...connection }) => ({
      auth_type: authType, plan_name: planName, status: 'active', ...connection,
    }));
    return this._call('report_connections', { connections: listed }, options);
  }

  /** The key points of today and the open threads. */
  async getContextSummary() {
    const today = new Date().toISOString().slice(0, 10);
    const [{ points }, { threads }] = await Promise.all([
      this.getKeyPoints({ session_date: today }),
      this.getThreads({ status: 'active' }),
    ]);
    return { points, threads };
  }
}

for (const [name, { operation, read }] of METHODS) {
  const call = async function (...given) {
    return this._call(operation, ...read(given));
  };
  Object.defineProperty(call, 'name', { value: name });
  Object.defineProperty(DashClaw.prototype, name, { value: call, writable: true, configurable: true });
}

module.exports = { DashClaw };
