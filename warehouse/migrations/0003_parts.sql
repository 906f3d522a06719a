-- A file may hold several tables, and each of them replaces, and is replaced, on its own.
CREATE SCHEMA IF NOT EXISTS validated;

CREATE TABLE ops.part (
    receipt_id VARCHAR NOT NULL,
    table_name VARCHAR NOT NULL,
    headers VARCHAR,
    rows_read BIGINT NOT NULL,
    rows_quarantined BIGINT NOT NULL DEFAULT 0
);

INSERT INTO ops.part
SELECT receipt_id, table_name, headers, rows_read, rows_quarantined FROM ops.receipt WHERE loaded;

ALTER TABLE ops.receipt DROP COLUMN headers;

-- Staged rows live as long as a connection and are in memory: the name belongs to a database of their own.
DROP SCHEMA IF EXISTS staging CASCADE;
