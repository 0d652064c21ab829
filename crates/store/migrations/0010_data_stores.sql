-- What flows keep in data stores.

-- flow_id is empty for stores of the tenant. headers are absent unless the flow keeps them. With
-- sealed, headers and body are encrypted under the master key.
CREATE TABLE data_store_entries (
    flow_id TEXT NOT NULL,
    store TEXT NOT NULL,
    id TEXT NOT NULL,
    message_id TEXT NOT NULL,
    sealed INTEGER NOT NULL,
    headers BLOB,
    body BLOB NOT NULL,
    size INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    due_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT data_store_entries_flow_id_store_id PRIMARY KEY (flow_id, store, id)
) STRICT;
CREATE INDEX data_store_entries_by_age ON data_store_entries (flow_id, store, created_at, id);
CREATE INDEX data_store_entries_by_message ON data_store_entries (message_id);
CREATE INDEX data_store_entries_by_expiry ON data_store_entries (expires_at);
