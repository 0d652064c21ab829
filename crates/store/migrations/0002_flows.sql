-- What runs: deployed flows, how workers share them, and the state flows keep.

CREATE TABLE flows (
    id TEXT NOT NULL,
    name TEXT NOT NULL,
    version TEXT NOT NULL,
    parameters TEXT NOT NULL,
    log_level TEXT NOT NULL,
    generation INTEGER NOT NULL,
    deployed_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    bundle BLOB NOT NULL,
    CONSTRAINT flows_id PRIMARY KEY (id)
) STRICT;

CREATE TABLE flow_statuses (
    flow_id TEXT NOT NULL,
    worker TEXT NOT NULL,
    generation INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT,
    reported_at INTEGER NOT NULL,
    CONSTRAINT flow_statuses_flow_id_worker PRIMARY KEY (flow_id, worker)
) STRICT;

CREATE TABLE flow_claims (
    flow_id TEXT NOT NULL,
    generation INTEGER NOT NULL,
    claimed_at INTEGER NOT NULL,
    CONSTRAINT flow_claims_flow_id_generation PRIMARY KEY (flow_id, generation)
) STRICT;

CREATE TABLE leases (
    name TEXT NOT NULL,
    owner TEXT NOT NULL,
    fence INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    CONSTRAINT leases_name PRIMARY KEY (name)
) STRICT;

CREATE TABLE materials (
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    description TEXT NOT NULL,
    user_name TEXT NOT NULL,
    attributes TEXT NOT NULL,
    sealed_secret BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT materials_name PRIMARY KEY (name)
) STRICT;

-- flow_id is empty for variables of the tenant.
CREATE TABLE variables (
    flow_id TEXT NOT NULL,
    name TEXT NOT NULL,
    value BLOB NOT NULL,
    updated_at INTEGER NOT NULL,
    CONSTRAINT variables_flow_id_name PRIMARY KEY (flow_id, name)
) STRICT;

CREATE TABLE number_ranges (
    name TEXT NOT NULL,
    min_value INTEGER NOT NULL,
    max_value INTEGER NOT NULL,
    next_value INTEGER NOT NULL,
    length INTEGER NOT NULL,
    rotate INTEGER NOT NULL,
    CONSTRAINT number_ranges_name PRIMARY KEY (name)
) STRICT;

CREATE TABLE number_draws (
    range_name TEXT NOT NULL,
    correlation TEXT NOT NULL,
    number TEXT NOT NULL,
    drawn_at INTEGER NOT NULL,
    CONSTRAINT number_draws_range_name_correlation PRIMARY KEY (range_name, correlation)
) STRICT;
