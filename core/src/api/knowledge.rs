//! Knowledge: collections of documents that can be searched by meaning.

use serde_json::{Map, Value};

use crate::catalogue::{Repeat, lenient};
use crate::{open_enum, operations, record};

open_enum! {
    /// Where the documents of a collection come from.
    pub enum KnowledgeSource {
        /// Files.
        Files = "files",
        /// Web pages.
        Urls = "urls",
        /// Another system.
        External = "external",
        /// Notes.
        Notes = "notes",
    }
}

open_enum! {
    /// How far the documents of a collection have been read.
    pub enum KnowledgeIngestion {
        /// There are none.
        Empty = "empty",
        /// Some wait to be read.
        Pending = "pending",
        /// They are being read.
        Syncing = "syncing",
        /// They have been read.
        Synced = "synced",
        /// Reading went wrong.
        Failed = "failed",
    }
}

open_enum! {
    /// Whether a document has been read.
    pub enum KnowledgeItemStatus {
        /// It waits to be.
        Pending = "pending",
        /// It can be found.
        Indexed = "indexed",
        /// Reading it went wrong.
        Failed = "failed",
    }
}

operations! { "knowledge":
    /// Adds a collection, which is empty, and returns it.
    create_knowledge_collection = Post "/api/knowledge/collections" => KnowledgeCollectionDetail [open()]
    CreateKnowledgeCollection {
        /// What it is called.
        name: String,
        /// What it is, in short.
        description: Option<String>,
        /// Where its documents come from; `files` unless given.
        source_type: Option<KnowledgeSource>,
        /// Words to find it by, of at most 500 characters each.
        tags: Option<Vec<String>>,
    }

    /// Lists collections.
    list_knowledge_collections = Get "/api/knowledge/collections" => KnowledgeCollectionList, each KnowledgeCollection as iter_knowledge_collections [
        positional(&["source_type", "limit", "offset"]), pages("collections"),
    ]
    ListKnowledgeCollections {
        /// Only collections whose documents come from here.
        source_type: Option<KnowledgeSource>,
        /// How many.
        limit: Option<i64> [default("50"), range(1, i64::MAX)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Reads one collection, without its documents. An unknown id is an error of kind `not_found`.
    get_knowledge_collection = Get "/api/knowledge/collections/{collection_id}" => KnowledgeCollectionDetail [
        positional(&["collection_id"]),
    ]
    GetKnowledgeCollection from collection_id: String {
        /// Which collection.
        collection_id: String,
    }

    /// Changes a collection: the fields that are given. An unknown id is an error of kind `not_found`.
    update_knowledge_collection = Patch "/api/knowledge/collections/{collection_id}" => KnowledgeCollectionDetail [
        repeat(Repeat::Idempotent), positional(&["collection_id"]), open(),
    ]
    UpdateKnowledgeCollection {
        /// Which collection.
        collection_id: String,
        /// What it is called from now on.
        name: Option<String>,
        /// What it is, in short.
        description: Option<String>,
        /// Where its documents come from.
        source_type: Option<KnowledgeSource>,
        /// Words to find it by from now on, of at most 500 characters each.
        tags: Option<Vec<String>>,
    }

    /// Removes a collection with all that was read from its documents. An unknown id is an error of kind `not_found`.
    delete_knowledge_collection = Delete "/api/knowledge/collections/{collection_id}" => DeletedKnowledgeCollection [
        positional(&["collection_id"]),
    ]
    DeleteKnowledgeCollection from collection_id: String {
        /// Which collection.
        collection_id: String,
    }

    /// Adds a document to a collection and returns its entry. It can be found only after `sync_knowledge_collection`.
    ///
    /// An unknown collection is an error of kind `not_found`.
    add_knowledge_collection_item = Post "/api/knowledge/collections/{collection_id}/items" => KnowledgeItemDetail [
        positional(&["collection_id"]), open(),
    ]
    AddKnowledgeCollectionItem {
        /// Which collection.
        collection_id: String,
        /// Where the document is: a URL.
        source_uri: String,
        /// What it is called.
        title: Option<String>,
        /// Its media type: `text/markdown`.
        mime_type: Option<String>,
        /// More about it. Sent as it is.
        metadata: Option<Map<String, Value>>,
    }

    /// Lists the documents of a collection. An unknown collection is an error of kind `not_found`.
    list_knowledge_collection_items = Get "/api/knowledge/collections/{collection_id}/items" => KnowledgeItemList, each KnowledgeItem as iter_knowledge_collection_items [
        positional(&["collection_id", "limit", "offset"]), open(), pages("items"),
    ]
    ListKnowledgeCollectionItems from collection_id: String {
        /// Which collection.
        collection_id: String,
        /// How many, 1 to 500.
        limit: Option<i64> [default("100"), range(1, 500)],
        /// How many to skip.
        offset: Option<i64> [default("0"), range(0, i64::MAX)],
    }

    /// Reads the documents of a collection that wait for it, at most 50, so that they can be found, and returns how that went.
    ///
    /// The server needs an OpenAI API key of the organisation; without one it is an error of kind `validation`. An unknown
    /// collection is an error of kind `not_found`.
    sync_knowledge_collection = Post "/api/knowledge/collections/{collection_id}/sync" => KnowledgeSyncDetail [
        positional(&["collection_id"]), empty_body(),
    ]
    SyncKnowledgeCollection from collection_id: String {
        /// Which collection.
        collection_id: String,
    }

    /// Finds the passages of a collection that are nearest in meaning to a question, the nearest first. Nothing is written.
    ///
    /// The server needs an OpenAI API key of the organisation; without one it is an error of kind `validation`. An unknown
    /// collection is an error of kind `not_found`.
    search_knowledge_collection = Post "/api/knowledge/collections/{collection_id}/search" => KnowledgeSearch [
        repeat(Repeat::Safe), positional(&["collection_id", "query", "limit"]),
        node(&["collection_id", "query", "..settings"]), open(),
    ]
    SearchKnowledgeCollection {
        /// Which collection.
        collection_id: String,
        /// What to look for, in plain words.
        query: String,
        /// How many passages, 1 to 20.
        limit: Option<i64> [default("5"), range(1, 20)],
    }
}

record! {
    /// One collection.
    pub struct KnowledgeCollectionDetail {
        /// The collection.
        #[required]
        collection: KnowledgeCollection,
    }

    /// A page of collections.
    pub struct KnowledgeCollectionList {
        /// The collections.
        #[required]
        collections: Vec<KnowledgeCollection>,
    }

    /// Documents that can be searched together.
    pub struct KnowledgeCollection {
        /// Which collection: `kc_` and a UUID.
        #[required]
        collection_id: String,
        /// Whose organisation.
        org_id: String,
        /// What it is called.
        #[required]
        name: String,
        /// What it is, in short.
        description: Option<String>,
        /// Where its documents come from.
        source_type: KnowledgeSource,
        /// Words to find it by.
        tags: Vec<String>,
        /// How far its documents have been read.
        ingestion_status: KnowledgeIngestion,
        /// How many documents it has.
        doc_count: i64,
        /// When they were last read: ISO-8601, UTC.
        last_synced_at: Option<String>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// A collection that is gone.
    pub struct DeletedKnowledgeCollection {
        /// Whether it is gone.
        #[read = "lenient::truth"]
        deleted: bool,
        /// Which collection it was.
        collection_id: String,
    }

    /// One document of a collection.
    pub struct KnowledgeItemDetail {
        /// The document's entry.
        #[required]
        item: KnowledgeItem,
    }

    /// A page of documents.
    pub struct KnowledgeItemList {
        /// The documents' entries.
        #[required]
        items: Vec<KnowledgeItem>,
    }

    /// The entry of a document in a collection.
    pub struct KnowledgeItem {
        /// Which document: `kci_` and a UUID.
        #[required]
        item_id: String,
        /// Which collection.
        collection_id: String,
        /// Where the document is.
        source_uri: String,
        /// What it is called.
        title: Option<String>,
        /// Its media type.
        mime_type: Option<String>,
        /// Whether it has been read.
        status: KnowledgeItemStatus,
        /// More about it.
        metadata: Map<String, Value>,
        /// When it was added: ISO-8601, UTC.
        created_at: String,
        /// When it was last changed: ISO-8601, UTC.
        updated_at: String,
    }

    /// How reading the documents of a collection went.
    pub struct KnowledgeSyncDetail {
        /// The figures.
        #[required]
        sync: KnowledgeSync,
    }

    /// How reading the documents of a collection went, in figures.
    pub struct KnowledgeSync {
        /// How many documents were read.
        ingested: i64,
        /// How many could not be read.
        failed: i64,
        /// How many passages they were cut into.
        chunks_created: i64,
        /// What went wrong, one text for each document: its id, a colon and the reason.
        errors: Vec<String>,
    }

    /// What a search found.
    pub struct KnowledgeSearch {
        /// What was looked for.
        query: String,
        /// In which collection.
        collection_id: String,
        /// The passages, the nearest first.
        #[required]
        results: Vec<KnowledgePassage>,
        /// How many there are.
        count: i64,
    }

    /// A passage of a document.
    pub struct KnowledgePassage {
        /// Which passage: `kch_` and a UUID.
        chunk_id: String,
        /// Of which document.
        item_id: String,
        /// Its text.
        #[required]
        content: String,
        /// How near it is in meaning: the cosine of the two embeddings, 1 at most.
        score: f64,
        /// Where it stands among the passages of its document.
        position: i64,
        /// How many tokens it has.
        token_count: i64,
        /// What the document is called.
        title: Option<String>,
        /// Where the document is.
        source_uri: Option<String>,
    }
}
