import { createWriteStream } from 'node:fs';
import { once } from 'node:events';
import { join } from 'node:path';

/** A cell of the merged tables; instants are epoch milliseconds. */
export type Cell = string | number | boolean | null;
export type ToyRow = Readonly<Record<string, Cell>>;
export type ToyTable = 'leads' | 'touches' | 'status_changes' | 'campaigns' | 'deals' | 'deal_contacts' | 'users';

export interface ToyOptions {
  readonly leads: number;
  readonly seed?: number;
  /** Contacts on average per lead that sales works; more makes more touches. */
  readonly busy?: number;
}

/** The columns that the toy company fills; the schema's defaults stand for the others. */
export const toyColumns: Readonly<Record<ToyTable, readonly string[]>> = {
  leads:
    'lead_id marketing_person_id sales_lead_id account_id created_at created_in origin channel campaign_id owner_id marketing_rung sales_rung opted_out_at merged_into is_internal is_test unread_by_owner rejection_reason'.split(
      ' ',
    ),
  touches: 'touch_id lead_id occurred_at at_precision kind side direction actor_id actor_kind result recorded_in dup_of'.split(' '),
  status_changes: 'change_id entity entity_id recorded_in field to_status to_raw occurred_at reason rule'.split(' '),
  campaigns: 'campaign_id marketing_campaign_id sales_campaign_ids name channel'.split(' '),
  deals:
    'deal_id marketing_deal_id sales_deal_id account_id owner_id created_at closed_at closed_precision outcome loss_reason amount_base reopened'.split(
      ' ',
    ),
  deal_contacts: 'deal_contact_id deal_id lead_id is_primary added_at'.split(' '),
  users: 'user_id marketing_owner_id sales_user_id name team kind'.split(' '),
};

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
/** The toy company's first lead may come at this instant. */
export const toyStart: number = Date.UTC(2025, 0, 1);
/** Everything in it has happened by then. */
export const toyEnd: number = Date.UTC(2026, 0, 31);

const channels = ['paid_search', 'organic_search', 'social', 'event', 'referral', 'unknown', null];
const rejections = ['no budget', 'not a fit', 'unreachable', null];
const losses = ['price', 'no decision', 'competitor', null, null];

/** A small, fast, seeded generator (mulberry32): the same seed gives the same company on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/**
 * A seeded company whose teams misbehave as real ones do: leads that nobody calls, copies that arrive late or never,
 * programs that write mails, reopened deals, blank channels, people merged or internal. Yields rows one after the other,
 * so a million leads need no memory.
 */
export function* toyCompany(options: ToyOptions): Generator<readonly [ToyTable, ToyRow]> {
  const random = seeded(options.seed ?? 1);
  const pick = <T>(list: readonly T[]): T => list[Math.floor(random() * list.length)] as T;
  const campaigns = Math.max(6, Math.min(60, Math.floor(options.leads / 40)));
  for (let i = 0; i < 10; i += 1) {
    const team = i < 8 ? 'sales' : 'marketing';
    const row = {
      user_id: `u${i}`,
      marketing_owner_id: `m${i}`,
      sales_user_id: i < 8 ? `s${i}` : null,
      name: `Person ${i}`,
      team,
      kind: 'person',
    };
    yield ['users', row];
  }
  yield ['users', { user_id: 'u10', marketing_owner_id: null, sales_user_id: 's10', name: 'Sync', team: null, kind: 'integration' }];
  for (let i = 0; i < campaigns; i += 1) {
    const known = i % 5;
    yield [
      'campaigns',
      {
        campaign_id: `c${i}`,
        marketing_campaign_id: known === 4 ? null : `mc${i}`,
        sales_campaign_ids: known === 3 ? null : `["sc${i}"]`,
        name: `Campaign ${i}`,
        channel: pick(channels),
      },
    ];
  }
  const world = { random, pick, campaigns, busy: options.busy ?? 3, accounts: Math.max(3, Math.floor(options.leads / 3)) };
  for (let i = 0; i < options.leads; i += 1) yield* toyLead(`l${i}`, world);
}

interface World {
  readonly random: () => number;
  readonly pick: <T>(list: readonly T[]) => T;
  readonly campaigns: number;
  readonly busy: number;
  readonly accounts: number;
}

interface ToyChange {
  readonly at: number;
  readonly side: 'marketing' | 'sales';
  readonly rung: string;
  readonly reason?: string | null;
  readonly field?: string;
  readonly rule?: string;
}

/** One lead's life, before it becomes rows. */
interface Story {
  readonly id: string;
  readonly account: number;
  readonly createdAt: number;
  readonly origin: string;
  readonly owner: string | null;
  readonly handed: boolean;
  readonly changes: ToyChange[];
  readonly touches: ToyRow[];
  acceptedAt: number | null;
}

function* toyLead(id: string, world: World): Generator<readonly [ToyTable, ToyRow]> {
  const { random } = world;
  const chance = (p: number): boolean => random() < p;
  const account = Math.floor(random() * world.accounts);
  const createdAt = toyStart + Math.floor(random() * 380) * day + Math.floor(random() * day);
  const qualified = chance(0.7);
  const handed = qualified && chance(0.75);
  const owner = handed && chance(0.9) ? `u${Math.floor(random() * 8)}` : chance(0.1) ? 'u9' : null;
  const origin = chance(0.08) ? 'sales' : chance(0.9) ? 'marketing' : 'unknown';
  const story: Story = { id, account, createdAt, origin, owner, handed, changes: [], touches: [], acceptedAt: null };
  story.changes.push({ at: createdAt, side: 'marketing', rung: 'new', rule: 'initial' });
  const mqlAt = createdAt + Math.floor(random() * 5 * day);
  if (qualified) story.changes.push({ at: mqlAt, side: 'marketing', rung: 'mql', field: chance(0.5) ? 'stage' : 'status' });
  let handedAt = mqlAt + Math.floor(random() * 2 * day);
  const handovers = handed ? (chance(0.1) ? 2 : 1) : 0;
  for (let round = 1; round <= handovers; round += 1) handedAt = handover(story, world, { handedAt, again: round < handovers });
  for (let n = Math.floor(random() * 3); n > 0; n -= 1) {
    const at = createdAt - 2 * day + Math.floor(random() * 30 * day);
    const click = { direction: 'in', kind: 'click', actor_kind: chance(0.8) ? 'prospect' : 'bot', actor_id: null, result: null };
    story.touches.push({ ...touchRow(story, at, click), side: 'marketing' });
  }
  yield* leadRows(story, world);
}

/** One episode: the status changes and touches of it. Returns when the next one may begin. */
function handover(story: Story, world: World, round: { readonly handedAt: number; readonly again: boolean }): number {
  const { random, pick } = world;
  const chance = (p: number): boolean => random() < p;
  const { handedAt } = round;
  const effort = ((story.account * 7919) % 100) / 100;
  mirror(story, world, { at: handedAt, rung: 'handed', side: 'marketing' });
  if (chance(0.05)) touch(story, world, { at: handedAt - Math.floor(random() * 10 * day), actorKind: 'human' });
  let last = handedAt;
  const tries = chance(0.25 + 0.3 * (1 - effort)) ? 0 : 1 + Math.floor(random() * world.busy * 2);
  for (let n = 0; n < tries; n += 1) {
    last += Math.floor(n === 0 ? random() * (effort > 0.5 ? 6 * hour : 4 * day) : random() * 3 * day) + (chance(0.1) ? 0 : minute);
    touch(story, world, { at: last, actorKind: chance(0.75) ? 'human' : pick(['sequence', 'workflow', 'bot', 'unknown']) });
    const reply = { direction: 'in', kind: 'email', actor_kind: 'prospect', actor_id: null, result: 'replied' };
    if (chance(0.15)) story.touches.push(touchRow(story, last + 5 * minute, reply));
  }
  const end = chance(0.1) ? last : last + Math.floor(random() * 20 * day);
  const fate = random();
  if (tries > 0) mirror(story, world, { at: Math.min(last, handedAt + hour), rung: 'working', side: 'sales' });
  if (round.again) mirror(story, world, { at: end, rung: 'recycled', side: 'sales', reason: pick(rejections) });
  else if (fate < 0.35) {
    story.acceptedAt = end;
    mirror(story, world, { at: end, rung: 'accepted', side: 'sales' });
  } else if (fate < 0.65) mirror(story, world, { at: end, rung: 'rejected', side: 'sales', reason: pick(rejections) });
  else if (fate < 0.75) mirror(story, world, { at: end, rung: 'recycled', side: 'sales', reason: pick(rejections) });
  return end + 2 * hour + Math.floor(random() * 20 * day);
}

/** A change in one CRM, and mostly its copy in the other one within the hour. */
function mirror(story: Story, world: World, change: ToyChange): void {
  story.changes.push(change);
  if (world.random() >= 0.85) return;
  const at = change.at + Math.floor(world.random() * hour);
  story.changes.push({ at, side: change.side === 'marketing' ? 'sales' : 'marketing', rung: change.rung });
}

function touch(story: Story, world: World, one: { readonly at: number; readonly actorKind: string }): void {
  const { random, pick } = world;
  const kind = pick(['call', 'call', 'email', 'email', 'meeting', 'social', 'sms', 'task']);
  const wrong = random() < 0.08 ? pick(['bounced', 'failed', 'scheduled', 'canceled']) : null;
  const result = wrong ?? (kind === 'call' ? pick(['answered', 'no_answer', null]) : null);
  const byDay = random() < 0.08;
  const rest = { direction: 'out', kind, actor_kind: one.actorKind, actor_id: story.owner ?? 'u0', result };
  const at = byDay ? Math.floor(one.at / day) * day : one.at;
  story.touches.push({ ...touchRow(story, at, rest), at_precision: byDay ? 'day' : 'ms' });
  if (random() < 0.1) story.touches.push({ ...touchRow(story, one.at + minute, rest), dup_of: 'first' });
}

function touchRow(story: Story, at: number, rest: ToyRow): ToyRow {
  return { lead_id: story.id, occurred_at: at, at_precision: 'ms', side: 'sales', recorded_in: 'sales', dup_of: null, ...rest };
}

function* leadRows(story: Story, world: World): Generator<readonly [ToyTable, ToyRow]> {
  const { random, pick } = world;
  const chance = (p: number): boolean => random() < p;
  const { id, account, createdAt, origin } = story;
  const known = story.changes.filter((change) => change.at <= toyEnd).sort((a, b) => a.at - b.at);
  const rung = (side: string): string | null => known.findLast((change) => change.side === side && change.field !== 'stage')?.rung ?? null;
  const inSales = story.handed || chance(0.1);
  yield [
    'leads',
    {
      lead_id: id,
      marketing_person_id: origin === 'sales' && chance(0.5) ? null : `mp${id}`,
      sales_lead_id: inSales || origin === 'sales' ? `sl${id}` : null,
      account_id: chance(0.8) ? `a${account}` : null,
      created_at: createdAt,
      created_in: origin === 'sales' ? 'sales' : 'marketing',
      origin,
      channel: pick(channels),
      campaign_id: chance(0.9) ? `c${Math.floor(random() ** 2 * world.campaigns)}` : null,
      owner_id: story.owner,
      marketing_rung: rung('marketing'),
      sales_rung: rung('sales'),
      opted_out_at: chance(0.03) ? createdAt + Math.floor(random() * 40 * day) : null,
      merged_into: chance(0.01) ? 'l0' : null,
      is_internal: chance(0.01),
      is_test: chance(0.01),
      unread_by_owner: chance(0.2) ? true : null,
      rejection_reason: null,
    },
  ];
  let number = 0;
  for (const { at, side, rung: status, reason, field, rule } of known) {
    const change = { change_id: `${id}-${(number += 1)}`, entity: 'lead', entity_id: id, recorded_in: side, field: field ?? 'status' };
    const rest = { to_status: status, to_raw: status, occurred_at: at, reason: reason ?? null, rule: rule ?? null };
    yield ['status_changes', { ...change, ...rest }];
  }
  for (const one of story.touches) {
    if ((one['occurred_at'] as number) <= toyEnd) yield ['touches', { ...one, touch_id: `${id}-t${(number += 1)}` }];
  }
  const accepted = story.acceptedAt;
  if (accepted !== null && accepted <= toyEnd && chance(0.6))
    yield* toyDeal(id, accepted, { ...world, account: `a${account}`, owner: story.owner });
}

function* toyDeal(
  lead: string,
  accepted: number,
  world: World & { readonly account: string; readonly owner: string | null },
): Generator<readonly [ToyTable, ToyRow]> {
  const { random, pick } = world;
  const id = `d-${lead}`;
  const createdAt = accepted + Math.floor(random() * 3 * day);
  if (createdAt > toyEnd) return;
  const closedAt = createdAt + (random() < 0.05 ? minute : Math.floor(random() * 120 * day));
  const reopened = random() < 0.08;
  const finalAt = reopened ? closedAt + Math.floor(random() * 40 * day) + day : closedAt;
  const outcome = random() < 0.45 ? 'won' : 'lost';
  const steps: [number, string][] = [
    [createdAt, 'open'],
    [closedAt, reopened ? 'lost' : outcome],
  ];
  if (reopened) steps.push([closedAt + hour, 'open'], [finalAt, outcome]);
  const happened = steps.filter(([at]) => at <= toyEnd);
  const last = happened.at(-1)?.[1] ?? 'open';
  const history = random() < 0.7;
  const byDay = !history && random() < 0.5;
  const closed = last === 'open' ? null : (happened.at(-1)?.[0] ?? null);
  const twin = random() < 0.5;
  yield [
    'deals',
    {
      deal_id: id,
      marketing_deal_id: twin ? `md${id}` : null,
      sales_deal_id: `sd${id}`,
      account_id: world.account,
      owner_id: world.owner,
      created_at: createdAt,
      closed_at: closed !== null && byDay ? Math.floor(closed / day) * day : closed,
      closed_precision: byDay ? 'day' : 'ms',
      outcome: last,
      loss_reason: last === 'open' ? null : pick(losses),
      amount_base: random() < 0.1 ? null : Math.floor(random() * 5_000_000),
      reopened: happened.length > 2 ? 1 : 0,
    },
  ];
  yield ['deal_contacts', { deal_contact_id: `${id}-1`, deal_id: id, lead_id: lead, is_primary: true, added_at: createdAt }];
  if (!history) return;
  const sides = twin && random() < 0.6 ? ['sales', 'marketing'] : ['sales'];
  for (const side of sides) {
    for (const [i, [at, state]] of happened.entries()) {
      const row = {
        change_id: `${id}-${side}-${i}`,
        entity: 'deal',
        entity_id: id,
        recorded_in: side,
        field: 'stage',
        to_status: state,
        to_raw: state,
      };
      yield ['status_changes', { ...row, occurred_at: at, reason: null, rule: null }];
    }
  }
}

/** All rows at once, by table: for small companies. */
export function toyRows(options: ToyOptions): ReadonlyMap<ToyTable, readonly ToyRow[]> {
  const rows = new Map<ToyTable, ToyRow[]>();
  for (const [table, row] of toyCompany(options)) {
    const list = rows.get(table);
    if (list === undefined) rows.set(table, [row]);
    else list.push(row);
  }
  return rows;
}

/** Writes one CSV file per table into a folder, streaming; an empty cell is null. Returns the number of rows by table. */
export async function writeToyCsv(folder: string, options: ToyOptions): Promise<ReadonlyMap<ToyTable, number>> {
  const counts = new Map<ToyTable, number>();
  const files = new Map<ToyTable, ReturnType<typeof createWriteStream>>();
  for (const [table, row] of toyCompany(options)) {
    let file = files.get(table);
    if (file === undefined) {
      file = createWriteStream(join(folder, `${table}.csv`));
      files.set(table, file);
      file.write(`${toyColumns[table].join(',')}\n`);
    }
    const line = toyColumns[table].map((column) => csvCell(row[column] ?? null)).join(',');
    if (!file.write(`${line}\n`)) await once(file, 'drain');
    counts.set(table, (counts.get(table) ?? 0) + 1);
  }
  for (const file of files.values()) {
    file.end();
    await once(file, 'close');
  }
  return counts;
}

function csvCell(value: Cell): string {
  if (value === null) return '';
  return typeof value === 'string' ? `"${value.replaceAll('"', '""')}"` : String(value);
}
