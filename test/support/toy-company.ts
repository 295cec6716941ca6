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

function* toyLead(id: string, world: World): Generator<readonly [ToyTable, ToyRow]> {
  const { random, pick } = world;
  const chance = (p: number): boolean => random() < p;
  const account = Math.floor(random() * world.accounts);
  const effort = ((account * 7919) % 100) / 100;
  const createdAt = toyStart + Math.floor(random() * 380) * day + Math.floor(random() * day);
  const changes: { at: number; side: 'marketing' | 'sales'; rung: string; reason?: string | null; field?: string; rule?: string }[] = [];
  const touches: ToyRow[] = [];
  const mirror = (at: number, rung: string, from: 'marketing' | 'sales', reason: string | null = null): void => {
    changes.push({ at, side: from, rung, reason });
    if (chance(0.85)) changes.push({ at: at + Math.floor(random() * hour), side: from === 'marketing' ? 'sales' : 'marketing', rung });
  };
  const qualified = chance(0.7);
  const handed = qualified && chance(0.75);
  const owner = handed && chance(0.9) ? `u${Math.floor(random() * 8)}` : chance(0.1) ? 'u9' : null;
  const origin = chance(0.08) ? 'sales' : chance(0.9) ? 'marketing' : 'unknown';
  changes.push({ at: createdAt, side: 'marketing', rung: 'new', rule: 'initial' });
  const mqlAt = createdAt + Math.floor(random() * 5 * day);
  if (qualified) changes.push({ at: mqlAt, side: 'marketing', rung: 'mql', field: chance(0.5) ? 'stage' : 'status' });
  let t = mqlAt + Math.floor(random() * 2 * day);
  let accepted: number | null = null;
  const handovers = handed ? (chance(0.1) ? 2 : 1) : 0;
  for (let round = 0; round < handovers; round += 1) {
    const handedAt = t;
    mirror(handedAt, 'handed', 'marketing');
    if (chance(0.05)) touch(handedAt - Math.floor(random() * 10 * day), 'human');
    let last = handedAt;
    const tries = chance(0.25 + 0.3 * (1 - effort)) ? 0 : 1 + Math.floor(random() * world.busy * 2);
    for (let n = 0; n < tries; n += 1) {
      last += Math.floor(n === 0 ? random() * (effort > 0.5 ? 6 * hour : 4 * day) : random() * 3 * day) + (chance(0.1) ? 0 : minute);
      touch(last, chance(0.75) ? 'human' : pick(['sequence', 'workflow', 'bot', 'unknown']));
      if (chance(0.15))
        touches.push(row(last + 5 * minute, { direction: 'in', kind: 'email', actor_kind: 'prospect', actor_id: null, result: 'replied' }));
    }
    const end = chance(0.1) ? last : last + Math.floor(random() * 20 * day);
    const fate = random();
    if (tries > 0) mirror(Math.min(last, handedAt + hour), 'working', 'sales');
    if (round + 1 < handovers) mirror(end, 'recycled', 'sales', pick(rejections));
    else if (fate < 0.35) {
      accepted = end;
      mirror(end, 'accepted', 'sales');
    } else if (fate < 0.65) mirror(end, 'rejected', 'sales', pick(rejections));
    else if (fate < 0.75) mirror(end, 'recycled', 'sales', pick(rejections));
    t = end + 2 * hour + Math.floor(random() * 20 * day);
  }
  for (let n = Math.floor(random() * 3); n > 0; n -= 1) {
    const at = createdAt - 2 * day + Math.floor(random() * 30 * day);
    touches.push({
      ...row(at, { direction: 'in', kind: 'click', actor_kind: chance(0.8) ? 'prospect' : 'bot', actor_id: null, result: null }),
      side: 'marketing',
    });
  }
  const optedOut = chance(0.03) ? createdAt + Math.floor(random() * 40 * day) : null;
  yield* emit();

  function touch(at: number, actorKind: string): void {
    const kind = pick(['call', 'call', 'email', 'email', 'meeting', 'social', 'sms', 'task']);
    const result = chance(0.08)
      ? pick(['bounced', 'failed', 'scheduled', 'canceled'])
      : kind === 'call'
        ? pick(['answered', 'no_answer', null])
        : null;
    const byDay = chance(0.04);
    touches.push({
      ...row(byDay ? Math.floor(at / day) * day : at, { direction: 'out', kind, actor_kind: actorKind, actor_id: owner ?? 'u0', result }),
      at_precision: byDay ? 'day' : 'ms',
    });
    if (chance(0.1))
      touches.push({
        ...row(at + minute, { direction: 'out', kind, actor_kind: actorKind, actor_id: owner ?? 'u0', result }),
        dup_of: 'first',
      });
  }
  function row(at: number, rest: ToyRow): ToyRow {
    return { lead_id: id, occurred_at: at, at_precision: 'ms', side: 'sales', recorded_in: 'sales', dup_of: null, ...rest };
  }
  function* emit(): Generator<readonly [ToyTable, ToyRow]> {
    const known = changes.filter((change) => change.at <= toyEnd).sort((a, b) => a.at - b.at);
    const rung = (side: string): string | null =>
      known.findLast((change) => change.side === side && change.field !== 'stage')?.rung ?? null;
    const inSales = handed || chance(0.1);
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
        owner_id: owner,
        marketing_rung: rung('marketing'),
        sales_rung: rung('sales'),
        opted_out_at: optedOut,
        merged_into: chance(0.01) ? 'l0' : null,
        is_internal: chance(0.01),
        is_test: chance(0.01),
        unread_by_owner: chance(0.2) ? true : null,
        rejection_reason: null,
      },
    ];
    let number = 0;
    for (const change of known) {
      yield [
        'status_changes',
        {
          change_id: `${id}-${(number += 1)}`,
          entity: 'lead',
          entity_id: id,
          recorded_in: change.side,
          field: change.field ?? 'status',
          to_status: change.rung,
          to_raw: change.rung,
          occurred_at: change.at,
          reason: change.reason ?? null,
          rule: change.rule ?? null,
        },
      ];
    }
    for (const one of touches) {
      if ((one['occurred_at'] as number) <= toyEnd) yield ['touches', { ...one, touch_id: `${id}-t${(number += 1)}` }];
    }
    if (accepted !== null && accepted <= toyEnd && chance(0.6)) yield* toyDeal(id, accepted, { ...world, account: `a${account}`, owner });
  }
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
