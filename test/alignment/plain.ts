import type { ToyRow, ToyTable } from '../support/toy-company.ts';

/**
 * The statistics once more, by plain loops over the rows, written from their definitions and not from the SQL: what the
 * tests compare with. Slow and simple on purpose.
 */
const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

export type Rows = ReadonlyMap<ToyTable, readonly ToyRow[]>;

interface Episode {
  readonly handed: number;
  readonly end: number;
  readonly next: number | null;
  readonly accepted: number | null;
  readonly exit: number | null;
  readonly outcome: 'accepted' | 'rejected' | 'recycled' | 'opted_out' | 'open';
  readonly outcomeAt: number | null;
}

export interface PlainLead {
  readonly row: ToyRow;
  readonly id: string;
  readonly cluster: string;
  readonly channel: string;
  readonly episodes: readonly Episode[];
  readonly touches: readonly ToyRow[];
  readonly changes: readonly ToyRow[];
  readonly deals: readonly PlainDeal[];
}

export interface PlainDeal {
  readonly row: ToyRow;
  readonly state: 'open' | 'won' | 'lost';
  readonly closedAt: number | null;
}

const num = (row: ToyRow, name: string): number => row[name] as number;
const ratchet = 'stage';
const acceptedRungs = new Set(['accepted', 'sql', 'opportunity', 'customer']);

export function plainDeals(rows: Rows, asOf: number): Map<string, PlainDeal> {
  const deals = new Map<string, PlainDeal>();
  for (const row of rows.get('deals') ?? []) {
    const id = String(row['deal_id']);
    let history = (rows.get('status_changes') ?? []).filter(
      (c) => c['entity'] === 'deal' && c['entity_id'] === id && num(c, 'occurred_at') <= asOf,
    );
    if (history.some((c) => c['recorded_in'] === 'sales')) history = history.filter((c) => c['recorded_in'] === 'sales');
    const events = history.map((c) => ({ at: num(c, 'occurred_at'), state: String(c['to_status']), recorded: true }));
    const closed = row['closed_at'] as number | null;
    if (row['outcome'] !== 'open' && closed !== null && closed <= asOf) {
      const at = row['closed_precision'] === 'day' ? Math.min(closed + day - 1, asOf) : closed;
      events.push({ at, state: String(row['outcome']), recorded: false });
    }
    const weight = { open: 0, lost: 1, won: 2 } as Record<string, number>;
    events.sort((a, b) => a.at - b.at || (weight[a.state] ?? 0) - (weight[b.state] ?? 0));
    const last = events.at(-1);
    const state = (last?.state ?? 'open') as PlainDeal['state'];
    let lastOpen = -Infinity;
    for (const event of events) {
      const sameTime = events.filter((other) => other.at === event.at);
      if (event.state === 'open' && sameTime.every((other) => other.state === 'open')) lastOpen = event.at;
    }
    const first = events.find((event) => event.recorded && event.state !== 'open' && event.at > lastOpen);
    if ((row['created_at'] as number) <= asOf || state !== 'open') {
      deals.set(id, { row, state, closedAt: state === 'open' ? null : (first?.at ?? closed) });
    }
  }
  return deals;
}

export function plainLeads(rows: Rows, asOf: number): PlainLead[] {
  const deals = plainDeals(rows, asOf);
  const byLead = (table: ToyTable, key: string): Map<string, ToyRow[]> => {
    const found = new Map<string, ToyRow[]>();
    for (const row of rows.get(table) ?? []) {
      const id = String(row[key]);
      found.set(id, [...(found.get(id) ?? []), row]);
    }
    return found;
  };
  const touches = byLead('touches', 'lead_id');
  const changes = byLead('status_changes', 'entity_id');
  const parts = byLead('deal_contacts', 'lead_id');
  const leads: PlainLead[] = [];
  for (const row of rows.get('leads') ?? []) {
    if (row['merged_into'] !== null || row['is_internal'] === true || row['is_test'] === true || num(row, 'created_at') > asOf) continue;
    const id = String(row['lead_id']);
    const own = (parts.get(id) ?? [])
      .filter((part) => num(part, 'added_at') <= asOf)
      .flatMap((part) => deals.get(String(part['deal_id'])) ?? []);
    const said = (changes.get(id) ?? []).filter((c) => c['entity'] === 'lead' && num(c, 'occurred_at') <= asOf);
    leads.push({
      row,
      id,
      cluster: row['account_id'] === null ? `lead:${id}` : String(row['account_id']),
      channel: (row['channel'] as string | null) ?? '',
      changes: said,
      touches: (touches.get(id) ?? []).filter((t) => num(t, 'occurred_at') <= asOf && t['dup_of'] === null),
      deals: own,
      episodes: episodesOf(row, said, { deals: own, asOf }),
    });
  }
  return leads;
}

function episodesOf(lead: ToyRow, changes: readonly ToyRow[], options: { deals: readonly PlainDeal[]; asOf: number }): Episode[] {
  const firm = (c: ToyRow): boolean => c['field'] !== ratchet;
  const exits = changes
    .filter((c) => firm(c) && (c['to_status'] === 'rejected' || c['to_status'] === 'recycled'))
    .map((c) => num(c, 'occurred_at'));
  const handed = changes
    .filter((c) => c['to_status'] === 'handed')
    .map((c) => num(c, 'occurred_at'))
    .sort((a, b) => a - b);
  const starts: number[] = [];
  let before = -1;
  for (const at of handed) {
    const passed = new Set(exits.filter((x) => x < at)).size;
    if (passed !== before) starts.push(at);
    before = passed;
  }
  const opted = lead['opted_out_at'] as number | null;
  return starts.map((start, i) => {
    const next = starts[i + 1] ?? null;
    const inside = (at: number): boolean => at >= start && (next === null || at < next);
    const firstOf = (times: number[]): number | null => (times.some(inside) ? Math.min(...times.filter(inside)) : null);
    const times = (test: (c: ToyRow) => boolean): number[] => changes.filter((c) => firm(c) && test(c)).map((c) => num(c, 'occurred_at'));
    const dealTimes = options.deals.map((deal) => num(deal.row, 'created_at'));
    const accepted = firstOf([...times((c) => acceptedRungs.has(String(c['to_status']))), ...dealTimes]);
    const rejected = firstOf(times((c) => c['to_status'] === 'rejected'));
    const recycled = firstOf(times((c) => c['to_status'] === 'recycled'));
    const out = opted !== null && opted <= options.asOf && inside(opted) ? opted : null;
    const ends = [rejected, recycled, out].filter((t) => t !== null);
    const exit = ends.length > 0 ? Math.min(...ends) : null;
    let outcome: Episode['outcome'] = 'open';
    if (accepted !== null && (exit === null || accepted <= exit)) outcome = 'accepted';
    else if (exit !== null) outcome = exit === rejected ? 'rejected' : exit === recycled ? 'recycled' : 'opted_out';
    const both = [accepted, exit].filter((t) => t !== null);
    return {
      handed: start,
      end: next ?? options.asOf,
      next,
      accepted,
      exit,
      outcome,
      outcomeAt: both.length > 0 ? Math.min(...both) : null,
    };
  });
}

const kinds = new Set(['call', 'email', 'meeting', 'social', 'sms']);
const failed = new Set(['bounced', 'failed', 'scheduled', 'canceled']);

/** The attempts on a lead under a policy (1 human, 2 also sequences, 3 anyone), in time, with what collapses into one. */
export function attemptsOf(
  lead: PlainLead,
  policy: number,
  asOf: number,
): { at: number; byDay: boolean; head: boolean; unknown: boolean }[] {
  const list = lead.touches
    .filter(
      (t) =>
        t['direction'] === 'out' &&
        kinds.has(String(t['kind'])) &&
        !failed.has(String(t['result'])) &&
        t['actor_kind'] !== 'bot' &&
        t['actor_kind'] !== 'prospect',
    )
    .map((t) => {
      const sales = t['side'] === 'sales';
      const level = sales && t['actor_kind'] === 'human' ? 1 : sales && t['actor_kind'] === 'sequence' ? 2 : 3;
      const byDay = t['at_precision'] === 'day';
      const at = byDay ? Math.min(num(t, 'occurred_at') + day - 1, asOf) : num(t, 'occurred_at');
      return {
        at,
        byDay,
        level,
        group: `${level}|${String(t['actor_id'])}|${String(t['kind'])}`,
        unknown: sales && t['actor_kind'] === 'unknown',
        head: true,
      };
    })
    .sort((a, b) => a.at - b.at);
  const lastOf = new Map<string, number>();
  for (const attempt of list) {
    const last = lastOf.get(attempt.group);
    attempt.head = last === undefined || attempt.at - last > 10 * minute;
    lastOf.set(attempt.group, attempt.at);
  }
  return list.filter((attempt) => attempt.level <= policy);
}

export interface Effort {
  readonly first: number | null;
  readonly byDay: boolean;
  readonly pre: number;
  readonly inside: number;
  readonly touched: boolean;
}

export function effortOf(lead: PlainLead, episode: Episode, options: { policy: number; asOf: number }): Effort {
  const all = attemptsOf(lead, options.policy, options.asOf).filter(
    (a) => a.at >= episode.handed - 7 * day && (episode.next === null || a.at < episode.next),
  );
  const after = all.filter((a) => a.at >= episode.handed);
  const limit = Math.min(episode.handed + 30 * day, episode.outcomeAt ?? Infinity);
  const inside = after.filter((a) => a.at <= limit);
  const first = after[0] ?? null;
  const heads = inside.filter((a) => a.head).length;
  return {
    first: first?.at ?? null,
    byDay: first !== null && after.filter((a) => a.at === first.at).every((a) => a.byDay),
    pre: all.length - after.length,
    inside: inside.length > 0 && heads === 0 ? 1 : heads,
    touched: all.length > 0,
  };
}

export interface Observation {
  readonly t: number;
  readonly e: 0 | 1 | 2;
}

/** The first touch of a first episode as an observation; null when it has none that counts. */
export function firstTouch(lead: PlainLead, options: { policy: number; asOf: number; preTouched: boolean }): Observation | null {
  const [episode] = lead.episodes;
  if (episode === undefined) return null;
  const opted = lead.row['opted_out_at'] as number | null;
  if (opted !== null && opted <= options.asOf && opted < episode.handed) return null;
  const effort = effortOf(lead, episode, options);
  if (effort.pre > 0) return options.preTouched ? { t: 0, e: 1 } : null;
  if (effort.byDay && !options.preTouched) return null;
  const stop = Math.min(episode.exit ?? Infinity, episode.end);
  if (effort.first !== null && effort.first <= stop) return { t: effort.first - episode.handed, e: 1 };
  return { t: stop - episode.handed, e: episode.exit !== null && episode.exit <= episode.end ? 2 : 0 };
}

export interface Incidence {
  readonly t: number;
  readonly n: number;
  readonly s: number;
  readonly f1: number;
  readonly f2: number;
  readonly se1: number;
}

/** Aalen and Johansen's incidence with Dinse and Larson's variance, straight from the formula. */
export function aalenJohansen(observations: readonly Observation[]): Incidence[] {
  const times = [...new Set(observations.filter((o) => o.e > 0).map((o) => o.t))].sort((a, b) => a - b);
  const steps: { t: number; n: number; d: number; d1: number; sp: number; f1: number }[] = [];
  const curve: Incidence[] = [];
  let s = 1;
  let f1 = 0;
  let f2 = 0;
  for (const t of times) {
    const n = observations.filter((o) => o.t >= t).length;
    const d1 = observations.filter((o) => o.t === t && o.e === 1).length;
    const d2 = observations.filter((o) => o.t === t && o.e === 2).length;
    const sp = s;
    f1 += (sp * d1) / n;
    f2 += (sp * d2) / n;
    s *= (n - d1 - d2) / n;
    steps.push({ t, n, d: d1 + d2, d1, sp, f1 });
    let variance = 0;
    for (const j of steps) {
      const gap = f1 - j.f1;
      if (j.d < j.n) variance += (gap * gap * j.d) / (j.n * (j.n - j.d));
      variance += (j.sp * j.sp * (j.n - j.d1) * j.d1) / j.n ** 3 - (2 * gap * j.sp * j.d1) / j.n ** 2;
    }
    curve.push({ t, n, s, f1, f2, se1: Math.sqrt(Math.max(0, variance)) });
  }
  return curve;
}

export function incidenceAt(curve: readonly Incidence[], t: number): Incidence {
  return curve.findLast((step) => step.t <= t) ?? { t: 0, n: 0, s: 1, f1: 0, f2: 0, se1: 0 };
}

/** The smallest time with at least a share p; the middle of a flat stretch exactly at it. */
export function timeOf(curve: readonly Incidence[], p: number): number | null {
  const at = curve.findIndex((step) => step.f1 >= p - 1e-12);
  if (at < 0) return null;
  const step = curve[at];
  const beyond = curve.find((next) => next.f1 > p + 1e-12);
  if (step === undefined) return null;
  return Math.abs(step.f1 - p) <= 1e-12 && beyond !== undefined ? (step.t + beyond.t) / 2 : step.t;
}

export function designEffect(cases: readonly { cluster: string; y: number }[]): number {
  const clusters = new Map<string, { k: number; n: number }>();
  for (const { cluster, y } of cases) {
    const c = clusters.get(cluster) ?? { k: 0, n: 0 };
    clusters.set(cluster, { k: c.k + y, n: c.n + 1 });
  }
  const n = cases.length;
  const p = cases.reduce((sum, c) => sum + c.y, 0) / n;
  if (clusters.size < 2 || p === 0 || p === 1) return 1;
  let sum = 0;
  for (const c of clusters.values()) sum += (c.k - c.n * p) ** 2;
  return Math.max(1, (sum * clusters.size) / (clusters.size - 1) / (n * n) / ((p * (1 - p)) / n));
}

/** Linear interpolation between order statistics: type 7. */
export function percentile(values: readonly number[], p: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const h = (sorted.length - 1) * p;
  const low = sorted[Math.floor(h)] ?? NaN;
  const high = sorted[Math.ceil(h)] ?? NaN;
  return low + (h - Math.floor(h)) * (high - low);
}

export type Position = { rung: string; at: number; reason: string | null };
const ladder = ['new', 'engaged', 'mql', 'handed', 'working', 'accepted', 'sql', 'opportunity', 'customer', 'rejected', 'recycled'];

export function positionOf(lead: PlainLead, side: string, asOf: number): Position | null {
  let best: Position | null = null;
  for (const c of lead.changes) {
    if (c['recorded_in'] !== side || c['field'] === ratchet || num(c, 'occurred_at') > asOf) continue;
    const at = num(c, 'occurred_at');
    const rung = String(c['to_status']);
    if (best === null || at > best.at || (at === best.at && ladder.indexOf(rung) > ladder.indexOf(best.rung))) {
      best = { rung, at, reason: (c['reason'] as string | null) ?? null };
    }
  }
  return best;
}

/** The ledger's state of a lead and when it began. */
export function fateOf(
  lead: PlainLead,
  asOf: number,
): { state: string; at: number | null; handed: boolean; accepted: boolean; touched: boolean } {
  const touched = attemptsOf(lead, 1, asOf).length > 0;
  const last = lead.episodes.at(-1);
  const worked = last === undefined ? touched : effortOf(lead, last, { policy: 1, asOf }).touched;
  const won = lead.deals.filter((d) => d.state === 'won');
  const lost = lead.deals.filter((d) => d.state === 'lost');
  const marketing = positionOf(lead, 'marketing', asOf);
  const sales = positionOf(lead, 'sales', asOf);
  const latest =
    marketing === null || (sales !== null && sales.at >= marketing.at)
      ? sales === null
        ? null
        : { ...sales, side: 'sales' }
      : { ...marketing, side: 'marketing' };
  const state = stateOf({ lead, won: won.length, last, worked, latest });
  let at: number | null = null;
  if (state === 'won') at = Math.min(...won.map((d) => d.closedAt ?? Infinity));
  else if (state === 'lost') at = Math.max(...lost.map((d) => d.closedAt ?? -Infinity));
  else if (['rejected', 'recycled', 'closed_untouched'].includes(state)) at = last?.outcomeAt ?? latest?.at ?? null;
  const handed = last !== undefined || state !== 'not_handed';
  const accepted = lead.episodes.some((e) => e.accepted !== null) || ['accepted_no_deal', 'deal_open', 'won', 'lost'].includes(state);
  return { state, at, handed, accepted, touched };
}

function stateOf(found: {
  lead: PlainLead;
  won: number;
  last: Episode | undefined;
  worked: boolean;
  latest: (Position & { side: string }) | null;
}): string {
  const { lead, last, worked, latest } = found;
  if (found.won > 0) return 'won';
  if (lead.deals.some((d) => d.state === 'open')) return 'deal_open';
  if (lead.deals.length > 0) return 'lost';
  if (last !== undefined) {
    if (last.outcome === 'accepted') return 'accepted_no_deal';
    if (last.outcome === 'open') return worked ? 'being_worked' : 'waiting_untouched';
    if (!worked) return 'closed_untouched';
    return last.outcome === 'recycled' ? 'recycled' : 'rejected';
  }
  if (latest === null) return 'not_handed';
  if (acceptedRungs.has(latest.rung)) return 'accepted_no_deal';
  if (latest.rung === 'working') return 'being_worked';
  if (latest.rung === 'handed') return worked ? 'being_worked' : 'waiting_untouched';
  return latest.side === 'sales' && (latest.rung === 'rejected' || latest.rung === 'recycled') ? latest.rung : 'not_handed';
}
