CREATE SCHEMA IF NOT EXISTS raw;
CREATE SCHEMA IF NOT EXISTS staging;
CREATE SCHEMA IF NOT EXISTS core;
CREATE SCHEMA IF NOT EXISTS linked;
CREATE SCHEMA IF NOT EXISTS marts;

-- One row per file received. Published statistics have their data set for area and their edition for quarter.
-- `headers` (JSON) says where each column stood in the file. `judged` is what its checks said; `outcome` is what it is now (a newer delivery may have superseded it).
CREATE TABLE ops.receipt (
    receipt_id VARCHAR NOT NULL,
    sha256 VARCHAR,
    agency VARCHAR,
    area_code VARCHAR,
    quarter VARCHAR,
    extract VARCHAR,
    table_name VARCHAR,
    layout VARCHAR,
    headers VARCHAR,
    received_at TIMESTAMP NOT NULL,
    file_name VARCHAR NOT NULL,
    judged VARCHAR,
    outcome VARCHAR,
    rule VARCHAR,
    reason VARCHAR,
    covers_from DATE,
    covers_to DATE,
    rows_read BIGINT NOT NULL DEFAULT 0,
    rows_accepted BIGINT NOT NULL DEFAULT 0,
    rows_quarantined BIGINT NOT NULL DEFAULT 0,
    loaded BOOLEAN NOT NULL DEFAULT FALSE,
    withdrawn BOOLEAN NOT NULL DEFAULT FALSE
);

-- What was seen in landing, so that an unchanged file is not read again.
CREATE TABLE ops.landed_file (
    path VARCHAR NOT NULL,
    size BIGINT,
    modified_ns BIGINT,
    receipt_id VARCHAR NOT NULL
);

-- Every row kept out of core, with every rule it broke and where.
CREATE TABLE ops.quarantine (
    receipt_id VARCHAR NOT NULL,
    extract VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    agency VARCHAR,
    area_code VARCHAR,
    quarter VARCHAR,
    row_number BIGINT,
    location VARCHAR,
    rules VARCHAR[] NOT NULL
);

-- Every expectation's outcome, counts only.
CREATE TABLE ops.expectation_outcome (
    extract VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    agency VARCHAR,
    area_code VARCHAR,
    quarter VARCHAR,
    receipt_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    severity VARCHAR NOT NULL,
    gate VARCHAR NOT NULL,
    evaluated BIGINT NOT NULL,
    failed BIGINT NOT NULL
);

-- Places whose newest delivery was stopped. A row stands until a delivery passes or the stopped one is withdrawn.
CREATE TABLE ops.gate (
    extract VARCHAR,
    agency VARCHAR,
    area_code VARCHAR,
    quarter VARCHAR,
    receipt_id VARCHAR NOT NULL,
    rule VARCHAR NOT NULL,
    reason VARCHAR NOT NULL
);

-- Places whose figures are to be made anew.
CREATE TABLE ops.work (
    extract VARCHAR NOT NULL,
    agency VARCHAR NOT NULL,
    area_code VARCHAR NOT NULL,
    quarter VARCHAR NOT NULL
);

-- Parts of the marts written since the last release; what is not listed is carried over.
CREATE TABLE ops.changed_period (
    table_name VARCHAR NOT NULL,
    period_start DATE
);

CREATE TABLE ops.setting (
    key VARCHAR NOT NULL,
    value VARCHAR NOT NULL
);

-- Rows of wide marts to be made anew because a figure behind them changed.
CREATE TABLE ops.stale (
    table_name VARCHAR NOT NULL,
    area_code VARCHAR NOT NULL,
    period VARCHAR NOT NULL
);
