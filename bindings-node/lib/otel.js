'use strict';
// Spans of the program's OpenTelemetry, where it has registered that. Names and attributes are the core's.

const native = require('./native.js');
const { version } = require('../package.json');

/** Where version 1 of `@opentelemetry/api` keeps what the program has registered. */
const REGISTERED = Symbol.for('opentelemetry.js.api.1');

/** The program's `@opentelemetry/api`; undefined when it has registered nothing there, or when that cannot be found from here. */
let found;
function api() {
  const registered = globalThis[REGISTERED];
  if (registered === undefined || (registered.trace === undefined && registered.propagation === undefined)) return undefined;
  found ??= required();
  return found ?? undefined;
}

/** Bundlers let a literal name be absent that stands in a `try`. */
function required() {
  try {
    return require('@opentelemetry/api');
  } catch {
    return null;
  }
}

/** One call of a client. `native` is what it goes over; nothing else of it is of interest without spans. */
class Call {
  constructor(client) {
    this.native = client;
  }

  /** Runs work of the program's own, whose spans stand below this one. */
  work(run) {
    return run();
  }

  end() {}
}

class Traced extends Call {
  #trace;
  #span;
  #context;
  #tracer;
  #api;

  constructor(client, trace, { span, context, tracer, otel }) {
    super(client.traced(trace));
    this.#trace = trace;
    this.#span = span;
    this.#context = context;
    this.#tracer = tracer;
    this.#api = otel;
  }

  work(run) {
    return this.#api.context.with(this.#context, run);
  }

  end(error) {
    if (this.#span.isRecording()) {
      const [own, ...below] = JSON.parse(this.#trace.toJson());
      if (error !== undefined) own.error ??= error?.kind ?? error?.name ?? typeof error;
      this.#fill(this.#span, own);
      const spans = [this.#span];
      for (const told of below) {
        const context = this.#api.trace.setSpan(this.#context, spans[told.parent]);
        const span = this.#tracer.startSpan(told.name, { startTime: told.start, kind: this.#api.SpanKind.CLIENT }, context);
        this.#fill(span, told);
        spans.push(span);
      }
      below.forEach((told, index) => spans[index + 1].end(told.end));
    }
    this.#span.end();
  }

  #fill(span, { attributes, events, error }) {
    span.setAttributes(attributes);
    for (const event of events) span.addEvent(event.name, event.attributes, event.time);
    if (error === null || error === undefined) return;
    span.setAttribute('error.type', error);
    // The words of an error may quote what a server wrote.
    span.setStatus({ code: this.#api.SpanStatusCode.ERROR, message: error });
  }
}

/** A call of `operation`, which is a span where the program has OpenTelemetry. Whoever begins it ends it. */
function begin(client, operation) {
  const otel = api();
  if (otel === undefined) return new Call(client);
  const { name, kind, attributes } = JSON.parse(client.spanStart(operation));
  const tracer = otel.trace.getTracer('dashclaw', version);
  const span = tracer.startSpan(name, { kind: kind === 'client' ? otel.SpanKind.CLIENT : otel.SpanKind.INTERNAL, attributes });
  const context = otel.trace.setSpan(otel.context.active(), span);
  const headers = {};
  otel.propagation.inject(context, headers);
  const pairs = Object.entries(headers).map(([header, value]) => [header, String(value)]);
  if (pairs.length === 0 && !span.isRecording()) return new Call(client);
  return new Traced(client, new native.NativeTrace(operation, pairs), { span, context, tracer, otel });
}

/** Runs `run(native, call)` as a call of `operation`. */
async function traced(client, operation, run) {
  const call = begin(client, operation);
  try {
    const ended = await run(call.native, call);
    call.end();
    return ended;
  } catch (error) {
    call.end(error);
    throw error;
  }
}

module.exports = { begin, traced };
