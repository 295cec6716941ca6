import { hierarchicalRates } from './estimators/hierarchical.ts';
import { labelOf, otherKey, rates } from './rates.ts';
import { count, text } from './rows.ts';
import type { Splice } from './splice.ts';
import { splice } from './splice.ts';
import { endedSql } from './sql/ended.sql.ts';
import { ledgerDealsSql } from './sql/ledger-deals.sql.ts';
import { ledgerRateSql } from './sql/ledger-rate.sql.ts';
import { ledgerSql } from './sql/ledger.sql.ts';
import { reasonsSql } from './sql/reasons.sql.ts';
import type { Interval, LedgerDeals, LedgerRate, LedgerRow, LedgerState, StatContext } from './types.ts';

/** The ledger's columns, in the order in which a lead's life runs. */
const ledgerStates: readonly LedgerState[] = [
  'not_handed',
  'waiting_untouched',
  'closed_untouched',
  'being_worked',
  'rejected',
  'recycled',
  'accepted_no_deal',
  'deal_open',
  'won',
  'lost',
];

type LedgerDimension = LedgerRow['dimension'];

interface Tally {
  readonly states: Map<LedgerState, number>;
  leads: number;
  handed: number;
  followed: number;
  accepted: number;
  readonly deals: Record<'won' | 'lost', { n: number; amount: bigint; missing: number }>;
  readonly reasons: Map<string, number>;
  reasonMissing: number;
}

interface RateCounts {
  readonly k: number;
  readonly n: number;
}

/** What the rows of campaigns say beyond their counts. */
export interface CampaignFacts {
  readonly channel: ReadonlyMap<string, string>;
  readonly knownIn: ReadonlyMap<string, 'both' | 'marketing' | 'sales'>;
}

/** The ledger's rows of one dimension, most leads first; small groups merged into one row at the end. */
export async function ledgerRows(context: StatContext, dimension: LedgerDimension, facts: CampaignFacts): Promise<readonly LedgerRow[]> {
  const column: Splice = dimension === 'total' ? { sql: "''" } : { sql: `p.${dimension}` };
  const min = dimension === 'total' ? 0 : context.settings.minCell;
  const rows = await context.db.query(splice(ledgerSql, { g: column, min, other: { sql: `'${otherKey}'` } }));
  const tallies = new Map<string, Tally>();
  for (const row of rows) addStates(tallyOf(tallies, text(row, 'g')), row);
  const keys = new Set(tallies.keys());
  const place = (key: string): Tally => tallyOf(tallies, keys.has(key) ? key : otherKey);
  const deals = await context.db.query(splice(ledgerDealsSql, { g: column }));
  for (const row of deals) addDeals(place(text(row, 'g')), row);
  const reasonColumn: Splice = dimension === 'total' ? { sql: "''" } : { sql: `e.${dimension}` };
  const reasons = await context.db.query(splice(reasonsSql, { g: reasonColumn, ended: { sql: endedSql } }));
  for (const row of reasons) if (text(row, 'ended') !== 'won') addReason(place(text(row, 'g')), row);
  const merged = dimension === 'total' ? 0 : await mergedGroups(context, { column, keys });

  const ordered = [...tallies]
    .filter(([, tally]) => tally.leads > 0)
    .sort(([a, x], [b, y]) => lastOther(a, b) || y.leads - x.leads || (a < b ? -1 : 1));
  const estimated = await estimateRates(context, { dimension, column, min, ordered });
  return ordered.map(([key, tally], i) =>
    rowOf(key, tally, { dimension, label: labelOf(context, dimension, key, merged), facts, rates: estimated[i] }),
  );
}

function lastOther(a: string, b: string): number {
  return Number(a === otherKey) - Number(b === otherKey);
}

async function mergedGroups(context: StatContext, group: { readonly column: Splice; readonly keys: ReadonlySet<string> }): Promise<number> {
  const rows = await context.db.query(splice('SELECT DISTINCT {g} AS g FROM run_people p', { g: group.column }));
  return rows.filter((row) => !group.keys.has(text(row, 'g'))).length;
}

function tallyOf(tallies: Map<string, Tally>, key: string): Tally {
  const known = tallies.get(key);
  if (known !== undefined) return known;
  const fresh: Tally = {
    states: new Map(),
    leads: 0,
    handed: 0,
    followed: 0,
    accepted: 0,
    deals: { won: { n: 0, amount: 0n, missing: 0 }, lost: { n: 0, amount: 0n, missing: 0 } },
    reasons: new Map(),
    reasonMissing: 0,
  };
  tallies.set(key, fresh);
  return fresh;
}

type Row = Readonly<Record<string, unknown>>;

function addStates(tally: Tally, row: Row): void {
  const n = count(row, 'n');
  const state = text(row, 'state') as LedgerState;
  tally.states.set(state, (tally.states.get(state) ?? 0) + n);
  tally.leads += n;
  tally.handed += count(row, 'handed');
  tally.followed += count(row, 'followed');
  tally.accepted += count(row, 'accepted');
}

function addDeals(tally: Tally, row: Row): void {
  const deals = text(row, 'state') === 'won' ? tally.deals.won : tally.deals.lost;
  deals.n += count(row, 'n');
  deals.amount += BigInt(text(row, 'amount').split('.')[0] || '0');
  deals.missing += count(row, 'missing');
}

function addReason(tally: Tally, row: Row): void {
  const reason = text(row, 'reason');
  const n = count(row, 'n');
  if (reason === '') tally.reasonMissing += n;
  else tally.reasons.set(reason, (tally.reasons.get(reason) ?? 0) + n);
}

interface RowRates {
  readonly followedUp: LedgerRate | null;
  readonly accepted: LedgerRate | null;
  readonly won: LedgerRate;
}

async function estimateRates(
  context: StatContext,
  group: {
    readonly dimension: LedgerDimension;
    readonly column: Splice;
    readonly min: number;
    readonly ordered: readonly (readonly [string, Tally])[];
  },
): Promise<readonly RowRates[]> {
  const handed = context.facts.episodes > 0;
  const touches = context.facts.salesTouches > 0;
  const column = async (hit: string, of: string, counts: (tally: Tally) => RateCounts): Promise<readonly LedgerRate[]> => {
    const places = { g: group.column, hit: { sql: hit }, of: { sql: of } };
    const found = await rates(context, { obs: ledgerRateSql, places, params: [] });
    const intervals = new Map(found.map((r) => [r.key, r.interval]));
    const all = group.ordered.map(([, tally]) => counts(tally));
    const alone = group.ordered.map(([key]) => key !== otherKey);
    const shrunk = group.dimension === 'total' ? null : hierarchicalRates(all.filter((_, i) => alone[i]));
    let next = 0;
    return all.map((c, i) => {
      const own = alone[i] ? shrunk?.[next++] : undefined;
      const interval: Interval | null = c.n > 0 ? (intervals.get(group.ordered[i]?.[0] ?? '') ?? null) : null;
      return { ...c, raw: c.n > 0 ? c.k / c.n : null, shrunk: c.n > 0 && own !== undefined ? own : null, interval };
    });
  };
  const won = await column("f.state = 'won'", '1 = 1', (t) => ({ k: t.states.get('won') ?? 0, n: t.leads }));
  const accepted = handed ? await column('f.accepted = 1', 'f.handed = 1', (t) => ({ k: t.accepted, n: t.handed })) : null;
  const followed = handed && touches ? await column('f.ever_touched = 1', 'f.handed = 1', (t) => ({ k: t.followed, n: t.handed })) : null;
  const none: LedgerRate = { k: 0, n: 0, raw: null, shrunk: null, interval: null };
  return group.ordered.map((_, i) => ({ won: won[i] ?? none, accepted: accepted?.[i] ?? null, followedUp: followed?.[i] ?? null }));
}

function rowOf(
  key: string,
  tally: Tally,
  row: { readonly dimension: LedgerDimension; readonly label: string; readonly facts: CampaignFacts; readonly rates: RowRates | undefined },
): LedgerRow {
  const campaign = row.dimension === 'campaign';
  const states = Object.fromEntries(ledgerStates.map((state) => [state, tally.states.get(state) ?? 0])) as Record<LedgerState, number>;
  const shares = Object.fromEntries(ledgerStates.map((state) => [state, tally.leads > 0 ? states[state] / tally.leads : 0])) as Record<
    LedgerState,
    number
  >;
  const none: LedgerRate = { k: 0, n: 0, raw: null, shrunk: null, interval: null };
  return {
    dimension: row.dimension,
    key,
    label: row.label,
    channel: campaign ? (row.facts.channel.get(key) ?? null) : null,
    leads: tally.leads,
    states,
    shares,
    followedUp: row.rates?.followedUp ?? null,
    accepted: row.rates?.accepted ?? null,
    won: row.rates?.won ?? none,
    wonDeals: dealsOf(tally.deals.won),
    lostDeals: dealsOf(tally.deals.lost),
    topReason: topOf(tally.reasons),
    reasonMissing: tally.reasonMissing,
    knownIn: campaign ? (row.facts.knownIn.get(key) ?? null) : null,
  };
}

function dealsOf(deals: { readonly n: number; readonly amount: bigint; readonly missing: number }): LedgerDeals {
  return { n: deals.n, amountMinor: String(deals.amount), missing: deals.missing };
}

/** The most frequent reason; a tie goes to the first in the alphabet. */
function topOf(reasons: ReadonlyMap<string, number>): LedgerRow['topReason'] {
  const [top] = [...reasons].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1));
  return top === undefined ? null : { reason: top[0], n: top[1] };
}
