-- What happened: the message log and the requests that were refused.

CREATE TABLE messages (
    id TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
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
    custom_headers TEXT NOT NULL,
    steps TEXT NOT NULL,
    CONSTRAINT messages_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX messages_by_start ON messages (started_at, id);
CREATE INDEX messages_by_flow ON messages (flow_id, started_at, id);
CREATE INDEX messages_by_status ON messages (status, started_at, id);
CREATE INDEX messages_by_correlation ON messages (correlation_id, started_at, id);
CREATE INDEX messages_by_application_id ON messages (application_id, started_at, id);

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
