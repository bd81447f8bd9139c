const decision = await claw.guard({
action_type: 'message',
content: 'Hi Jane — your refund of $1,500.00 will arrive by June 1, 2026.',
sourceOfTruth: {
allowedFacts: [
{ label: 'refund', value: '$1,500.00' },
{ label: 'date', value: 'June 1, 2026' },
],
requiredFacts: [{ label: 'name', value: 'Jane' }],
// forbiddenPatterns, extract (money/dates/percentages/patterns) are optional
},
});
// decision.decision === 'block' if the text states a fact not in sourceOfTruth.
// decision.non_fabrication[0].receipt is an Ed25519-signed proof you can
// re-verify at POST /api/integrity/verify (public key: /.well-known/jwks.json),
// or null if the instance has no usable signing key — the verdict is enforced either way.
