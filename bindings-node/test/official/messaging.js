// Send a message to another agent
await claw.sendMessage({
to: 'ops-agent',
type: 'status',
subject: 'Deploy complete',
body: 'v2.4.0 shipped to production',
urgent: false
});
// Get unread inbox messages
const inbox = await claw.getInbox({ unread: true, limit: 20 });
