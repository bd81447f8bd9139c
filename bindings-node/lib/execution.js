'use strict';

/** The official client's other names of the methods about capabilities. */
const CAPABILITIES = {
  list: 'listCapabilities',
  create: 'createCapability',
  get: 'getCapability',
  update: 'updateCapability',
  invoke: 'invokeCapability',
  test: 'testCapability',
  getHealth: 'getCapabilityHealth',
  listHealth: 'listCapabilityHealth',
  getHistory: 'getCapabilityHistory',
};

/** What `client.execution` is: each name calls the method, a subclass's own where it has one. */
function executionOf(client) {
  const alias = ([name, method]) => [name, (...given) => client[method](...given)];
  return { capabilities: Object.fromEntries(Object.entries(CAPABILITIES).map(alias)) };
}

module.exports = { executionOf };
