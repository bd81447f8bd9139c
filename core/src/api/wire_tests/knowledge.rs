//! Knowledge collections.

use serde_json::json;

use super::same;
use crate::api::knowledge::{
    DeletedKnowledgeCollection, KnowledgeCollectionDetail, KnowledgeCollectionList, KnowledgeIngestion,
    KnowledgeItemDetail, KnowledgeItemList, KnowledgeItemStatus, KnowledgeSearch, KnowledgeSyncDetail,
};

#[test]
fn collections_and_their_documents_keep_all_their_members() {
    let collection = json!({
        "collection_id": "kc_1", "org_id": "o", "name": "Runbooks", "description": null, "source_type": "files",
        "tags": ["ops"], "ingestion_status": "empty", "doc_count": 0, "last_synced_at": null, "created_at": "t",
        "updated_at": "t",
    });
    let read: KnowledgeCollectionDetail = same(&json!({ "collection": collection }));
    assert_eq!(read.collection.ingestion_status, KnowledgeIngestion::Empty);
    same::<KnowledgeCollectionList>(&json!({ "collections": [collection] }));
    same::<DeletedKnowledgeCollection>(&json!({ "deleted": true, "collection_id": "kc_1" }));
    let item = json!({
        "item_id": "kci_1", "collection_id": "kc_1", "source_uri": "https://docs.example.com/runbook.md",
        "title": null, "mime_type": null, "status": "pending", "metadata": {}, "created_at": "t", "updated_at": "t",
    });
    let read: KnowledgeItemDetail = same(&json!({ "item": item }));
    assert_eq!(read.item.status, KnowledgeItemStatus::Pending);
    same::<KnowledgeItemList>(&json!({ "items": [item] }));
}

#[test]
fn reading_and_searching_keep_all_their_members() {
    same::<KnowledgeSyncDetail>(&json!({
        "sync": { "ingested": 3, "failed": 1, "chunks_created": 42, "errors": ["kci_1: no such page"] },
    }));
    let found: KnowledgeSearch = same(&json!({
        "query": "how to roll back", "collection_id": "kc_1", "count": 1, "results": [{
            "chunk_id": "kch_1", "item_id": "kci_1", "content": "Roll back with …", "score": 0.83, "position": 0,
            "token_count": 120, "title": null, "source_uri": null,
        }],
    }));
    assert!(found.results[0].extra.is_empty());
}
