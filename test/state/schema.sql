CREATE TABLE bases (
  link_id TEXT NOT NULL, field TEXT NOT NULL, marketing TEXT, sales TEXT, rung TEXT, held TEXT, at INTEGER NOT NULL,
  PRIMARY KEY (link_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE choices (
  marketing TEXT NOT NULL, sales TEXT NOT NULL, same INTEGER NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (marketing, sales)
) STRICT, WITHOUT ROWID;
CREATE TABLE cursors (
  side TEXT NOT NULL, stream TEXT NOT NULL, cursor TEXT, as_of INTEGER NOT NULL, done INTEGER NOT NULL,
  pass INTEGER NOT NULL, is_full INTEGER NOT NULL, warehouse_behind INTEGER NOT NULL,
  PRIMARY KEY (side, stream)
) STRICT, WITHOUT ROWID;
CREATE TABLE forgotten (mac TEXT NOT NULL PRIMARY KEY, at INTEGER NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE frozen (
  side TEXT NOT NULL, kind TEXT NOT NULL, record_id TEXT NOT NULL, field TEXT NOT NULL,
  why TEXT NOT NULL, run_id TEXT NOT NULL, by_run TEXT NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (side, kind, record_id, field)
) STRICT, WITHOUT ROWID;
CREATE TABLE identities (
  kind TEXT NOT NULL, value TEXT NOT NULL, side TEXT NOT NULL, record_id TEXT NOT NULL,
  PRIMARY KEY (kind, value, side, record_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE journal (
  seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, run_id TEXT NOT NULL, side TEXT NOT NULL, kind TEXT NOT NULL, record_id TEXT,
  line TEXT NOT NULL, before TEXT NOT NULL, target_at INTEGER, bases TEXT NOT NULL, param_hash TEXT NOT NULL, epoch INTEGER NOT NULL, at INTEGER NOT NULL,
  status TEXT NOT NULL, code TEXT, cause TEXT, fix TEXT, closed_at INTEGER, repairs TEXT
, bases_before TEXT NOT NULL DEFAULT '[]') STRICT;
CREATE TABLE lease (
  only_one INTEGER PRIMARY KEY CHECK (only_one = 1), epoch INTEGER NOT NULL, pid INTEGER, host TEXT, expires_at INTEGER NOT NULL
) STRICT;
CREATE TABLE ledger (
  deal_id TEXT NOT NULL, version INTEGER NOT NULL, entry TEXT NOT NULL, at INTEGER NOT NULL, superseded_at INTEGER,
  PRIMARY KEY (deal_id, version)
) STRICT, WITHOUT ROWID;
CREATE TABLE links (
  id TEXT NOT NULL PRIMARY KEY, kind TEXT NOT NULL, rule TEXT NOT NULL, confidence REAL NOT NULL,
  settled INTEGER NOT NULL, candidates TEXT
) STRICT, WITHOUT ROWID;
CREATE TABLE meta (key TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
CREATE TABLE people (
  side TEXT NOT NULL, record_id TEXT NOT NULL, object TEXT NOT NULL, version TEXT NOT NULL, modified_at INTEGER NOT NULL,
  person_key TEXT, link_id TEXT, unresolved INTEGER NOT NULL, pass INTEGER NOT NULL, identity TEXT NOT NULL, doc TEXT NOT NULL,
  PRIMARY KEY (side, record_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE quarantine (
  side TEXT NOT NULL, kind TEXT NOT NULL, record_id TEXT NOT NULL, code TEXT NOT NULL, cause TEXT NOT NULL, fix TEXT NOT NULL,
  attempts INTEGER NOT NULL, first_at INTEGER NOT NULL, next_at INTEGER NOT NULL,
  PRIMARY KEY (side, kind, record_id)
) STRICT, WITHOUT ROWID;
CREATE TABLE runs (
  id TEXT NOT NULL PRIMARY KEY, command TEXT NOT NULL, mode TEXT NOT NULL, epoch INTEGER NOT NULL, started_at INTEGER NOT NULL,
  ended_at INTEGER, status TEXT NOT NULL, code TEXT, detail TEXT
, by_user TEXT, approver TEXT) STRICT;
CREATE TABLE tombstones (
  side TEXT NOT NULL, record_id TEXT NOT NULL, gone_id TEXT NOT NULL, at INTEGER NOT NULL, PRIMARY KEY (side, record_id, gone_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX choices_sales ON choices (sales);
CREATE INDEX frozen_by_run ON frozen (by_run);
CREATE INDEX frozen_run ON frozen (run_id);
CREATE INDEX identities_record ON identities (side, record_id);
CREATE INDEX journal_at ON journal (at);
CREATE INDEX journal_open ON journal (seq) WHERE status = 'open';
CREATE INDEX journal_record ON journal (side, record_id, seq);
CREATE INDEX journal_run ON journal (run_id, seq);
CREATE INDEX journal_run_record ON journal (run_id, side, kind, record_id, seq);
CREATE INDEX links_kind ON links (kind, id);
CREATE INDEX links_unsettled ON links (id) WHERE kind = 'linked' AND settled = 0;
CREATE INDEX people_key ON people (person_key) WHERE person_key IS NOT NULL;
CREATE INDEX people_link ON people (link_id);
CREATE INDEX people_unresolved ON people (side, record_id) WHERE unresolved = 1;
CREATE INDEX runs_started ON runs (started_at);
