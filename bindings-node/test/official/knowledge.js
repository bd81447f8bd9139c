// Create a collection
const { collection } = await claw.createKnowledgeCollection({
name: 'Runbook Library',
description: 'Incident response runbooks',
source_type: 'files', // 'files' | 'urls' | 'external' | 'notes'
tags: ['ops', 'oncall']
});
// Add items (bumps parent doc_count; transitions ingestion_status from empty → pending)
await claw.addKnowledgeCollectionItem(collection.collection_id, {
source_uri: 'https://docs.example.com/runbook.md',
title: 'Deploy runbook',
mime_type: 'text/markdown'
});
// List items
const { items } = await claw.listKnowledgeCollectionItems(collection.collection_id);
// Sync — ingest pending items (fetch, chunk, embed via BYOK OpenAI key)
const { sync } = await claw.syncKnowledgeCollection(collection.collection_id);
console.log(sync.ingested, sync.chunks_created); // e.g. 3 ingested, 42 chunks
// Search — semantic similarity over embedded chunks
const { results } = await claw.searchKnowledgeCollection(
collection.collection_id,
'How do I roll back a deploy?',
{ limit: 5 }
);
results.forEach(r => console.log(`${(r.score * 100).toFixed(1)}%: ${r.content.slice(0, 80)}...`));
// Delete a collection (cascades its items + chunks)
const { deleted, collection_id } = await claw.deleteKnowledgeCollection(collection.collection_id);
