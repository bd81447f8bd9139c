// What bundlers take for browsers and edge runtimes.

throw Object.assign(
  new Error(
    'dashclaw is a native module: it runs in Node and Bun, and neither in a browser nor in an edge runtime. Call it on your ' +
      "server. In Next.js: `export const runtime = 'nodejs'` where it is imported, and no import of it below 'use client'.",
  ),
  { code: 'DASHCLAW_UNSUPPORTED_RUNTIME' },
);

// The names of the package, so that bundlers get as far as the sentence above.
export let
  ApprovalDeniedError, ApprovalExpiredError, ApprovalTimeoutError, AuthenticationError, CallCancelledError,
  canonicalJson, ClientClosedError, ConfigurationError, ConflictError, ConnectionFailedError, DashClaw,
  DashClawError, deriveIdempotencyKey, GuardBlockedError, Instance, InstanceError, InternalError,
  InvalidArgumentError, MalformedResponseError, NotFoundError, OpenClawAgent, OutcomeInDoubtError,
  OutcomeUnknownError, PermissionDeniedError, printable, RateLimitedError, ReceiptInvalidError, RequestTimeoutError,
  ServerError, signAction, ValidationError, verifyReceipt, version;
export { DashClaw as default };
