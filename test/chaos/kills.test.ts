import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { api, credentials, desk, office, type Office, type Pair } from '../cli/support.ts';
import { dice } from './dice.ts';
import { lostEdits, writesWithoutIntent, type JournalRow, type Witness } from './oracle.ts';

const root = resolve(import.meta.dirname, '../..');
const kills = Number(process.env['KILLS'] ?? 100);
const seed = Number(process.env['SEED'] ?? 1);
const people = 40;
/** Clean runs after which nothing may be left to do. */
const cleanRuns = 3;
const marketingValues = ['NEW', 'IN_PROGRESS', 'UNQUALIFIED', 'BAD_TIMING'];
const salesValues = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'];

/** The command as a process, in a process group of its own so that nothing of it survives. */
function sync(cwd: string, env: Readonly<Record<string, string>>) {
  const child = spawn(process.execPath, ['--conditions=truce-source', join(root, 'src/cli/bin.js'), 'sync', '--json', '--yes'], {
    cwd,
    env: { PATH: process.env['PATH'] ?? '', ...env },
  });
  let [out, err] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (err += chunk.toString()));
  return { child, ended: once(child, 'close').then(() => ({ exit: child.exitCode, out, err })) };
}

const later = (ms: number): Promise<void> =>
  new Promise((wake) => {
    setTimeout(wake, ms);
  });

/** A user's edit. */
interface Edited {
  readonly pair: Pair;
  readonly side: 'marketing' | 'sales';
}

/** Lets a run read its targets, holds its first write for a moment, has a user edit meanwhile, and lets the run end. */
async function editInBetween(o: Office, { child, ended }: ReturnType<typeof sync>, edit: () => Promise<Edited>): Promise<void> {
  const held = { times: 1, when: 'before', effect: { type: 'delay', ms: 250 } } as const;
  o.box.faults.add([
    { match: { method: 'POST', path: 'contacts/batch/update', by: 'integration' }, ...held },
    { match: { method: 'PATCH', path: '/sobjects/Lead/|/composite/sobjects', by: 'integration' }, ...held },
  ]);
  const running = (): boolean => child.exitCode === null && child.signalCode === null;
  while (running() && !o.box.faults.list().some((fault) => fault.applied > 0)) await later(5);
  if (running()) await edit();
  await ended;
  o.box.faults.clear();
}

/** Where a run is killed: at any time, or while a write is on its way, before or after the CRM took it in. */
type Point = 'any time' | 'before a write' | 'after a write' | 'after a read-back';

/** Waits for the point: the sandbox holds the answer of the call until the process is gone. */
async function killAt(point: Point, at: { o: Office; child: ReturnType<typeof sync>['child']; ms: number }): Promise<void> {
  const { o, child, ms } = at;
  const gone = once(child, 'exit').then(() => 'gone' as const);
  if (point === 'any time') {
    await Promise.race([gone, later(ms)]);
  } else {
    const path = point === 'after a read-back' ? 'batch/read|/query' : 'batch/update|/composite|/sobjects/Lead/';
    const method = point === 'after a read-back' ? {} : { method: ms % 2 === 0 ? 'POST' : 'PATCH' };
    o.box.faults.add([
      {
        match: { path, ...method, by: 'integration' },
        times: 1,
        when: point === 'before a write' ? 'before' : 'after',
        effect: { type: 'silence' },
      },
    ]);
    const met = async (): Promise<'met'> => {
      while (child.exitCode === null && child.signalCode === null && !o.box.faults.list().some((fault) => fault.applied > 0))
        await later(5);
      return 'met';
    };
    await Promise.race([gone, met(), later(4_000)]);
  }
  child.kill('SIGKILL');
  await gone;
  o.box.faults.clear();
}

it(`${kills} rounds of kills with writes on their way, and of edits in between: nothing twice, no edit lost, no write without an intent, the state whole`, async () => {
  await using o = await office();
  using d = desk(o.box, {});
  d.write('truce.config.json', { mode: 'sync', guards: { canary: 0, changes: { count: 1_000, share: 1 } } });
  const env = { ...credentials(o.box), TRUCE_WAREHOUSE: 'none' };
  const pairs: Pair[] = [];
  for (let index = 0; index < people; index += 1) pairs.push(await o.person({ email: `p${index}@example.com` }));
  const first = await sync(d.folder, env).ended;
  expect(first.exit, first.err).toBe(0);
  const roll = dice(seed);
  const edit = async (pair: Pair = roll.pick(pairs), side: Edited['side'] = roll.chance(0.5) ? 'marketing' : 'sales'): Promise<Edited> => {
    if (side === 'marketing')
      await o.hubspot('PATCH', `/crm/v3/objects/contacts/${pair.contact}`, { properties: { hs_lead_status: roll.pick(marketingValues) } });
    else await o.salesforce('PATCH', `${api}/sobjects/Lead/${pair.lead}`, { Status: roll.pick(salesValues) });
    return { pair, side };
  };
  const points: Record<string, number> = {};
  for (let kill = 0; kill < kills; kill += 1) {
    const edited: Edited[] = [];
    for (let edits = 1 + roll.below(6); edits > 0; edits -= 1) edited.push(await edit());
    if (roll.chance(0.3)) {
      // Salesforce's condition counts in whole seconds: an edit in the second of the one before can't be told from it.
      await later(1_100);
      const { pair, side } = roll.pick(edited);
      // The record that the run is about to write: the other side of what somebody has just changed.
      await editInBetween(o, sync(d.folder, env), () => edit(pair, side === 'marketing' ? 'sales' : 'marketing'));
      points['edited in between'] = (points['edited in between'] ?? 0) + 1;
      continue;
    }
    const point = roll.pick<Point>(['any time', 'before a write', 'after a write', 'after a read-back']);
    const { child } = sync(d.folder, env);
    const during = roll.chance(0.5) ? later(100 + roll.below(500)).then(() => edit()) : null;
    await killAt(point, { o, child, ms: 50 + roll.below(900) });
    await during;
    points[point] = (points[point] ?? 0) + 1;
  }
  let last = { exit: -1, out: '', err: '' } as Awaited<ReturnType<typeof sync>['ended']>;
  for (let run = 0; run < cleanRuns; run += 1) last = await sync(d.folder, env).ended;
  expect(last.exit, last.err).toBe(0);
  expect(JSON.parse(last.out)).toMatchObject({ applied: 0, rejected: 0, raced: 0, plan: { create: 0, update: 0 } });

  const witness = await seen(o, pairs);
  const journal = journalOf(d.path('truce.db'));
  expect(witness.contacts, 'contacts').toBe(people);
  expect(witness.leads, 'leads').toBe(people);
  expect(writesWithoutIntent(witness, journal)).toEqual([]);
  expect(lostEdits(witness, journal)).toEqual([]);
  const disagreeing = witness.people.filter(({ marketing, sales }) => !agree(marketing, sales));
  expect(disagreeing).toEqual([]);
  const written = witness.people.flatMap((person) => person.history).filter((entry) => entry.by === 'truce').length;
  console.log(
    `${kills} rounds (${Object.entries(points)
      .map(([point, n]) => `${n} ${point}`)
      .join(', ')}), ${journal.length} intents, ${written} writes by Truce, seed ${seed}`,
  );
}, 900_000);

/** Values of both stock maps that stand for one rung; what one side holds back may differ. */
const rungs: Readonly<Record<string, string>> = {
  NEW: 'handed',
  IN_PROGRESS: 'working',
  UNQUALIFIED: 'rejected',
  BAD_TIMING: 'recycled',
  'Open - Not Contacted': 'handed',
  'Working - Contacted': 'working',
  'Closed - Not Converted': 'rejected',
};

function agree(marketing: string, sales: string): boolean {
  // Salesforce has no value for recycled: whatever it holds stays.
  return rungs[marketing] === 'recycled' || rungs[marketing] === rungs[sales];
}

/** What both CRMs show their users: each status with its whole history. */
async function seen(o: Office, pairs: readonly Pair[]): Promise<Witness> {
  const people: Witness['people'][number][] = [];
  for (const pair of pairs) {
    const contact = await o.hubspot(
      'GET',
      `/crm/v3/objects/contacts/${pair.contact}?properties=hs_lead_status&propertiesWithHistory=hs_lead_status`,
    );
    const entries = contact.propertiesWithHistory.hs_lead_status as { value: string; timestamp: string; sourceType: string }[];
    const lead = await o.salesforce('GET', `${api}/sobjects/Lead/${pair.lead}?fields=Status`);
    const query = `SELECT OldValue, NewValue, CreatedDate, CreatedBy.Name FROM LeadHistory WHERE Field = 'Status' AND LeadId = '${pair.lead}' ORDER BY CreatedDate DESC, Id DESC`;
    const rows = (await o.salesforce('GET', `${api}/query?q=${encodeURIComponent(query)}`)).records as {
      OldValue: string | null;
      NewValue: string;
      CreatedDate: string;
      CreatedBy: { Name: string };
    }[];
    people.push({
      contact: pair.contact,
      lead: pair.lead,
      marketing: contact.properties.hs_lead_status as string,
      sales: lead.Status as string,
      history: [
        ...entries.map((entry, index) => ({
          side: 'marketing' as const,
          record: pair.contact,
          value: entry.value,
          at: Date.parse(entry.timestamp),
          before: entries[index + 1]?.value ?? null,
          beforeBy:
            entries[index + 1] === undefined
              ? null
              : entries[index + 1]?.sourceType === 'INTEGRATION'
                ? ('truce' as const)
                : ('user' as const),
          by: entry.sourceType === 'INTEGRATION' ? ('truce' as const) : ('user' as const),
          newer: index,
        })),
        ...rows.map((row, index) => ({
          side: 'sales' as const,
          record: pair.lead,
          value: row.NewValue,
          at: Date.parse(row.CreatedDate),
          before: row.OldValue,
          beforeBy:
            rows[index + 1] === undefined
              ? ('user' as const)
              : /integration/i.test(rows[index + 1]?.CreatedBy.Name ?? '')
                ? ('truce' as const)
                : ('user' as const),
          by: /integration/i.test(row.CreatedBy.Name) ? ('truce' as const) : ('user' as const),
          newer: index,
        })),
      ],
    });
  }
  const contacts = ((await o.hubspot('GET', '/crm/v3/objects/contacts?limit=100')).results as unknown[]).length;
  const leads = (await o.salesforce('GET', `${api}/query?q=${encodeURIComponent('SELECT COUNT() FROM Lead')}`)).totalSize as number;
  return { people, contacts, leads };
}

/** The journal as SQLite has it, read beside Truce. */
function journalOf(path: string): readonly JournalRow[] {
  const db = new DatabaseSync(path, { readOnly: true });
  try {
    expect(db.prepare('PRAGMA integrity_check').get()).toEqual({ integrity_check: 'ok' });
    const rows = db.prepare('SELECT side, record_id, line, status, at FROM journal ORDER BY seq').all();
    return rows.map((row) => {
      const line = JSON.parse(String(row['line'])) as { room: string; changes: { name: string; before?: string | null; after: string }[] };
      return {
        side: String(row['side']) as 'marketing' | 'sales',
        record: String(row['record_id']),
        room: line.room,
        status: String(row['status']),
        at: Number(row['at']),
        after: line.changes.find((change) => change.name === 'status')?.after ?? null,
        before: line.changes.find((change) => change.name === 'status')?.before ?? null,
      };
    });
  } finally {
    db.close();
  }
}
