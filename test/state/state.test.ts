import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Cursor } from '../../src/crm.ts';
import type { PlanLine } from '../../src/model/plan.ts';
import type { RecordId } from '../../src/model/words.ts';
import { openState } from '../../src/state/open.ts';
import type { Base, Intent, State } from '../../src/state/types.ts';
import { storedPerson } from '../support/people.ts';

let folder: string;
let path: string;
let opened: State[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'truce-state-'));
  path = join(folder, 'state.db');
  opened = [];
});

afterEach(async () => {
  for (const state of opened) await state.close();
  rmSync(folder, { recursive: true, force: true });
});

async function open(at: string = path): Promise<State> {
  const state = await openState({ path: at });
  opened.push(state);
  return state;
}

async function reopen(state: State): Promise<State> {
  await state.close();
  return open();
}

const ref = (side: 'marketing' | 'sales', id: string) => ({ side, id: id as RecordId });

function line(id: string): PlanLine {
  return {
    id,
    room: 'sync',
    side: 'marketing',
    kind: 'person',
    op: 'update',
    recordId: 'm1' as RecordId,
    object: 'contact',
    key: null,
    linkId: 'p-m-m1',
    urls: {},
    conflict: false,
    changes: [
      {
        name: 'status',
        remote: 'st',
        own: null,
        before: null,
        after: 'NEW',
        rule: 'propagate',
        certainty: 'none',
        reason: 'because',
        sideEffect: null,
      },
    ],
  };
}

function intent(id: string, rest: Partial<Intent> = {}): Intent {
  return {
    id,
    runId: 'run1',
    line: line(id),
    before: [
      ['status', null],
      ['company', undefined],
    ],
    targetAt: 5,
    bases: [],
    basesBefore: [],
    paramHash: 'h',
    epoch: 1,
    at: 10,
    status: 'open',
    recordId: 'm1' as RecordId,
    code: null,
    cause: null,
    fix: null,
    closedAt: null,
    repairs: null,
    ...rest,
  };
}

const base = (linkId: string, rest: Partial<Base> = {}): Base => ({
  linkId,
  field: 'status',
  marketing: 'NEW',
  sales: 'Open',
  rung: 'handed',
  held: null,
  at: 7,
  ...rest,
});

const pair = (id = 'p-m-m1') =>
  ({ id, kind: 'linked', rule: 'email', confidence: 0.9, members: [ref('marketing', 'm1'), ref('sales', 's1')], candidates: [] }) as const;

async function withPair(state: State): Promise<void> {
  await state.commit({
    people: [storedPerson('marketing', 'm1', { emails: ['a@x.io'] }), storedPerson('sales', 's1', { emails: ['a@x.io'] })],
  });
  await state.commit({
    links: [pair()],
    resolved: [ref('marketing', 'm1'), ref('sales', 's1')],
    bases: [base('p-m-m1')],
    settled: ['p-m-m1'],
  });
}

test('the schema is the one that is committed', async () => {
  const state = await open();
  await state.close();
  const db = new DatabaseSync(path);
  const dump = db
    .prepare('SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY type DESC, name')
    .all()
    .map((row) => `${String(row['sql'])};`)
    .join('\n');
  db.close();
  const committed = join(import.meta.dirname, 'schema.sql');
  if (process.env['UPDATE_SCHEMA'] === '1') writeFileSync(committed, `${dump}\n`);
  expect(`${dump}\n`).toBe(readFileSync(committed, 'utf8'));
});

test('a new state can be read by its owner only, and a loose one is tightened', async () => {
  const state = await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
  await state.close();
  chmodSync(path, 0o644);
  await open();
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('a symbolic link is refused, also one that points nowhere', async () => {
  symlinkSync(join(folder, 'elsewhere.db'), path);
  await expect(open()).rejects.toMatchObject({ name: 'StateError', code: 'STATE_SYMLINK' });
  expect(existsSync(join(folder, 'elsewhere.db'))).toBe(false);
});

test('a file that is no database is damaged, and stays as it is', async () => {
  writeFileSync(path, 'not a database at all, but long enough to be looked at');
  await expect(open()).rejects.toMatchObject({ name: 'StateError', code: 'STATE_DAMAGED' });
  expect(readFileSync(path, 'utf8')).toContain('not a database');
});

test('a state cut in half is damaged', async () => {
  const state = await open();
  await state.commit({ people: Array.from({ length: 2_000 }, (_, n) => storedPerson('marketing', `m${n}`, { emails: [`p${n}@x.io`] })) });
  await state.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length / 2 / 4096) * 4096));
  await expect(open()).rejects.toMatchObject({ code: 'STATE_DAMAGED' });
});

test("another program's database is refused untouched", async () => {
  const db = new DatabaseSync(path);
  db.exec('CREATE TABLE theirs (a)');
  db.close();
  const before = readFileSync(path);
  await expect(open()).rejects.toMatchObject({ code: 'STATE_FOREIGN' });
  expect(readFileSync(path).equals(before)).toBe(true);
});

test('a state of a newer Truce is refused', async () => {
  await (await open()).close();
  const db = new DatabaseSync(path);
  db.exec('PRAGMA user_version = 999');
  db.close();
  await expect(open()).rejects.toMatchObject({ code: 'STATE_NEWER', message: expect.stringContaining('999') });
});

test('a state in a folder that is not there says so', async () => {
  await expect(open(join(folder, 'no', 'state.db'))).rejects.toMatchObject({ code: 'STATE_UNWRITABLE' });
});

test('a state is pinned to its accounts', async () => {
  let state = await open();
  await state.meta.pinAccount('marketing', '111');
  await state.meta.pinAccount('marketing', '111');
  state = await reopen(state);
  await expect(state.meta.pinAccount('marketing', '222')).rejects.toMatchObject({ code: 'STATE_OTHER_ACCOUNT' });
  expect(await state.meta.account('marketing')).toBe('111');
  expect(await state.meta.account('sales')).toBeNull();
});

test('people come back as they went in, whatever their fields are called', async () => {
  let state = await open();
  const fields = new Map<string, string | number | boolean | null>([
    ['__proto__', 'x'],
    ['constructor', null],
    ['n', 1.5],
    ['b', false],
    ['odd', "'\\%_\n\u2028\u{1F600}\u0000"],
  ]);
  const person = {
    ...storedPerson('sales', 's1', { dealOutcomes: ['won', 'open'], converted: true, convertedTo: 'c1' as RecordId }),
    fields,
  };
  await state.commit({ people: [person] });
  state = await reopen(state);
  const read = await state.people.get('sales', ['s1' as RecordId, 's2' as RecordId]);
  expect([...read.keys()]).toEqual(['s1']);
  expect(read.get('s1' as RecordId)).toEqual(person);
});

test('records that share an address, a key, a stored id, a conversion or a link are related', async () => {
  const state = await open();
  const people = [
    storedPerson('marketing', 'm1', { emails: ['a@x.io'], crossIds: ['s2'], key: 'k1' }),
    storedPerson('sales', 's1', { emails: ['a@x.io'], convertedTo: 'c1' as RecordId }),
    storedPerson('sales', 's2'),
    storedPerson('sales', 's3', { crossIds: ['m1'] }),
    storedPerson('sales', 's4', { key: 'k1' }),
    storedPerson('sales', 'c1'),
    storedPerson('sales', 's9', { emails: ['other@x.io'] }),
  ];
  await state.commit({ people });
  const [ofM1, ofC1, ofS9] = await state.people.related([people[0]!, people[5]!, people[6]!]);
  expect(ofM1?.map((person) => person.id).toSorted()).toEqual(['s1', 's2', 's3', 's4']);
  expect(ofC1?.map((person) => person.id)).toEqual(['s1']);
  expect(ofS9).toEqual([]);
});

test('an address that was taken from a record relates it no more', async () => {
  const state = await open();
  await state.commit({
    people: [storedPerson('marketing', 'm1', { emails: ['a@x.io'] }), storedPerson('sales', 's1', { emails: ['a@x.io'] })],
  });
  await state.commit({ people: [storedPerson('marketing', 'm1', { emails: ['b@x.io'], version: '2' })] });
  const [related] = await state.people.related([storedPerson('sales', 's1', { emails: ['a@x.io'] })]);
  expect(related).toEqual([]);
});

test('an observation without news leaves its link settled; one with news does not', async () => {
  const state = await open();
  await withPair(state);
  expect(await state.links.unsettledCount()).toBe(0);
  await state.commit({ people: [storedPerson('marketing', 'm1', { emails: ['a@x.io'], version: '9', modifiedAt: 9_000 })] });
  expect(await state.links.unsettledCount()).toBe(0);
  await state.commit({ people: [storedPerson('marketing', 'm1', { emails: ['a@x.io'], version: '10', fields: { st: 'NEW' } })] });
  expect(await state.links.unsettledCount()).toBe(1);
});

test('links page by id with members and bases', async () => {
  const state = await open();
  await withPair(state);
  await state.commit({ bases: [base('p-m-m1', { field: 'company', marketing: undefined, sales: null, rung: null, held: 'sales' })] });
  expect(await state.links.page({ after: '', limit: 10, all: false })).toEqual([]);
  const [person] = await state.links.page({ after: '', limit: 10, all: true });
  expect(person?.members.map((member) => member.id)).toEqual(['m1', 's1']);
  expect(person?.bases.get('status')).toEqual(base('p-m-m1'));
  const company = person?.bases.get('company');
  expect(company?.marketing).toBeUndefined();
  expect(company?.sales).toBeNull();
  expect(company?.held).toBe('sales');
  expect(await state.links.linkedCount()).toBe(1);
});

test('a deleted record leaves its counterpart alone, without a base', async () => {
  const state = await open();
  await withPair(state);
  await state.commit({ gone: [{ ...ref('sales', 's1'), erased: false, mergedInto: null }] });
  expect(await state.links.linkedCount()).toBe(0);
  const person = (await state.links.get(['p-m-m1'])).get('p-m-m1');
  expect(person?.kind).toBe('single');
  expect(person?.bases.size).toBe(0);
  expect((await state.people.unresolved(10)).map((record) => record.id)).toEqual(['m1']);
});

test('an erased record leaves no value behind in the journal', async () => {
  const state = await open();
  await withPair(state);
  await state.commit({ intents: [intent('i1')], outcomes: [{ id: 'i1', status: 'applied', at: 11 }] });
  await state.commit({ gone: [{ ...ref('marketing', 'm1'), erased: true, mergedInto: null }] });
  const kept = await state.journal.get('i1');
  expect(kept?.status).toBe('applied');
  expect(kept?.line.changes).toEqual([]);
  expect(kept?.before).toEqual([]);
});

test('what was linked to a merged record points to the one that survived', async () => {
  const state = await open();
  await withPair(state);
  await state.commit({ people: [storedPerson('marketing', 'm2', { emails: ['other@x.io'] })] });
  await state.commit({ gone: [{ ...ref('marketing', 'm1'), erased: false, mergedInto: 'm2' as RecordId }] });
  const [related] = await state.people.related([storedPerson('marketing', 'm2')]);
  expect(related?.map((person) => person.id)).toEqual(['s1']);
});

test('a batch is stored whole or not at all', async () => {
  const state = await open();
  await state.commit({ intents: [intent('i1')] });
  await expect(state.commit({ people: [storedPerson('marketing', 'm1')], intents: [intent('i1')] })).rejects.toThrow();
  expect(await state.people.count('marketing')).toBe(0);
});

test('an intent keeps its first outcome, and counts come from the journal', async () => {
  let state = await open();
  await state.commit({ intents: [intent('i1'), intent('i2'), intent('i3', { status: 'skipped', code: 'DRIFTED' })] });
  state = await reopen(state);
  expect((await state.journal.open()).map((entry) => entry.id)).toEqual(['i1', 'i2']);
  expect((await state.journal.get('i1'))?.before).toEqual([
    ['status', null],
    ['company', undefined],
  ]);
  await state.commit({ outcomes: [{ id: 'i1', status: 'applied', at: 12 }] });
  await state.commit({ outcomes: [{ id: 'i1', status: 'rejected', code: 'OTHER', at: 13 }] });
  expect(await state.journal.counts('run1')).toEqual({ open: 1, applied: 1, rejected: 0, superseded: 0, raced: 0, skipped: 1 });
  const seen: string[] = [];
  for await (const entry of state.journal.ofRun('run1')) seen.push(entry.id);
  expect(seen).toEqual(['i1', 'i2', 'i3']);
});

test('a second run is told who holds the lease, and gets it once that process is gone or its time is up', async () => {
  const first = await open();
  const second = await open();
  expect(await first.lease.acquire({ pid: process.pid, host: hostname() }, 1_000, 60_000)).toBe(1);
  const refused = second.lease.acquire({ pid: 1, host: hostname() }, 2_000, 60_000);
  await expect(refused).rejects.toMatchObject({ code: 'STATE_LOCKED', message: expect.stringContaining(String(process.pid)) });
  expect(await second.lease.acquire({ pid: 2_000_000_000, host: hostname() }, 61_001, 60_000)).toBe(2);
  // Process 2,000,000,000 does not exist: nobody waits for it.
  expect(await first.lease.acquire({ pid: process.pid, host: hostname() }, 61_002, 60_000)).toBe(3);
});

test('a run that lost its lease writes nothing more', async () => {
  const paused = await open();
  const other = await open();
  await paused.lease.acquire({ pid: process.pid, host: 'elsewhere' }, 1_000, 1_000);
  await other.lease.acquire({ pid: process.pid, host: 'elsewhere' }, 3_000, 1_000);
  await expect(paused.commit({ people: [storedPerson('marketing', 'm1')] })).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(paused.ledger.put([{ dealId: 'd', entry: '{}', at: 1 }])).rejects.toMatchObject({ code: 'LEASE_LOST' });
  await expect(paused.lease.renew(3_500, 1_000)).rejects.toMatchObject({ code: 'LEASE_LOST' });
  expect(await other.people.count('marketing')).toBe(0);
});

test('quarantine backs off by doubling, starts anew for a new cause, and is released', async () => {
  const state = await open();
  const hold = (code: string, at: number) =>
    state.commit({ hold: [{ side: 'sales', kind: 'person', recordId: 's1', code, cause: 'c', fix: 'f', at }] });
  const minute = 60_000;
  await hold('UNKNOWN_STATUS', 0);
  await hold('UNKNOWN_STATUS', minute);
  expect(await state.quarantine.all()).toMatchObject([{ attempts: 1, firstAt: 0, nextAt: 5 * minute }]);
  await hold('UNKNOWN_STATUS', 5 * minute);
  expect(await state.quarantine.all()).toMatchObject([{ attempts: 2, firstAt: 0, nextAt: 15 * minute }]);
  await hold('VALIDATION_RULE', 6 * minute);
  expect(await state.quarantine.all()).toMatchObject([{ code: 'VALIDATION_RULE', attempts: 1, firstAt: 6 * minute }]);
  expect(await state.quarantine.retryNow(7 * minute)).toBe(1);
  await state.commit({ release: [{ side: 'sales', kind: 'person', recordId: 's1' }] });
  expect(await state.quarantine.count()).toBe(0);
});

test('the ledger keeps superseded entries, and putting the same again changes nothing', async () => {
  const state = await open();
  await state.ledger.put([{ dealId: 'd1', entry: '{"origin":"a"}', at: 1 }]);
  await state.ledger.put([{ dealId: 'd1', entry: '{"origin":"a"}', at: 2 }]);
  await state.ledger.put([{ dealId: 'd1', entry: '{"origin":"b"}', at: 3 }]);
  expect(await state.ledger.get('d1')).toEqual({ dealId: 'd1', version: 2, entry: '{"origin":"b"}', at: 3, supersededAt: null });
  expect(await state.ledger.history('d1')).toHaveLength(2);
  const inForce: number[] = [];
  for await (const entry of state.ledger.list()) inForce.push(entry.version);
  expect(inForce).toEqual([2]);
  expect(await state.ledger.get('d2')).toBeNull();
});

test('an overlay may be changed and dropped; the original keeps every byte', async () => {
  const state = await open();
  await withPair(state);
  const before = readFileSync(path);
  const wal = existsSync(`${path}-wal`) ? readFileSync(`${path}-wal`) : null;
  const overlay = await state.overlay();
  expect(await overlay.links.linkedCount()).toBe(1);
  await overlay.commit({ people: [storedPerson('marketing', 'm7')], cursors: [] });
  expect(await overlay.people.count('marketing')).toBe(2);
  await overlay.close();
  expect(await state.people.count('marketing')).toBe(1);
  expect(readFileSync(path).equals(before)).toBe(true);
  if (wal !== null) expect(readFileSync(`${path}-wal`).equals(wal)).toBe(true);
});

test('an overlay of a state in memory works the same', async () => {
  const state = await open(':memory:');
  await withPair(state);
  const overlay = await state.overlay();
  await overlay.commit({ gone: [{ ...ref('sales', 's1'), erased: false, mergedInto: null }] });
  await overlay.close();
  expect(await state.people.count('sales')).toBe(1);
});

test('cursors and runs come back as they went in', async () => {
  const state = await open();
  const cursor = {
    side: 'sales',
    stream: 'people',
    cursor: '{"a":1}' as Cursor,
    asOf: 5,
    done: true,
    pass: 2,
    full: true,
    warehouseBehind: true,
  } as const;
  await state.commit({ cursors: [cursor] });
  expect(await state.cursors.get('sales', 'people')).toEqual(cursor);
  expect(await state.cursors.get('marketing', 'people')).toBeNull();
  const run = {
    id: 'r1',
    command: 'sync',
    mode: 'sync',
    epoch: 1,
    startedAt: 1,
    endedAt: null,
    status: 'running',
    code: null,
    detail: null,
    user: 'joe',
    approver: 'ann',
  } as const;
  await state.commit({ run });
  await state.commit({ run: { ...run, status: 'done', endedAt: 2 } });
  expect(await state.runs.last(5)).toEqual([{ ...run, status: 'done', endedAt: 2 }]);
});
