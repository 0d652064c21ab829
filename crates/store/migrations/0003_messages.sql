-- What happened: the message log and the requests that were refused.

-- Thousands of records are added per second, so each index has to earn its place. Rows lie in the
-- order in which messages started. A correlation id that is the message's own id, and lists that are
-- empty, are NULL.
CREATE TABLE messages (
    id TEXT NOT NULL,
    correlation_id TEXT,
    flow_id TEXT NOT NULL,
    flow_name TEXT NOT NULL,
    status TEXT NOT NULL,
    custom_status TEXT,
    application_id TEXT,
    message_type TEXT,
    sender TEXT,
    receiver TEXT,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    identity TEXT,
    error TEXT,
    error_step TEXT,
    intermediate_error INTEGER NOT NULL,
    log_level TEXT NOT NULL,
    worker TEXT NOT NULL,
    custom_headers TEXT,
    steps TEXT,
    CONSTRAINT messages_started_at_id PRIMARY KEY (started_at, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX messages_id ON messages (id);
CREATE INDEX messages_by_flow ON messages (flow_id, started_at, id);
CREATE INDEX messages_by_status ON messages (status, started_at, id)
    WHERE status <> 'COMPLETED';
CREATE INDEX messages_by_correlation ON messages (correlation_id, started_at, id)
    WHERE correlation_id IS NOT NULL;
CREATE INDEX messages_by_application_id ON messages (application_id, started_at, id)
    WHERE application_id IS NOT NULL;

CREATE TABLE refusals (
    id TEXT NOT NULL,
    refused_at INTEGER NOT NULL,
    source TEXT NOT NULL,
    method TEXT NOT NULL,
    path TEXT NOT NULL,
    status INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    client_id TEXT,
    key_id TEXT,
    flow_id TEXT,
    CONSTRAINT refusals_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX refusals_by_time ON refusals (refused_at, id);
