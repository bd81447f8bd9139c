// The older client of the official package. `lib/legacy` defines it.

import type { CallOptions } from './options.js';
import type { ActionDetail, CreatedAction, GuardDecision } from './api.js';
import * as main from './index.js';

/** The options of an older client. */
export interface LegacyOptions extends Omit<main.ClientOptions, 'privateKey'> {
  /** The swarm that the agent belongs to; created actions say so. */
  swarmId?: string | null;
  /** Signs created actions: what the newer client takes, or a `CryptoKey`. */
  privateKey?: main.PrivateKey | object;
}

/** The methods that send an operation of their name and return what the server answers. */
type LegacyMethod =
  | 'acknowledgeDriftAlert' | 'addThreadEntry' | 'analyzeGaps' | 'approveAction' | 'archiveMessages' | 'broadcast'
  | 'captureKeyPoint' | 'closeThread' | 'completeRoutingTask' | 'computeDriftBaselines' | 'computeLearningCurves'
  | 'computeLearningVelocity' | 'createCalendarEvent' | 'createCapability' | 'createComplianceExport'
  | 'createComplianceSchedule' | 'createEvalRun' | 'createGoal' | 'createHandoff' | 'createMessageThread'
  | 'createOrg' | 'createPairing' | 'createPairingFromPrivateJwk' | 'createPromptTemplate' | 'createPromptVersion'
  | 'createScore' | 'createScorer' | 'createThread' | 'createWebhook' | 'deleteComplianceExport'
  | 'deleteComplianceSchedule' | 'deleteDriftAlert' | 'deleteFeedback' | 'deleteRoutingAgent' | 'deleteScorer'
  | 'deleteSnippet' | 'deleteWebhook' | 'detectDrift' | 'downloadComplianceExport' | 'getAction' | 'getActionTrace'
  | 'getActions' | 'getActivityLogs' | 'getApproaches' | 'getAssumption' | 'getCapability' | 'getCapabilityHealth'
  | 'getComplianceEvidence' | 'getComplianceExport' | 'getComplianceReport' | 'getComplianceTrends'
  | 'getDailyDigest' | 'getDriftMetrics' | 'getDriftReport' | 'getDriftSnapshots' | 'getDriftStats' | 'getEvalRun'
  | 'getEvalRuns' | 'getEvalStats' | 'getFeedback' | 'getFeedbackStats' | 'getGuardDecisions' | 'getHandoffs'
  | 'getIdentities' | 'getInbox' | 'getKeyPoints' | 'getLatestHandoff' | 'getLearningAnalyticsSummary'
  | 'getLearningCurves' | 'getLearningVelocity' | 'getMaturityLevels' | 'getMessage' | 'getMessageThreads'
  | 'getMessages' | 'getOpenLoops' | 'getOrg' | 'getOrgById' | 'getOrgKeys' | 'getPairing' | 'getPendingApprovals'
  | 'getPreferenceSummary' | 'getProofReport' | 'getRecommendationMetrics' | 'getRecommendations' | 'getRoutingAgent'
  | 'getRoutingHealth' | 'getRoutingStats' | 'getScorers' | 'getScores' | 'getSentMessages' | 'getSignals'
  | 'getSnippet' | 'getSnippets' | 'getThreads' | 'getWebhookDeliveries' | 'getWebhooks' | 'heartbeat'
  | 'importPolicies' | 'invokeCapability' | 'listCapabilities' | 'listCapabilityHealth' | 'listComplianceExports'
  | 'listComplianceSchedules' | 'listDriftAlerts' | 'listFeedback' | 'listFrameworks' | 'listRoutingAgents'
  | 'listRoutingTasks' | 'logMood' | 'logObservation' | 'mapCompliance' | 'markRead' | 'rebuildRecommendations'
  | 'recommendAction' | 'recordContent' | 'recordDriftSnapshots' | 'recordIdea' | 'recordInteraction'
  | 'recordRecommendationEvents' | 'registerAssumption' | 'registerIdentity' | 'registerOpenLoop'
  | 'registerRoutingAgent' | 'renderPrompt' | 'reportMemoryHealth' | 'reportSecurityFinding'
  | 'reportTokenUsage' | 'resolveFeedback' | 'resolveMessageThread' | 'resolveOpenLoop' | 'saveSharedDoc'
  | 'saveSnippet' | 'scanContent' | 'scanPromptInjection' | 'sendMessage' | 'setPreference'
  | 'setRecommendationActive' | 'submitFeedback' | 'submitRoutingTask' | 'syncState' | 'testCapability'
  | 'testPolicies' | 'testWebhook' | 'trackApproach' | 'updateCapability' | 'updateComplianceSchedule' | 'updateOrg'
  | 'updateOutcome' | 'updateRoutingAgentStatus' | 'updateScorer' | 'useSnippet' | 'validateAssumption';

interface LegacyMethods extends Record<LegacyMethod, (...args: any[]) => Promise<any>> {
  createAction(action: Record<string, unknown>, options?: CallOptions): Promise<CreatedAction & { action_id: string }>;
  guard(context: Record<string, unknown>, options?: CallOptions & { includeSignals?: boolean }): Promise<GuardDecision>;
  waitForApproval(
    actionId: string,
    options?: main.WaitOptions & { useEvents?: boolean },
  ): Promise<{ action: ActionDetail['action']; action_id: string }>;
  events(options?: { reconnect?: boolean; maxRetries?: number; retryInterval?: number }): main.EventStream;
  recordDecision(decision: Record<string, unknown>, options?: CallOptions): Promise<any>;
  reportConnections(connections: object[], options?: CallOptions): Promise<any>;
  getContextSummary(): Promise<{ points: any; threads: any }>;
}

/**
 * The older client: the same engine, called as it was called then.
 *
 * @deprecated Use the client of `dashclaw`.
 */
export type DashClaw = Omit<main.DashClaw, keyof LegacyMethods> & LegacyMethods;
/** @deprecated Use the client of `dashclaw`. */
export declare const DashClaw: new (options?: LegacyOptions) => DashClaw;
/** @deprecated Use the client of `dashclaw`. */
export type OpenClawAgent = DashClaw;
/** @deprecated Use the client of `dashclaw`. */
export declare const OpenClawAgent: typeof DashClaw;

/** A policy blocks the action. */
export declare class GuardBlockedError extends main.DashClawError {
  constructor(verdict: object);
  /** The verdict's word. */
  readonly decision: string;
  /** Why. */
  reasons: string[];
  /** What else was found. */
  warnings: string[];
  /** The policies that decided. */
  matchedPolicies: string[];
  /** 0 to 100. */
  riskScore: number | null;
}

/** A human denied the action. */
export declare class ApprovalDeniedError extends main.DashClawError {
  constructor(message?: string);
}
