'use strict';
// What the older client throws: the same errors, with its texts and fields.

const { CLASSES } = require('../errors.js');

/** A policy blocks the action. */
class GuardBlockedError extends CLASSES.GuardBlockedError {
  constructor(verdict) {
    const { decision = 'block', reasons = [], warnings = [], matched_policies: matchedPolicies = [], risk_score: riskScore } = verdict;
    super(decision, `Guard blocked action: ${decision}. Reasons: ${reasons.join('; ') || 'no reason'}`);
    Object.assign(this, { decision, reasons, warnings, matchedPolicies, riskScore: riskScore ?? null });
  }
}

/** A human denied the action. */
class ApprovalDeniedError extends CLASSES.ApprovalDeniedError {
  constructor(message) {
    super(message);
    delete this.decision;
  }
}

/** What the older client would have thrown. */
function inOlderWords(error) {
  if (error instanceof CLASSES.GuardBlockedError) return with_(new GuardBlockedError(error.decision), error);
  if (error instanceof CLASSES.ApprovalDeniedError) return with_(new ApprovalDeniedError(error.message), error);
  if (error.status !== undefined) error.message = error.body?.error ?? `Request failed with status ${error.status}`;
  return error;
}

/** `error` with what else is known. */
function with_(error, { code, status, details, body, requestId, actionId, stack }) {
  return Object.assign(error, { code, status, details, body, requestId, actionId, stack });
}

module.exports = { ApprovalDeniedError, GuardBlockedError, inOlderWords };
