// The errors: one class for every kind the core knows. `lib/errors.js` defines them.

import type { GuardDecision } from './api.js';

/** Which of the closed set of kinds an error is; the same words in every language. */
export type ErrorKind =
  | 'configuration'
  | 'invalid_argument'
  | 'connection'
  | 'timeout'
  | 'cancelled'
  | 'authentication'
  | 'permission'
  | 'not_found'
  | 'conflict'
  | 'validation'
  | 'rate_limited'
  | 'server'
  | 'malformed_response'
  | 'guard_blocked'
  | 'approval_denied'
  | 'approval_timeout'
  | 'approval_expired'
  | 'receipt_invalid'
  | 'in_doubt'
  | 'outcome_unknown'
  | 'closed'
  | 'instance'
  | 'internal';

/** Any failure of the SDK. Its text and fields never hold an API key, a token or a signing key. */
export declare class DashClawError extends Error {
  constructor(message: string, options?: { cause?: unknown });
  /** Which kind of error it is. */
  readonly kind: ErrorKind;
  /** The server's own code, such as `SIGNATURE_REQUIRED`; otherwise the kind. */
  code: string;
  /** The HTTP status, when the server answered. */
  status?: number;
  /** The server's `details`: a list of messages, or a text. */
  details?: unknown;
  /** The whole JSON body of a refusal. */
  body?: unknown;
  /**
   * The whole JSON body of a refusal, `{}` when it was none: the official client's name for `body`. The verdict of a
   * `GuardBlockedError`, the action's status of an `ApprovalDeniedError`.
   */
  readonly decision?: unknown;
  /** The server's id for the request. */
  requestId?: string;
  /** Whether the same call may succeed later. */
  retryable: boolean;
  /** How long the server asks to wait, in milliseconds. */
  retryAfter?: number;
  /** The key that the request carried: send the same one to ask or repeat safely. */
  idempotencyKey?: string;
  /** The operation that failed, snake_case. */
  operation?: string;
  /** The argument or option at fault. */
  argument?: string;
  /** What the record's state is, for a conflict. */
  currentStatus?: string;
  /** The action that this is about. */
  actionId?: string;
}

/** An option of the client is missing or unusable; `argument` names it. */
export declare class ConfigurationError extends DashClawError {}

/** An argument is missing, of the wrong type, or an id of the wrong kind. Nothing was sent. */
export declare class InvalidArgumentError extends DashClawError {}

/** The server could not be reached. Nothing was sent. */
export declare class ConnectionFailedError extends DashClawError {}

/** The deadline passed, and it is certain that nothing was changed. */
export declare class RequestTimeoutError extends DashClawError {}

/**
 * The call was stopped, and it is certain that nothing was changed. Its `name` is `AbortError`, its `cause` the signal's
 * reason.
 */
export declare class CallCancelledError extends DashClawError {}

/** 401: the API key is missing or wrong. */
export declare class AuthenticationError extends DashClawError {}

/** 402 or 403: the key may not do this, or a quota is used up. */
export declare class PermissionDeniedError extends DashClawError {}

/** 404: there is no such record. */
export declare class NotFoundError extends DashClawError {}

/** 409 or 410: the record's state forbids it; `currentStatus` says what the state is. */
export declare class ConflictError extends DashClawError {}

/** 400, 413 or 422: the server refused the request's content. */
export declare class ValidationError extends DashClawError {}

/** 429: too many requests; `retryAfter` says how many milliseconds to wait. */
export declare class RateLimitedError extends DashClawError {}

/** 5xx: the server failed. */
export declare class ServerError extends DashClawError {}

/** The answer is not what this operation returns. It is never taken for permission. */
export declare class MalformedResponseError extends DashClawError {}

/**
 * A policy blocks the action. Any call throws it that the server refuses with a verdict; throw it yourself with what
 * `guard` returned.
 */
export declare class GuardBlockedError extends DashClawError {
  constructor(decision: GuardDecision | Record<string, unknown>);
  /** The verdict, as `guard` returns it. */
  readonly decision: GuardDecision;
}

/** A human denied the action. */
export declare class ApprovalDeniedError extends DashClawError {
  constructor(message?: string, decision?: string);
  /** The action's status: `failed` or `cancelled`. */
  readonly decision?: string;
}

/** Nobody decided before the deadline. The request for approval still stands. */
export declare class ApprovalTimeoutError extends DashClawError {}

/** The request for approval expired on the server. */
export declare class ApprovalExpiredError extends DashClawError {}

/** A receipt is not valid; `details` holds the code of the check that failed. */
export declare class ReceiptInvalidError extends DashClawError {}

/**
 * An earlier run of this intent began, and nobody knows whether it took effect. Waiting settles nothing: look, then report
 * with `reportActionOutcome` for `actionId`, or run it again with `rerun`.
 */
export declare class OutcomeInDoubtError extends DashClawError {}

/**
 * A write may or may not have happened: the connection failed, the deadline passed or the call was stopped after it was
 * sent. Ask, or repeat with the same `idempotencyKey`.
 */
export declare class OutcomeUnknownError extends DashClawError {}

/** The client was closed. */
export declare class ClientClosedError extends DashClawError {}

/** The embedded instance cannot run: its database is locked or corrupt, a policy file is unreadable. */
export declare class InstanceError extends DashClawError {}

/** A defect of the SDK itself. */
export declare class InternalError extends DashClawError {}
