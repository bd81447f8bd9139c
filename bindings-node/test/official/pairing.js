// Node SDK — pairing is on the deprecated dashclaw/legacy subpath (removed in v5.0.0)
import { DashClaw } from 'dashclaw/legacy';
const claw = new DashClaw({ baseUrl, apiKey, agentId });
const { pairing } = await claw.createPairing(publicKeyPem, 'RSASSA-PKCS1-v1_5', 'my-agent');
console.log(pairing.id); // pair_...
const approved = await claw.waitForPairing(pairing.id, { timeout: 300 });
const status = await claw.getPairing(pairingId);
console.log(status.pairing.status); // pending | approved | expired
// Node SDK (v1 legacy)
await claw.registerIdentity('agent-007', publicKeyPem, 'RSASSA-PKCS1-v1_5');
const { identities } = await claw.getIdentities();
