'use strict';

const { ApprovalDeniedError, DashClaw, GuardBlockedError } = require('./lib/legacy/index.js');

// One by one, so that tools which only read this file see what there is.
Object.defineProperty(exports, '__esModule', { value: true });
exports.default = DashClaw;
exports.DashClaw = DashClaw;
exports.OpenClawAgent = DashClaw;
exports.GuardBlockedError = GuardBlockedError;
exports.ApprovalDeniedError = ApprovalDeniedError;
