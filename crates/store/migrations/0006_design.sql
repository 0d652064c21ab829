-- Packages and artifacts as they are edited, and what of it was deployed.

CREATE TABLE packages (
    id TEXT NOT NULL,
    resource_id TEXT NOT NULL,
    name TEXT NOT NULL,
    about TEXT NOT NULL,
    tags TEXT NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    CONSTRAINT packages_id PRIMARY KEY (id)
) STRICT;

-- revision rises with every change, so that a change that began before another one is noticed.
CREATE TABLE artifacts (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    package_id TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT NOT NULL,
    version TEXT NOT NULL,
    draft INTEGER NOT NULL,
    sender TEXT NOT NULL,
    receiver TEXT NOT NULL,
    parameters TEXT NOT NULL,
    revision INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    modified_by TEXT NOT NULL,
    modified_at INTEGER NOT NULL,
    archive BLOB NOT NULL,
    CONSTRAINT artifacts_id PRIMARY KEY (id),
    CONSTRAINT artifacts_package FOREIGN KEY (package_id) REFERENCES packages (id)
) STRICT;
CREATE INDEX artifacts_by_package ON artifacts (package_id, kind, id);

-- What was saved as a version, the newest few of each artifact.
CREATE TABLE artifact_versions (
    artifact_id TEXT NOT NULL,
    revision INTEGER NOT NULL,
    version TEXT NOT NULL,
    saved_by TEXT NOT NULL,
    saved_at INTEGER NOT NULL,
    archive BLOB NOT NULL,
    CONSTRAINT artifact_versions_artifact_id_revision PRIMARY KEY (artifact_id, revision)
) STRICT;

-- Deployed artifacts that are no flows: flows refer to them.
CREATE TABLE deployed_artifacts (
    id TEXT NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    deployed_by TEXT NOT NULL,
    deployed_at INTEGER NOT NULL,
    problem TEXT,
    archive BLOB NOT NULL,
    CONSTRAINT deployed_artifacts_id PRIMARY KEY (id)
) STRICT;

-- Deployments that were asked for over the API. generation is that of the flow, if it is one.
CREATE TABLE tasks (
    id TEXT NOT NULL,
    artifact_id TEXT NOT NULL,
    generation INTEGER,
    created_at INTEGER NOT NULL,
    CONSTRAINT tasks_id PRIMARY KEY (id)
) STRICT;
CREATE INDEX tasks_by_time ON tasks (created_at);

ALTER TABLE flows ADD COLUMN deployed_by TEXT NOT NULL DEFAULT '';

-- When a worker was last known to live.
CREATE TABLE workers (
    name TEXT NOT NULL,
    seen_at INTEGER NOT NULL,
    CONSTRAINT workers_name PRIMARY KEY (name)
) STRICT;
CREATE INDEX workers_by_time ON workers (seen_at);
