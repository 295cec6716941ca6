import { StateError } from '../errors.ts';
import type { Cursor, Stream, WriteKind } from '../crm.ts';
import type { QuarantineEntry } from '../model/plan.ts';
import type { Mode, Side } from '../model/words.ts';
import type { Cells, Database } from './database.ts';
import { numberOrNull, text, textOrNull } from './rows.ts';
import type {
  CursorStore,
  Hold,
  LedgerEntry,
  LedgerStore,
  MetaStore,
  Pause,
  QuarantineStore,
  RestoredNote,
  RunRecord,
  RunStore,
  StateBatch,
  StoredCursor,
} from './types.ts';

const rowsPerPage = 1_000;
/** Waiting times between attempts at a record that is held back: 5 minutes, doubled up to a day. */
const firstWaitMs = 5 * 60_000;
const longestWaitMs = 24 * 3_600_000;

export function metaStore(db: Database): MetaStore {
  const get = (key: string): string | null => textOrNull(db.get('SELECT value FROM meta WHERE key = ?', key)?.['value']);
  const set = (key: string, value: string): void => void db.run('INSERT OR REPLACE INTO meta (key, value) VALUES (?, ?)', key, value);
  return {
    stateId: async () => get('state-id') ?? '',
    epoch: async () => Number(get('epoch') ?? '0'),
    nextEpoch: async () =>
      db.transaction(() => {
        const next = Number(get('epoch') ?? '0') + 1;
        set('epoch', String(next));
        return next;
      }),
    account: async (side) => get(`account-${side}`),
    pinAccount: async (side, id) => {
      const pinned = get(`account-${side}`);
      if (pinned === id) return;
      if (pinned !== null) {
        throw new StateError(
          'STATE_OTHER_ACCOUNT',
          `The state ${db.path} belongs to ${side} account ${pinned}, but the credentials are for account ${id}.`,
          { hint: 'Use the credentials of the account the state was made with, or another state file for this account.' },
        );
      }
      set(`account-${side}`, id);
    },
    links: async (side) => JSON.parse(get(`links-${side}`) ?? '{}') as Record<string, string>,
    setLinks: async (side, links) => {
      const text = JSON.stringify(links);
      if (get(`links-${side}`) !== text) set(`links-${side}`, text);
    },
    configHash: async () => get('config-hash'),
    setConfigHash: async (hash) => set('config-hash', hash),
    readShape: async (side) => get(`read-shape-${side}`),
    setReadShape: async (side, shape) => set(`read-shape-${side}`, shape),
    optionsSeen: async (side) => get(`options-seen-${side}`),
    setOptionsSeen: async (side, options) => set(`options-seen-${side}`, options),
    turn: async (round) => Number(get(`turn-${round}`) ?? 0),
    setTurn: async (round, turn) => set(`turn-${round}`, String(turn)),
    mergedHash: async () => get('merged-hash'),
    setMergedHash: async (hash) => void (hash === null ? db.run("DELETE FROM meta WHERE key = 'merged-hash'") : set('merged-hash', hash)),
    restored: async () => JSON.parse(get('restored') ?? 'null') as RestoredNote | null,
    pause: async () => JSON.parse(get('pause') ?? 'null') as Pause | null,
    setPause: async (pause) => void (pause === null ? db.run("DELETE FROM meta WHERE key = 'pause'") : set('pause', JSON.stringify(pause))),
  };
}

export function cursorStore(db: Database): CursorStore {
  return {
    get: async (side, stream) => {
      const row = db.get('SELECT * FROM cursors WHERE side = ? AND stream = ?', side, stream);
      return row === undefined ? null : cursorFrom(row);
    },
    all: async () => db.all('SELECT * FROM cursors ORDER BY side, stream').map(cursorFrom),
  };
}

function cursorFrom(row: Cells): StoredCursor {
  return {
    side: text(row['side']) as Side,
    stream: text(row['stream']) as Stream,
    cursor: textOrNull(row['cursor']) as Cursor | null,
    asOf: Number(row['as_of']),
    done: row['done'] === 1,
    pass: Number(row['pass']),
    full: row['is_full'] === 1,
    warehouseBehind: row['warehouse_behind'] === 1,
  };
}

export function putCursors(db: Database, cursors: readonly StoredCursor[]): void {
  for (const cursor of cursors) {
    db.run(
      'INSERT OR REPLACE INTO cursors (side, stream, cursor, as_of, done, pass, is_full, warehouse_behind) VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
      cursor.side,
      cursor.stream,
      cursor.cursor,
      cursor.asOf,
      cursor.done ? 1 : 0,
      cursor.pass,
      cursor.full ? 1 : 0,
      cursor.warehouseBehind ? 1 : 0,
    );
  }
}

export function runStore(db: Database): RunStore {
  return {
    get: async (id) => {
      const row = db.get('SELECT * FROM runs WHERE id = ?', id);
      return row === undefined ? null : runFrom(row);
    },
    last: async (limit) => db.all('SELECT * FROM runs ORDER BY started_at DESC, id DESC LIMIT ?', limit).map(runFrom),
  };
}

function runFrom(row: Cells): RunRecord {
  return {
    id: text(row['id']),
    command: text(row['command']),
    mode: text(row['mode']) as Mode,
    epoch: Number(row['epoch']),
    startedAt: Number(row['started_at']),
    endedAt: numberOrNull(row['ended_at']),
    status: text(row['status']) as RunRecord['status'],
    code: textOrNull(row['code']),
    detail: textOrNull(row['detail']),
    user: textOrNull(row['by_user']),
    approver: textOrNull(row['approver']),
  };
}

export function putRun(db: Database, run: RunRecord): void {
  db.run(
    'INSERT OR REPLACE INTO runs (id, command, mode, epoch, started_at, ended_at, status, code, detail, by_user, approver) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
    run.id,
    run.command,
    run.mode,
    run.epoch,
    run.startedAt,
    run.endedAt,
    run.status,
    run.code,
    run.detail,
    run.user,
    run.approver,
  );
}

/** Null: confirmed. Else what was agreed on is void, and writes that were under way are left as they came to be. */
export function putRestored(db: Database, restored: RestoredNote | null): void {
  if (restored === null) return void db.run("DELETE FROM meta WHERE key = 'restored'");
  db.run("INSERT OR REPLACE INTO meta (key, value) VALUES ('restored', ?)", JSON.stringify(restored));
  db.run('DELETE FROM bases');
  db.run("UPDATE links SET settled = 0 WHERE kind = 'linked'");
  db.run(
    `UPDATE journal SET status = 'superseded', code = 'STATE_RESTORED', cause = 'The state was restored before its outcome was known.', closed_at = ?
     WHERE status = 'open'`,
    restored.at,
  );
}

export function quarantineStore(db: Database): QuarantineStore {
  return {
    all: async () => db.all('SELECT * FROM quarantine ORDER BY first_at, side, record_id').map(quarantineFrom),
    get: async (side, kind, ids) => {
      const found = new Map<string, QuarantineEntry>();
      for (const id of ids) {
        const row = db.get('SELECT * FROM quarantine WHERE side = ? AND kind = ? AND record_id = ?', side, kind, id);
        if (row !== undefined) found.set(id, quarantineFrom(row));
      }
      return found;
    },
    count: async () => Number(db.get('SELECT count(*) AS n FROM quarantine')?.['n']),
    retryNow: async (at, recordId) =>
      recordId === undefined
        ? db.run('UPDATE quarantine SET next_at = ? WHERE next_at > ?', at, at)
        : db.run('UPDATE quarantine SET next_at = ? WHERE next_at > ? AND record_id = ?', at, at, recordId),
  };
}

function quarantineFrom(row: Cells): QuarantineEntry {
  return {
    side: text(row['side']) as Side,
    kind: text(row['kind']) as WriteKind,
    recordId: text(row['record_id']),
    code: text(row['code']),
    cause: text(row['cause']),
    fix: text(row['fix']),
    attempts: Number(row['attempts']),
    firstAt: Number(row['first_at']),
    nextAt: Number(row['next_at']),
  };
}

/** Holds records back. The same cause again is another attempt; a new cause starts anew. */
export function putHolds(db: Database, holds: readonly Hold[]): void {
  for (const hold of holds) {
    const row = db.get(
      'SELECT code, attempts, first_at, next_at FROM quarantine WHERE side = ? AND kind = ? AND record_id = ?',
      hold.side,
      hold.kind,
      hold.recordId,
    );
    const same = row !== undefined && row['code'] === hold.code;
    // Seen again before its time: nothing was attempted.
    if (same && Number(row['next_at']) > hold.at) continue;
    const attempts = same ? Number(row['attempts']) + 1 : 1;
    const waitMs = Math.min(firstWaitMs * 2 ** (attempts - 1), longestWaitMs);
    db.run(
      'INSERT OR REPLACE INTO quarantine (side, kind, record_id, code, cause, fix, attempts, first_at, next_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)',
      hold.side,
      hold.kind,
      hold.recordId,
      hold.code,
      hold.cause,
      hold.fix,
      attempts,
      same ? Number(row['first_at']) : hold.at,
      hold.at + waitMs,
    );
  }
}

export function releaseHolds(db: Database, released: NonNullable<StateBatch['release']>): void {
  for (const ref of released)
    db.run('DELETE FROM quarantine WHERE side = ? AND kind = ? AND record_id = ?', ref.side, ref.kind, ref.recordId);
}

/** `write` runs the work in a transaction that refuses a lease which was lost. */
export function ledgerStore(db: Database, write: (work: () => void) => void): LedgerStore {
  const current = (dealId: string): Cells | undefined => db.get('SELECT * FROM ledger WHERE deal_id = ? AND superseded_at IS NULL', dealId);
  return {
    get: async (dealId) => {
      const row = current(dealId);
      return row === undefined ? null : ledgerFrom(row);
    },
    put: async (entries) =>
      write(() => {
        for (const { dealId, entry, at } of entries) {
          const row = current(dealId);
          if (row !== undefined && row['entry'] === entry) continue;
          const version = row === undefined ? 1 : Number(row['version']) + 1;
          if (row !== undefined) db.run('UPDATE ledger SET superseded_at = ? WHERE deal_id = ? AND superseded_at IS NULL', at, dealId);
          db.run('INSERT INTO ledger (deal_id, version, entry, at, superseded_at) VALUES (?, ?, ?, ?, NULL)', dealId, version, entry, at);
        }
      }),
    list: (options) => ledgerEntries(db, options?.superseded ?? false),
    history: async (dealId) => db.all('SELECT * FROM ledger WHERE deal_id = ? ORDER BY version', dealId).map(ledgerFrom),
  };
}

async function* ledgerEntries(db: Database, superseded: boolean): AsyncGenerator<LedgerEntry> {
  const only = superseded ? '' : 'AND superseded_at IS NULL';
  let dealId = '';
  let version = 0;
  for (;;) {
    const rows = db.all(
      `SELECT * FROM ledger WHERE (deal_id, version) > (?, ?) ${only} ORDER BY deal_id, version LIMIT ?`,
      dealId,
      version,
      rowsPerPage,
    );
    for (const row of rows) yield ledgerFrom(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < rowsPerPage) return;
    dealId = text(last['deal_id']);
    version = Number(last['version']);
  }
}

function ledgerFrom(row: Cells): LedgerEntry {
  return {
    dealId: text(row['deal_id']),
    version: Number(row['version']),
    entry: text(row['entry']),
    at: Number(row['at']),
    supersededAt: numberOrNull(row['superseded_at']),
  };
}
