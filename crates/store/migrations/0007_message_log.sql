-- The message log for people: steps of every message, contents, and more ways to find a record.

-- Records are also listed by their last change, which for nearly all is their end; most are found by
-- what few have. The steps of a message are a few bytes each: their names are in message_models.
ALTER TABLE messages DROP COLUMN steps;
ALTER TABLE messages ADD COLUMN changed_at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE messages ADD COLUMN predecessor_id TEXT;
ALTER TABLE messages ADD COLUMN attributes TEXT;
ALTER TABLE messages ADD COLUMN model_id TEXT;
ALTER TABLE messages ADD COLUMN steps BLOB;
ALTER TABLE messages ADD COLUMN step_notes TEXT;
UPDATE messages SET changed_at = COALESCE(ended_at, started_at);
CREATE INDEX messages_by_change ON messages (changed_at, id);
CREATE INDEX messages_by_flow_change ON messages (flow_id, changed_at, id);
CREATE INDEX messages_by_custom_status ON messages (custom_status, started_at, id)
    WHERE custom_status IS NOT NULL;
CREATE INDEX messages_by_message_type ON messages (message_type, started_at, id)
    WHERE message_type IS NOT NULL;
CREATE INDEX messages_by_sender ON messages (sender, started_at, id)
    WHERE sender IS NOT NULL;
CREATE INDEX messages_by_receiver ON messages (receiver, started_at, id)
    WHERE receiver IS NOT NULL;
CREATE INDEX messages_by_predecessor ON messages (predecessor_id, started_at, id)
    WHERE predecessor_id IS NOT NULL;

-- What the steps of a flow are called. The id is a digest of the names, so flows that are deployed
-- again unchanged share a row.
CREATE TABLE message_models (
    id TEXT NOT NULL,
    flow_id TEXT NOT NULL,
    nodes TEXT NOT NULL,
    CONSTRAINT message_models_id PRIMARY KEY (id)
) STRICT;

-- Custom headers, by which messages are found.
CREATE TABLE message_headers (
    header_name TEXT NOT NULL,
    header_value TEXT NOT NULL,
    message_at INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    CONSTRAINT message_headers_header_name_header_value_message_at_message_id
        PRIMARY KEY (header_name, header_value, message_at, message_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX message_headers_by_message ON message_headers (message_at, message_id);

-- What is kept of the content of messages. parent_id leads from an attachment to what it belongs to.
CREATE TABLE message_payloads (
    id INTEGER NOT NULL,
    message_id TEXT NOT NULL,
    kind TEXT NOT NULL,
    step_seq INTEGER,
    step_id TEXT,
    parent_id INTEGER,
    name TEXT,
    kept_at INTEGER NOT NULL,
    media_type TEXT,
    size INTEGER NOT NULL,
    headers TEXT,
    properties TEXT,
    body BLOB NOT NULL,
    CONSTRAINT message_payloads_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX message_payloads_by_message ON message_payloads (message_id, id);
CREATE INDEX message_payloads_by_time ON message_payloads (kind, kept_at, id);

-- Kept messages that are to run again. Whoever deletes a row runs it; the id is that of the new
-- message.
CREATE TABLE message_resends (
    id TEXT NOT NULL,
    original_id TEXT NOT NULL,
    requested_at INTEGER NOT NULL,
    requested_by TEXT NOT NULL,
    CONSTRAINT message_resends_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX message_resends_by_time ON message_resends (requested_at, id);

-- A log level for a time, and whether what comes in is kept so that it can be sent again.
ALTER TABLE flows ADD COLUMN temporary_level TEXT;
ALTER TABLE flows ADD COLUMN temporary_until INTEGER;
ALTER TABLE flows ADD COLUMN keep INTEGER NOT NULL DEFAULT 0;
