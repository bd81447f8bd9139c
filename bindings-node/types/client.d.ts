// What `lib` defines by hand. The operations and their types are generated: operations.d.ts, api.d.ts.

import type {
  ActionDetail, ActionList, CompletedWorkOrder, CreateAction, CreatedAction, GuardDecision, Heartbeat, OtherWord, Outcome,
  WorkOrder, WorkOrderCost,
} from './api.js';
import type { CamelCreateAction, CamelHeartbeat } from './camel.js';
import type { DashClawError } from './errors.js';
import type { CallOptions } from './operations.js';
import { Operations } from './operations.js';
import type { AbortSignal, URL } from './platform.js';

export type Mode = 'off' | 'warn' | 'enforce';
export type Role = 'admin' | 'member' | 'readonly';

/** A `KeyObject` of `node:crypto`. */
export interface KeyObject {
  readonly type: string;
  export(options?: any): any;
}

/** An RSA private key: PEM, a JWK, or a key of `node:crypto`. */
export type PrivateKey = string | Uint8Array | KeyObject | Record<string, unknown>;

export type LogLevel = 'off' | 'error' | 'warn' | 'info' | 'debug' | 'trace';

/**
 * What a client tells what it does: a text for people, then the same as an object, `{ event, operation, … }`. What a method
 * throws is a warning of the process. It runs in the context (`AsyncLocalStorage`) of the call that it is about.
 */
export interface Logger {
  error(message: string, ...rest: any[]): unknown;
  warn(message: string, ...rest: any[]): unknown;
  info(message: string, ...rest: any[]): unknown;
  debug(message: string, ...rest: any[]): unknown;
}

/** The options of a client. */
export interface ClientOptions {
  /** Where the server is; otherwise the variable `DASHCLAW_BASE_URL`. */
  baseUrl?: string;
  /** Otherwise `DASHCLAW_API_KEY`. */
  apiKey?: string;
  /** Which agent acts; otherwise `DASHCLAW_AGENT_ID`. */
  agentId?: string;
  /** The agent's name for people. */
  agentName?: string | null;
  /** A JWT of your identity provider that proves which agent acts. */
  authToken?: string | null;
  /** How long one call may take in all, in milliseconds. 30,000 unless given. */
  timeout?: number;
  /** How often a request that is safe to repeat is repeated. 2 unless given. */
  maxRetries?: number;
  /** The URL of an HTTP proxy; otherwise the usual variables. */
  proxy?: string;
  /** More certificate authorities: PEM text, or the path of a PEM file. */
  caBundle?: string;
  /** Your product, put before the SDK's own name. */
  userAgent?: string;
  /** The most bytes that an answer may have. */
  maxResponseBytes?: number;
  /** Signs created actions. */
  privateKey?: PrivateKey;
  /** Asks guard before an action is created: `warn` tells, `enforce` throws a `GuardBlockedError`. */
  guardMode?: Mode;
  /** Is given every decision that `guardMode` asks for. */
  guardCallback?: (decision: GuardDecision) => unknown;
  /** Reads what was learned before an action is created: `warn` tells, `enforce` adapts the action. */
  autoRecommend?: Mode;
  /** The least confidence, 0 to 100, of a recommendation that is applied. 70 unless given. */
  recommendationConfidenceMin?: number;
  /** Is given every recommendation that `autoRecommend` reads. */
  recommendationCallback?: (recommendation: Record<string, unknown>) => unknown;
  /** `wait` lets `createAction` wait for the approval of an action that needs one. */
  hitlMode?: 'off' | 'wait';
  /** Where a pending approval is announced: `stdout` unless given; otherwise `DASHCLAW_APPROVAL_BANNER`. */
  approvalBanner?: 'stdout' | 'stderr' | 'off';
  /** Is told what the client does: `console`, or a logger of winston, pino and the like. Never a secret or a body. */
  logger?: Logger | null;
  /** How much the logger is told; `info` unless given. `trace` is told with `debug`. */
  logLevel?: LogLevel;
  /** An embedded instance to reach instead of a server. */
  instance?: Instance;
  /** What the client may do there; `member` unless given. */
  role?: Role;
}

/** Where an embedded instance keeps its data, and what governs it. */
export interface InstanceOptions {
  /** The database file, or a folder in which it is `dashclaw.db`. Without one everything is gone at the end. */
  path?: string | URL;
  /**
   * A YAML file of policies, or `starter` for those that come with the package. At each start it replaces the policies that came
   * from a file before.
   */
  policies?: string | URL;
}

/** How to wait for an approval. */
export interface WaitOptions {
  /** How long to wait in all, in milliseconds. 300,000 unless given. */
  timeout?: number;
  /** How often the action is read beside the event stream, in milliseconds. 5,000 unless given. */
  interval?: number;
  /** Stops the waiting. */
  signal?: AbortSignal;
}

/** What a worker takes, and how it waits. */
export interface WorkerOptions {
  /** Only work of these types; any unless given. */
  types?: readonly string[];
  /** How often an empty queue is asked, in milliseconds, give or take a quarter. 5,000 unless given. */
  interval?: number;
  /** Stops the worker. */
  signal?: AbortSignal;
}

/** A work order that was claimed. It is to be completed or failed. */
export interface ClaimedOrder {
  /** The order as the server wrote it. */
  readonly order: WorkOrder;
  /** Which order. */
  readonly id: string;
  /** Work of which type. */
  readonly type: string;
  /** What the work is about. */
  readonly input: any;
  /**
   * Reports that the work is done.
   *
   * @param output - What came out, as the type's contract wants it. After a `ValidationError` the order is still to be
   *   completed or failed.
   * @param cost - What it cost.
   */
  complete(output: object, cost?: Partial<WorkOrderCost> | null, options?: { signal?: AbortSignal }): Promise<CompletedWorkOrder>;
  /** Reports that it could not be done: a word for programs, a text for people. */
  fail(code: string, message: string, options?: { signal?: AbortSignal }): Promise<CompletedWorkOrder>;
}

/** How governed work is run. */
export interface GovernedOptions extends WaitOptions, Omit<CallOptions, 'timeout' | 'onReplay'> {
  /** Runs an intent again whose earlier run failed, was lost, or is in doubt. What was refused stays refused. */
  rerun?: boolean;
}

/** How `runGoverned` ended. */
export interface Run<T> {
  /** The action it ran under. */
  actionId: string;
  /** Whether the work ran now; otherwise an earlier run of the same intent had completed it. */
  ran: boolean;
  /** What the work returned now. */
  result: T | undefined;
  /** The recorded outcome of the earlier run. */
  outcome: Outcome | null;
  /** Why the outcome of this run could not be reported. The work is done nevertheless. */
  reportError: DashClawError | undefined;
}

/** The arguments of `createAction` for an action that `track` runs. */
export interface TrackedAction extends CreateAction {
  /** Where the idempotency key comes from: `call`, each run is an action of its own, unless given. */
  idempotency?: 'intent' | 'call';
}

/** The arguments of `heartbeat` for those that go out again and again. */
export interface RegularHeartbeat extends Heartbeat {
  /** How often, in milliseconds. 60,000 unless given. */
  interval?: number;
}

// In camel case; see camel.d.ts.
declare abstract class CamelTrackedAction extends CamelCreateAction {
  /** Where the idempotency key comes from: `call`, each run is an action of its own, unless given. */
  idempotency?: 'intent' | 'call';
}
declare abstract class CamelRegularHeartbeat extends CamelHeartbeat {
  /** How often, in milliseconds. 60,000 unless given. */
  interval?: number;
}

/** What happened on the server. */
export interface ServerEvent {
  /** The cursor to resume behind; empty for events that cannot be resumed behind. */
  id: string;
  /** What happened: `action.updated`, `guard.decision.created`, … */
  event: string;
  /** The record it happened to. */
  data: any;
}

/** The types of events that servers send; there may be others. */
export type EventType =
  | 'action.created' | 'action.updated' | 'action.cost_exceeded' | 'agent.heartbeat' | 'connected' | 'decision.created'
  | 'guard.decision.created' | 'loop.created' | 'loop.updated' | 'message.created' | 'policy.updated' | 'signal.detected'
  | 'token.usage' | OtherWord;

/**
 * A subscription to the server's events: something to listen to, or to loop over with `for await`. It reconnects by itself.
 *
 * While somebody listens or loops, the process stays alive. Where both do, both have every event, when the loop comes to it.
 */
export interface EventStream extends AsyncIterableIterator<ServerEvent> {
  /** The cursor behind the last event; give it to a later stream to go on where this one ended. */
  readonly lastEventId: string;
  /** Calls `listener` with the error that ends the stream. It is a warning of the process where nobody listens to it. */
  on(type: 'error', listener: (error: DashClawError) => void): this;
  /** Calls `listener` at the end of the stream, however it comes. */
  on(type: 'close', listener: () => void): this;
  /**
   * Calls `listener` with each event of this type: its data, and the whole event. What it throws is a warning of the process.
   * It runs in the context (`AsyncLocalStorage`) in which it was added.
   */
  on(type: EventType, listener: (data: any, event: ServerEvent) => void): this;
  /** The same as `on`, for the next one only. */
  once(type: 'error', listener: (error: DashClawError) => void): this;
  once(type: 'close', listener: () => void): this;
  once(type: EventType, listener: (data: any, event: ServerEvent) => void): this;
  /** Takes back one `on` or `once`. While nobody listens nothing is read; what happens meanwhile comes later. */
  off(type: EventType | 'error' | 'close', listener: (...given: any[]) => void): this;
  /** The same as `on`. */
  addListener: EventStream['on'];
  /** The same as `off`. */
  removeListener: EventStream['off'];
  /** Ends the stream; whoever waits for an event learns that it is over. */
  close(): void;
  [Symbol.asyncIterator](): EventStream;
  [Symbol.asyncDispose](): Promise<void>;
}

/** The actions that wait for a human, again whenever one has come or gone. */
export interface PendingApprovals extends AsyncIterableIterator<ActionList> {
  /** Ends it; whoever waits for a change learns that it is over. */
  close(): void;
  [Symbol.asyncIterator](): PendingApprovals;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Whether a receipt is valid, or which check failed. */
export interface Verification {
  /** Whether every check passed. */
  valid: boolean;
  /** Once it is known. */
  kind: 'non_fabrication' | 'bundle' | 'reputation' | 'work_order' | null;
  /** The key that the document names, once it is found among the published ones. */
  kid: string | null;
  /** The code of the first check that failed. */
  reason: string | null;
  /** The same for people. */
  message: string | null;
}

/** A JSON document: text or bytes exactly as issued, or the value it stands for. */
export type JsonDocument = string | Uint8Array | object;

/** Requests about one action, without repeating its id. */
export interface ActionContext {
  /** Sends a message about the action. */
  sendMessage(message: {
    to?: string;
    type?: string;
    subject?: string;
    body: string;
    threadId?: string;
    urgent?: boolean;
  }): Promise<any>;
  /** Records what the action rests on. */
  recordAssumption(assumption: Record<string, unknown>): Promise<any>;
  /** Changes the action's status and results. */
  updateOutcome(outcome: Record<string, unknown>): Promise<any>;
}

/** The methods about capabilities under shorter names. */
export interface Capabilities {
  /** See {@link DashClaw.listCapabilities}. */
  readonly list: Operations['listCapabilities'];
  /** See {@link DashClaw.createCapability}. */
  readonly create: Operations['createCapability'];
  /** See {@link DashClaw.getCapability}. */
  readonly get: Operations['getCapability'];
  /** See {@link DashClaw.updateCapability}. */
  readonly update: Operations['updateCapability'];
  /** See {@link DashClaw.invokeCapability}. */
  readonly invoke: Operations['invokeCapability'];
  /** See {@link DashClaw.testCapability}. */
  readonly test: Operations['testCapability'];
  /** See {@link DashClaw.getCapabilityHealth}. */
  readonly getHealth: Operations['getCapabilityHealth'];
  /** See {@link DashClaw.listCapabilityHealth}. */
  readonly listHealth: Operations['listCapabilityHealth'];
  /** See {@link DashClaw.getCapabilityHistory}. */
  readonly getHistory: Operations['getCapabilityHistory'];
}

/** What agents do through the server. */
export interface Execution {
  /** The methods about capabilities under shorter names. */
  readonly capabilities: Capabilities;
}

/**
 * A client of one DashClaw server, for one agent. Every operation of the API is a method. Arguments that cannot be right
 * reject; only the constructor and `deriveIdempotencyKey` throw at once. Times are milliseconds.
 */
export declare class DashClaw extends Operations {
  /**
   * Makes a client. Nothing is sent before the first call.
   *
   * @throws `ConfigurationError`: An option is missing or unusable.
   */
  constructor(options?: ClientOptions);

  /** The same as the constructor, which the official CommonJS package has beside it. */
  static create<T extends DashClaw>(this: new (options: any) => T, options?: ClientOptions): Promise<T>;

  /**
   * A client with a governance server of its own inside this process; closing the client closes it. It is an agent's: it
   * asks, acts and reports, and does not approve. Where a human approves, open an {@link Instance} and take two clients of
   * it: `instance.client({ agentId })` for the agent and `instance.client({ agentId: 'operator', role: 'admin' })` for the
   * human.
   *
   * @throws `InstanceError`: The database is locked or corrupt, or the policy file has a mistake.
   */
  static embedded<T extends DashClaw>(
    this: new (options: any) => T,
    options?: InstanceOptions & Omit<ClientOptions, 'baseUrl' | 'apiKey' | 'instance'>,
  ): T;

  /** Where the server is. */
  readonly baseUrl: string;
  /** Which agent acts. */
  readonly agentId: string;
  /** The agent's name for people. */
  readonly agentName: string | null;
  /** Whether the client was closed. */
  readonly closed: boolean;
  /** Capabilities under the names that the official client prefers: `claw.execution.capabilities.invoke(…)`. */
  readonly execution: Execution;

  // Only the replays of old servers lack the id, and every program needs it.
  createAction(action: CreateAction | CamelCreateAction, options?: CallOptions): Promise<CreatedAction & { action_id: string }>;

  /**
   * Calls an operation by its name, for what this version has no method for.
   *
   * @param operation - Its name: `createAction` or `create_action`.
   * @param args - Its arguments by their names on the wire.
   */
  call(operation: string, args?: object, options?: CallOptions): Promise<any>;

  /**
   * Waits until a human has decided about an action, and returns it as `getAction` does.
   *
   * @param actionId - The action, as `createAction` returned it.
   * @throws `ApprovalDeniedError`: A human said no.
   * @throws `ApprovalExpiredError`: The request expired on the server.
   * @throws `ApprovalTimeoutError`: Nobody decided in time; the request stands.
   */
  waitForApproval(actionId: string, options?: WaitOptions): Promise<ActionDetail>;

  /**
   * What happens on the server, as it happens: to listen to (`on`), or to loop over. Leaving a `for await` loop ends the
   * subscription.
   *
   * @param options - `lastEventId` starts behind that event instead of now; the server keeps 10 minutes.
   */
  events(options?: { lastEventId?: string; signal?: AbortSignal }): EventStream;

  /**
   * The actions that wait for a human, as they change: what `getPendingApprovals` returns, at once and then whenever an
   * action has come or gone. Leaving a `for await` loop ends it.
   *
   * @param options - `interval`: how often the list is read beside the event stream, in milliseconds. 15,000 unless given.
   */
  pendingApprovals(options?: { interval?: number; signal?: AbortSignal }): PendingApprovals;

  /**
   * Asks guard, records the action, waits for approval, runs `fn` and reports its outcome.
   *
   * `fn` runs only when it is allowed. The same intent within an hour is not run again once it was completed: then the
   * recorded outcome is returned.
   *
   * @param action - The arguments of `createAction`.
   * @param fn - The work; it is given the action's id. What it throws is reported and thrown again.
   */
  runGoverned<T>(
    action: CreateAction | CamelCreateAction,
    fn: (actionId: string) => T | Promise<T>,
    options?: GovernedOptions,
  ): Promise<Run<T>>;

  /**
   * Records `fn` as an action: completed at its end, failed when it throws. It does not run when the action is blocked, or
   * still awaits approval (`hitlMode: 'wait'` waits for that). Each run is an action of its own unless you pass an
   * `idempotency_key`.
   *
   * @returns What `fn` returned.
   */
  track<T>(
    action: TrackedAction | CamelTrackedAction,
    fn: (action: { action_id: string }) => T | Promise<T>,
    options?: CallOptions,
  ): Promise<T>;

  /**
   * Works: yields each work order that is claimed, as soon as there is one. Leaving the loop ends the worker.
   *
   * An order that is neither completed nor failed when the loop goes on or ends is reported as failed, so that none stays
   * claimed. While the queue is empty it is asked again and again; errors that may pass are waited out.
   */
  workOrders(options?: WorkerOptions): AsyncIterableIterator<ClaimedOrder>;

  /** Messages, assumptions and the outcome of one action, without repeating its id. */
  actionContext(actionId: string): ActionContext;

  /** See the function {@link deriveIdempotencyKey}. */
  deriveIdempotencyKey(parts: object): string;
  /** See the function {@link deriveIdempotencyKey}. */
  static deriveIdempotencyKey(parts: object): string;

  /** Verifies a receipt against the server's published keys, which are kept as long as the server allows. */
  verifyReceipt(document: JsonDocument, options?: { signal?: AbortSignal }): Promise<Verification>;

  /**
   * Verifies a receipt as `verifyReceipt` does.
   *
   * @throws `ReceiptInvalidError`: It is not valid.
   */
  requireValidReceipt(document: JsonDocument, options?: { signal?: AbortSignal }): Promise<Verification>;

  /**
   * Makes an OpenAI or Anthropic client report the tokens that its calls use: `messages.create` of an Anthropic client,
   * `chat.completions.create` and `responses.create` of an OpenAI client, and what calls those, as `stream` and `parse` do.
   * A stream is reported when it has ended; OpenAI sends the usage of a chat stream only with
   * `stream_options: { include_usage: true }`. Tokens of a prompt cache are not counted.
   *
   * Reports are sent in the background. They never delay a call of the model, nor make it fail; one that cannot be sent is
   * lost. `close` waits for the last ones, at most 2 seconds.
   *
   * @param llmClient - The client; wrapping it twice is wrapping it once.
   * @param options - `provider` says whose it is, when that cannot be seen from its methods.
   * @returns The same client.
   * @throws `InvalidArgumentError`: It is neither, or the provider is unknown.
   */
  wrapClient<T extends object>(llmClient: T, options?: { provider?: 'anthropic' | 'openai' }): T;

  /**
   * Sends a heartbeat now and every `interval` milliseconds (60,000 unless given), until `stopHeartbeat` or `close`. One
   * that fails is skipped; while it runs, another start does nothing. It does not keep the process alive.
   */
  startHeartbeat(options?: RegularHeartbeat | CamelRegularHeartbeat): void;
  /** Stops what `startHeartbeat` started; does nothing when nothing runs. */
  stopHeartbeat(): void;

  /** Where `getAttachment` downloads from. Nothing is sent; whoever opens it needs the API key. */
  getAttachmentUrl(attachmentId: string): string;

  /**
   * The same client, with the same connections, whose calls differ in these options. For a subclass it is one of that class,
   * with a copy of its properties; its constructor does not run again, so that `#private` fields are not there.
   */
  withOptions(options: { timeout?: number; maxRetries?: number }): this;

  /** Stops calls under way and refuses later ones. After this no request leaves. */
  close(): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;

  /** What may be shown: no secret. */
  toJSON(): { baseUrl: string; agentId: string; agentName: string | null; closed: boolean };
}

/** A governance server without a port. Its clients call it directly. */
export declare class Instance {
  /**
   * Opens an instance.
   *
   * @throws `InstanceError`: The database is locked or corrupt, or the policy file has a mistake.
   */
  constructor(options?: InstanceOptions);

  /**
   * A client of this instance.
   *
   * @param options - Those of `DashClaw`; `role` is `member` (everything but administration and approvals) unless given,
   *   and `admin` for an operator. Each client is a principal of its own, and whoever created an action cannot approve it.
   */
  client(options?: Omit<ClientOptions, 'baseUrl' | 'apiKey' | 'instance'>): DashClaw;

  /** Ends streams, writes what waits, frees the database. Later calls of its clients fail. */
  close(): Promise<void>;
  /** The same as `close`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
  /** The same at once, for `using`: it blocks until the database is free. */
  [Symbol.dispose](): void;
}

/**
 * The idempotency key of `parts`: 64 hex digits, the same in every language. Null and undefined count as empty.
 *
 * @throws `InvalidArgumentError`: A part identifies nothing: NaN, a function, a symbol.
 */
export declare function deriveIdempotencyKey(parts: object): string;

/**
 * The canonical JSON of `value`. `integrity` is what receipts hash and sign, `plain` what agents sign, `rfc8785` the
 * standard.
 */
export declare function canonicalJson(value: unknown, layer?: 'plain' | 'integrity' | 'rfc8785'): string;

/**
 * Verifies a receipt offline against a published key set (`/.well-known/jwks.json`). A receipt that is not valid is an
 * answer, not an error.
 */
export declare function verifyReceipt(document: JsonDocument, jwks: JsonDocument): Verification;

/**
 * `text` on one line of a terminal, as it is: what a terminal would obey, hide or turn around is written as an escape.
 * Whatever a server or an agent wrote goes through this before it is printed: a goal, a reason, the text of an error. What is
 * longer than 1000 characters is cut.
 */
export declare function printable(text: unknown): string;

/** The signature of an action for its member `_signature`: RSASSA-PKCS1-v1_5 with SHA-256 in base64. */
export declare function signAction(payload: object, key: PrivateKey): string;

/** The version of the SDK. */
export declare const version: string;

export type { CamelRegularHeartbeat, CamelTrackedAction };
