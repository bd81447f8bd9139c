'use strict';
// The methods of the older client, each over the operation of its name.

const { snake } = require('../options.js');

/**
 * A name stands for an argument by position, `..` for an object with the others. Behind a bar stands another way to call
 * the same method.
 */
const SIGNATURES = `
  createPairing(..) | (publicKeyPem, algorithm, agentName)
  createPairingFromPrivateJwk(privateJwk, ..)
  getPairing(pairingId)
  registerIdentity(..) | (agentId, publicKey, algorithm)
  getIdentities()
  getOrg()
  createOrg(..)
  getOrgById(orgId)
  updateOrg(orgId, ..)
  getOrgKeys(orgId)

  getActions(..)
  getAction(actionId)
  getActionTrace(actionId)
  updateOutcome(actionId, ..)
  approveAction(actionId, decision, reasoning)
  getPendingApprovals(..)
  registerOpenLoop(..)
  resolveOpenLoop(loopId, status, resolution)
  getOpenLoops(..)
  registerAssumption(..)
  getAssumption(assumptionId)
  validateAssumption(assumptionId, validated, invalidatedReason)
  getDriftReport(..)
  getGuardDecisions(..)
  getSignals()

  getRecommendations(..)
  getRecommendationMetrics(..)
  recordRecommendationEvents(..) | (events)
  setRecommendationActive(recommendationId, active)
  rebuildRecommendations(..)
  recommendAction(action)
  getLearningVelocity(..)
  getLearningCurves(..)
  computeLearningVelocity(..)
  computeLearningCurves(..)
  getLearningAnalyticsSummary(..)
  getMaturityLevels()

  heartbeat(..)
  reportTokenUsage(..)
  createGoal(..)
  recordContent(..)
  recordInteraction(..)
  createCalendarEvent(..)
  recordIdea(..)
  reportMemoryHealth(..)
  createHandoff(..)
  getHandoffs(..)
  getLatestHandoff()
  captureKeyPoint(..)
  getKeyPoints(..)
  createThread(..)
  getThreads(..)
  addThreadEntry(threadId, content, entryType)
  closeThread(threadId, summary)
  saveSnippet(..)
  getSnippets(..)
  getSnippet(snippetId)
  useSnippet(snippetId)
  deleteSnippet(snippetId)
  logObservation(..)
  setPreference(..)
  logMood(..)
  trackApproach(..)
  getPreferenceSummary()
  getApproaches(..)
  getDailyDigest(date)
  syncState(..)

  scanContent(text, destination)
  reportSecurityFinding(text, destination)
  scanPromptInjection(text, ..)
  sendMessage(..)
  getInbox(..)
  getSentMessages(..)
  getMessages(..)
  getMessage(messageId)
  markRead(messageIds)
  archiveMessages(messageIds)
  broadcast(..)
  createMessageThread(..)
  getMessageThreads(..)
  resolveMessageThread(threadId, summary)
  saveSharedDoc(..)

  testPolicies()
  getProofReport(..)
  importPolicies(..)
  mapCompliance(framework)
  analyzeGaps(framework)
  getComplianceReport(framework, ..)
  listFrameworks()
  getComplianceEvidence(..)
  createComplianceExport(..)
  listComplianceExports(..)
  getComplianceExport(exportId)
  downloadComplianceExport(exportId)
  deleteComplianceExport(exportId)
  createComplianceSchedule(..)
  listComplianceSchedules()
  updateComplianceSchedule(scheduleId, ..)
  deleteComplianceSchedule(scheduleId)
  getComplianceTrends(..)

  listRoutingAgents(..)
  registerRoutingAgent(..)
  getRoutingAgent(routingAgentId)
  updateRoutingAgentStatus(routingAgentId, status)
  deleteRoutingAgent(routingAgentId)
  listRoutingTasks(..)
  submitRoutingTask(..)
  completeRoutingTask(taskId, ..)
  getRoutingStats()
  getRoutingHealth()
  getActivityLogs(..)
  getWebhooks()
  createWebhook(..)
  deleteWebhook(webhookId)
  testWebhook(webhookId)
  getWebhookDeliveries(webhookId)

  createScore(..)
  getScores(..)
  createScorer(..)
  getScorers()
  updateScorer(scorerId, ..)
  deleteScorer(scorerId)
  createEvalRun(..)
  getEvalRuns(..)
  getEvalRun(runId)
  getEvalStats(..)
  submitFeedback(..)
  listFeedback(..)
  getFeedback(feedbackId)
  resolveFeedback(feedbackId)
  deleteFeedback(feedbackId)
  getFeedbackStats(..)
  computeDriftBaselines(..)
  detectDrift(..)
  recordDriftSnapshots()
  listDriftAlerts(..)
  acknowledgeDriftAlert(alertId)
  deleteDriftAlert(alertId)
  getDriftStats(..)
  getDriftSnapshots(..)
  getDriftMetrics()

  renderPrompt(..)
  createPromptTemplate(..)
  createPromptVersion(templateId, ..)
  listCapabilities(..)
  createCapability(..)
  getCapability(capabilityId)
  updateCapability(capabilityId, ..)
  invokeCapability(capabilityId, payload)
  testCapability(capabilityId, payload)
  getCapabilityHealth(capabilityId)
  listCapabilityHealth(..)
`;

const isObject = (value) => typeof value === 'object' && value !== null && !Array.isArray(value);

/** A function for each method: it takes the method's arguments and returns the operation's, and what is left over. */
const METHODS = new Map();
for (const line of SIGNATURES.split('\n').filter((text) => text.trim())) {
  const [, name, first, second] = /^ *(\w+)\(([^)]*)\)(?: \| \(([^)]*)\))?$/.exec(line);
  const [shape, other] = [first, second].map((text) => text?.split(', ').filter(Boolean));
  METHODS.set(name, {
    operation: snake(name),
    read: (given) => fieldsOf(other && !isObject(given[0]) ? other : shape, given, /^(get|list)/.test(name)),
  });
}

function fieldsOf(shape, given, isFilter) {
  const fields = {};
  shape.forEach((name, index) => Object.assign(fields, name === '..' ? given[index] : { [name]: given[index] }));
  for (const [name, value] of Object.entries(fields)) {
    // A filter that is empty is none.
    if (value === undefined || (isFilter && (value === null || value === ''))) delete fields[name];
  }
  return [fields, given[shape.length]];
}

module.exports = { METHODS };
