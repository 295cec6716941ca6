import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { logLogLimits } from '../../src/alignment/estimators/limits.ts';
import { alignment } from '../../src/alignment/index.ts';
import type { AlignmentReport, SegmentRow } from '../../src/alignment/types.ts';
import { toyEnd, toyRows } from '../support/toy-company.ts';
import { engines, openBench } from './engines.ts';
import type { PlainLead } from './plain.ts';
import {
  aalenJohansen,
  attemptsOf,
  day,
  designEffect,
  effortOf,
  fateOf,
  firstTouch,
  hour,
  incidenceAt,
  percentile,
  plainDeals,
  plainLeads,
  positionOf,
  timeOf,
} from './plain.ts';

const asOf = toyEnd;
const settings = { touchPolicy: 'human', minCell: 5, horizonDays: 30, attempts: 4, ratchetFields: ['stage'] } as const;
const rows = toyRows({ leads: 260, seed: 11 });
const leads = plainLeads(rows, asOf);
const close = (actual: number | null | undefined, expected: number): void => {
  expect(Math.abs((actual ?? NaN) - expected)).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(expected)));
};
const row = (list: readonly SegmentRow[] | undefined, dimension: string, key: string): SegmentRow | undefined =>
  list?.find((r) => r.dimension === dimension && r.key === key);

const reports = new Map<string, AlignmentReport>();
beforeAll(async () => {
  for (const engine of engines) {
    const bench = await openBench(engine);
    for (const [table, list] of rows) await bench.insert(table, list);
    reports.set(engine, await alignment(bench, { asOf, settings }));
    await bench.close();
  }
}, 120_000);
afterAll(() => reports.clear());

test('both engines give equal results, without NaN or infinity', () => {
  const plain = engines.map((engine) => reports.get(engine)?.statistics ?? []);
  const numbers = plain.map((statistics) => flatten(statistics));
  expect(numbers[0]?.size).toBeGreaterThan(2000);
  expect([...(numbers[1]?.keys() ?? [])]).toEqual([...(numbers[0]?.keys() ?? [])]);
  for (const [path, value] of numbers[0] ?? []) {
    const other = numbers[1]?.get(path);
    if (typeof value === 'number' && typeof other === 'number') {
      expect(Number.isFinite(value), path).toBe(true);
      expect(Math.abs(value - other), path).toBeLessThanOrEqual(1e-9 * Math.max(1, Math.abs(value)));
    } else expect(other, path).toBe(value);
  }
});

function flatten(value: unknown, path: string = '', into: Map<string, unknown> = new Map()): Map<string, unknown> {
  if (typeof value === 'object' && value !== null) for (const [key, part] of Object.entries(value)) flatten(part, `${path}.${key}`, into);
  else into.set(path, value);
  return into;
}

describe.each(engines)('every figure equals a plain recomputation, on %s', (engine) => {
  const get = (id: string): ReturnType<AlignmentReport['get']> => (reports.get(engine) as AlignmentReport).get(id);
  const headline = leads.filter((lead) => lead.row['origin'] !== 'sales');
  const observe = (list: readonly PlainLead[], policy: number, preTouched: boolean) =>
    list.flatMap((lead) => firstTouch(lead, { policy, asOf, preTouched }) ?? []);
  const youngAt = (lead: PlainLead, age: number): boolean => (lead.episodes[0]?.handed ?? Infinity) > asOf - age;
  const effect = (preTouched: boolean, age: number): number =>
    designEffect(
      headline
        .filter((lead) => !youngAt(lead, age))
        .flatMap((lead) => {
          const seen = firstTouch(lead, { policy: 1, asOf, preTouched });
          return seen === null ? [] : [{ cluster: lead.cluster, y: seen.e === 1 && seen.t <= age ? 1 : 0 }];
        }),
    );

  test('A1: incidence by horizon, policy and channel, with its limits', () => {
    const found = get('A1');
    const curve = aalenJohansen(observe(headline, 1, true));
    const end = incidenceAt(curve, 30 * day);
    close(found.estimate, end.f1);
    const limits = logLogLimits(end.f1, end.se1 * Math.sqrt(effect(true, 30 * day)));
    close(found.interval?.lo, limits.lo);
    close(found.interval?.hi, limits.hi);
    close(row(found.rows, 'fate', 'closed-untouched')?.estimate, end.f2);
    close(row(found.rows, 'fate', 'waiting')?.estimate, end.s);
    for (const [key, t] of [
      ['1h', hour],
      ['24h', day],
      ['7d', 7 * day],
    ] as const)
      close(row(found.rows, 'horizon', key)?.estimate, incidenceAt(curve, t).f1);
    for (const [i, policy] of ['human', 'human+sequence', 'any'].entries())
      close(row(found.rows, 'policy', policy)?.estimate, incidenceAt(aalenJohansen(observe(headline, i + 1, true)), 30 * day).f1);
    close(
      row(found.rows, 'origin', 'sales')?.estimate,
      incidenceAt(
        aalenJohansen(
          observe(
            leads.filter((lead) => lead.row['origin'] === 'sales'),
            1,
            true,
          ),
        ),
        30 * day,
      ).f1,
    );
    for (const channel of new Set(headline.map((lead) => lead.channel))) {
      const own = observe(
        headline.filter((lead) => lead.channel === channel),
        1,
        true,
      );
      const expected = incidenceAt(aalenJohansen(own), 30 * day).f1;
      expect(own.length).toBeGreaterThanOrEqual(5);
      close(row(found.rows, 'channel', channel)?.estimate, expected);
    }
    expect(found.population.n).toBe(observe(headline, 1, true).length);
    expect(found.population.excluded['found by sales itself']).toBeGreaterThan(0);
    expect(found.population.excluded['handed over again']).toBeGreaterThan(0);
  });

  test('A3: shares by time and quantiles over all leads', () => {
    const found = get('A3');
    const curve = aalenJohansen(observe(headline, 1, false));
    const spread = effect(false, day);
    for (const [key, t] of [
      ['5min', 5 * 60_000],
      ['1h', hour],
      ['24h', day],
    ] as const)
      close(row(found.rows, 'horizon', key)?.estimate, incidenceAt(curve, t).f1);
    const limits = logLogLimits(incidenceAt(curve, day).f1, incidenceAt(curve, day).se1 * Math.sqrt(spread));
    close(row(found.rows, 'horizon', '24h')?.interval?.lo, limits.lo);
    const median = timeOf(curve, 0.5);
    expect(found.estimate).toBe(median);
    expect(found.quantiles?.find((q) => q.dimension === 'total' && q.p === 0.75)?.value).toBe(timeOf(curve, 0.75));
    const crossing = curve.find((step) => logLogLimits(step.f1, step.se1 * Math.sqrt(spread)).hi >= 0.5);
    expect(found.interval?.lo).toBe(crossing?.t);
    expect(found.population.excluded['first contact known by its day only']).toBeGreaterThan(0);
  });

  test('A4: cuts, owed attempts and the mean', () => {
    const found = get('A4');
    const mature = headline.flatMap((lead) => {
      const [episode] = lead.episodes;
      const opted = lead.row['opted_out_at'] as number | null;
      if (episode === undefined || youngAt(lead, 30 * day) || (opted !== null && opted < episode.handed)) return [];
      const replies = lead.touches.filter(
        (t) =>
          t['side'] === 'sales' &&
          ((t['direction'] === 'in' && t['kind'] === 'email') ||
            (t['direction'] === 'out' && t['actor_kind'] === 'human' && t['kind'] === 'call' && t['result'] === 'answered')),
      );
      const until = episode.handed + 30 * day;
      const spoken = replies.some((t) => {
        const at = (t['occurred_at'] as number) + (t['at_precision'] === 'day' ? day - 1 : 0);
        return at >= episode.handed && at <= until && at <= episode.end;
      });
      const owed = (episode.outcomeAt === null || episode.outcomeAt > until) && !spoken && episode.end >= until;
      return [{ n: effortOf(lead, episode, { policy: 1, asOf }).inside, owed, cluster: lead.row['owner_id'] ?? lead.id }];
    });
    const share = (test: (n: number) => boolean): number => mature.filter((m) => test(m.n)).length / mature.length;
    expect(found.population.n).toBe(mature.length);
    close(
      found.estimate,
      share((n) => n <= 3),
    );
    close(
      row(found.rows, 'attempts', '0')?.estimate,
      share((n) => n === 0),
    );
    close(
      row(found.rows, 'attempts', '1-3')?.estimate,
      share((n) => n >= 1 && n <= 3),
    );
    close(
      row(found.rows, 'attempts', '<3')?.estimate,
      share((n) => n < 3),
    );
    close(
      row(found.rows, 'attempts', '>=6')?.estimate,
      share((n) => n >= 6),
    );
    close(
      row(found.rows, 'distribution', '2')?.estimate,
      share((n) => n === 2),
    );
    const owed = mature.filter((m) => m.owed);
    expect(owed.length).toBeGreaterThan(3);
    expect(row(found.rows, 'owed', '<=3')).toMatchObject({ n: owed.length, k: owed.filter((m) => m.n <= 3).length });
    close(found.figures?.[0]?.value, mature.reduce((sum, m) => sum + m.n, 0) / mature.length);
  });

  test('A2: every qualified lead is on one rung', () => {
    const found = get('A2');
    const counts = [0, 0, 0, 0, 0, 0];
    for (const lead of leads) {
      const first = (rung: string): number =>
        Math.min(...lead.changes.filter((c) => c['to_status'] === rung).map((c) => c['occurred_at'] as number), Infinity);
      const mql = Math.min(first('mql'), first('handed'), first('working'), first('accepted'));
      if (Math.min(first('mql'), first('handed')) === Infinity || mql > asOf - 30 * day) continue;
      const { state } = fateOf(lead, asOf);
      const tries = effortOf(
        lead,
        { handed: mql, end: asOf, next: null, accepted: null, exit: null, outcome: 'open', outcomeAt: null },
        { policy: 1, asOf },
      );
      const since = attemptsSince(lead, mql);
      const open = ['waiting_untouched', 'not_handed', 'being_worked'].includes(state);
      const ended = ['closed_untouched', 'rejected', 'recycled'].includes(state);
      const owner = lead.row['owner_id'];
      const sellers = ['u0', 'u1', 'u2', 'u3', 'u4', 'u5', 'u6', 'u7'];
      let rung = 6;
      if (lead.row['sales_lead_id'] === null) rung = 1;
      else if (!sellers.includes(String(owner)) && !tries.touched) rung = 2;
      else if (!tries.touched && open) rung = 3;
      else if (!tries.touched && ended) rung = 4;
      else if (tries.touched && since.heads < 4 && !since.spoken && open && since.last < asOf - 30 * day) rung = 5;
      counts[rung - 1] = (counts[rung - 1] ?? 0) + 1;
    }
    expect(found.ladder?.map((step) => step.n)).toEqual(counts);
    const n = counts.reduce((a, b) => a + b, 0);
    expect(found.population.n).toBe(n);
    close(found.estimate, counts.slice(0, 4).reduce((a, b) => a + b, 0) / n);
    close(
      found.ladder?.reduce((sum, step) => sum + (step.share ?? 0), 0),
      1,
    );
  });

  test('B1: states, rates, deals and reasons by channel and campaign', () => {
    const found = get('B1').ledger ?? [];
    const fates = leads.map((lead) => ({ lead, ...fateOf(lead, asOf) }));
    const check = (dimension: string, key: string, own: typeof fates): void => {
      const one = found.find((r) => r.dimension === dimension && r.key === key);
      expect(one?.leads, `${dimension} ${key}`).toBe(own.length);
      for (const [state, n] of Object.entries(one?.states ?? {})) expect(n).toBe(own.filter((f) => f.state === state).length);
      const handed = own.filter((f) => f.handed);
      expect(one?.followedUp).toMatchObject({ n: handed.length, k: handed.filter((f) => f.touched).length });
      expect(one?.accepted).toMatchObject({ n: handed.length, k: handed.filter((f) => f.accepted).length });
      const won = own.flatMap((f) => f.lead.deals.filter((d) => d.state === 'won'));
      const amounts = won.flatMap((d) => (d.row['amount_base'] === null ? [] : [BigInt(d.row['amount_base'] as number)]));
      expect(one?.wonDeals).toEqual({
        n: won.length,
        amountMinor: String(amounts.reduce((a, b) => a + b, 0n)),
        missing: won.length - amounts.length,
      });
    };
    check('total', '', fates);
    for (const channel of new Set(leads.map((lead) => lead.channel)))
      check(
        'channel',
        channel,
        fates.filter((f) => f.lead.channel === channel),
      );
    const campaigns = new Set(leads.map((lead) => (lead.row['campaign_id'] as string | null) ?? ''));
    for (const campaign of campaigns) {
      const own = fates.filter((f) => ((f.lead.row['campaign_id'] as string | null) ?? '') === campaign);
      if (own.length >= 5) check('campaign', campaign, own);
    }
    for (const dimension of ['channel', 'campaign'])
      expect(found.filter((r) => r.dimension === dimension).reduce((sum, r) => sum + r.leads, 0)).toBe(leads.length);
    expect(found.find((r) => r.dimension === 'channel' && r.key === '')?.label).toBe('(blank)');
    expect(found.some((r) => r.dimension === 'channel' && r.key === 'unknown')).toBe(true);
  });

  test('B3: stages, imputed ones, and the fixed horizon', () => {
    const found = get('B3').funnel ?? [];
    const reach = leads.map((lead) => {
      const at = (...rungs: string[]): number =>
        Math.min(...lead.changes.filter((c) => rungs.includes(String(c['to_status']))).map((c) => c['occurred_at'] as number), Infinity);
      const won = Math.min(
        at('customer'),
        ...lead.deals.filter((d) => d.state === 'won').map((d) => d.closedAt ?? (d.row['created_at'] as number)),
      );
      const opportunity = Math.min(at('opportunity'), ...lead.deals.map((d) => d.row['created_at'] as number));
      const own = [lead.row['created_at'] as number, at('mql'), at('handed'), at('accepted', 'sql'), opportunity, won];
      const through = [...own];
      through[2] = Math.min(at('handed'), at('working'));
      const reached = through.map((_, i) => (i === 0 ? (own[0] ?? 0) : Math.min(...through.slice(i))));
      return { created: lead.row['created_at'] as number, own, reached };
    });
    const rowsOfAll = found.filter((r) => r.cohort === 'all');
    expect(rowsOfAll).toHaveLength(6);
    rowsOfAll.forEach((r, i) => {
      const n = reach.filter((x) => (x.reached[i] ?? Infinity) < Infinity).length;
      expect(r.n, r.stage).toBe(n);
      expect(r.imputed, r.stage).toBe(
        reach.filter((x) => (x.reached[i] ?? Infinity) < Infinity && (x.own[i] ?? Infinity) === Infinity).length,
      );
      if (i > 0) close(r.rate, n / reach.filter((x) => (x.reached[i - 1] ?? Infinity) < Infinity).length);
      const old = reach.filter((x) => x.created <= asOf - 90 * day);
      expect(r.within).toMatchObject({
        n: old.length,
        k: i === 0 ? old.length : old.filter((x) => (x.reached[i] ?? Infinity) <= x.created + 90 * day).length,
      });
    });
    const months = found.filter((r) => r.cohort !== 'all' && r.stage === 'inquiry');
    expect(months.reduce((sum, r) => sum + r.n, 0)).toBe(leads.length);
    expect(months.every((r) => /^2025-\d\d$|^2026-01$/.test(r.cohort))).toBe(true);
  });

  test('B5: reasons of lost deals and rejected leads, the missing ones first', () => {
    const found = get('B5');
    const stated = leads.flatMap((lead) => {
      const fate = fateOf(lead, asOf);
      if (!['rejected', 'closed_untouched'].includes(fate.state)) return [];
      const reasonOf = (side: string): string | null => {
        const position = positionOf(lead, side, asOf);
        return position !== null && ['rejected', 'recycled'].includes(position.rung) ? position.reason : null;
      };
      return [reasonOf('sales') ?? reasonOf('marketing') ?? (lead.row['opted_out_at'] !== null ? 'opted out' : null)];
    });
    const lost = [...plainDeals(rows, asOf).values()].filter(
      (d) => d.state === 'lost' && leads.some((lead) => lead.deals.includes(d) || lead.deals.some((x) => x.row === d.row)),
    );
    const all = [...stated, ...lost.map((d) => (d.row['loss_reason'] as string | null) ?? null)];
    close(found.estimate, all.filter((reason) => reason === null).length / all.length);
    const rejected = found.reasons?.filter((r) => r.group === 'rejected' && r.dimension === 'total') ?? [];
    expect(rejected[0]).toMatchObject({ reason: '(missing)', k: stated.filter((r) => r === null).length, n: stated.length });
    for (const r of rejected.slice(1)) {
      expect(r.k).toBe(stated.filter((reason) => reason === r.reason).length);
      close(r.bounds?.hi, (r.k + (rejected[0]?.k ?? 0)) / stated.length);
    }
    close(
      rejected.slice(1).reduce((sum, r) => sum + (r.share ?? 0), 0),
      1,
    );
  });

  test('B6: incidence and percentiles of the time to close', () => {
    const found = get('B6');
    const days = (at: number): number => Math.floor(at / day);
    const times = leads.map((lead) => {
      const fate = fateOf(lead, asOf);
      const e: 0 | 1 | 2 = fate.state === 'won' ? 1 : ['lost', 'rejected', 'closed_untouched'].includes(fate.state) ? 2 : 0;
      const end = e === 0 ? asOf : (fate.at ?? asOf);
      return { raw: (days(end) - days(lead.row['created_at'] as number)) * day, e };
    });
    const curve = aalenJohansen(times.map(({ raw, e }) => ({ t: Math.max(0, raw), e })));
    close(row(found.rows, 'horizon', '90d')?.estimate, incidenceAt(curve, 90 * day).f1);
    expect(found.estimate).toBe(timeOf(curve, 0.5));
    expect(found.notReached).toMatch(/Fewer than half/);
    const won = times.filter((x) => x.e === 1).map((x) => x.raw);
    for (const p of [0.25, 0.5, 0.75, 0.9])
      close(
        found.quantiles?.find((q) => q.population === 'won' && q.clock === 'lead-created' && q.dimension === 'total' && q.p === p)?.value,
        percentile(won, p),
      );
    close(found.figures?.find((f) => f.key === 'won-mean')?.value, won.reduce((a, b) => a + b, 0) / won.length);
    const deals = [...plainDeals(rows, asOf).values()].filter(
      (d) => d.state === 'open' || (d.closedAt ?? 0) - (d.row['created_at'] as number) >= hour,
    );
    const dealCurve = aalenJohansen(
      deals.map((d) => ({
        t: Math.max(0, (days(d.closedAt ?? asOf) - days(d.row['created_at'] as number)) * day),
        e: d.state === 'won' ? 1 : d.state === 'lost' ? 2 : 0,
      })),
    );
    const median = found.quantiles?.find((q) => q.clock === 'deal-created' && q.p === 0.25);
    expect(median?.value).toBe(timeOf(dealCurve, 0.25));
  });

  test('F1: who sees which people', () => {
    const found = get('F1');
    const sides = leads
      .map((lead) => [lead.row['marketing_person_id'] !== null, lead.row['sales_lead_id'] !== null] as const)
      .filter(([m, s]) => m || s);
    close(found.estimate, sides.filter(([m, s]) => m !== s).length / sides.length);
    expect(row(found.rows, 'all', 'only-sales')?.k).toBe(sides.filter(([m, s]) => !m && s).length);
    expect(found.population.n).toBe(sides.length);
    close(
      ['only-marketing', 'only-sales', 'both'].reduce((sum, key) => sum + (row(found.rows, 'qualified', key)?.estimate ?? 0), 0),
      1,
    );
  });

  test('F3: outcomes that the marketing CRM shows too', () => {
    const found = get('F3');
    const seen = { agree: 0, differ: 0, unknown: 0 };
    for (const lead of leads) {
      const fate = fateOf(lead, asOf);
      const outcome = fate.state === 'closed_untouched' ? 'rejected' : fate.state;
      if (
        !['won', 'lost', 'rejected'].includes(outcome) ||
        fate.at === null ||
        fate.at > asOf - 7 * day ||
        lead.row['sales_lead_id'] === null
      )
        continue;
      const marketing = positionOf(lead, 'marketing', asOf)?.rung ?? '';
      const backward = ['rejected', 'recycled'].includes(marketing);
      if (outcome === 'rejected') {
        if (!['rejected', 'recycled'].includes(positionOf(lead, 'sales', asOf)?.rung ?? '')) continue;
        seen[backward ? 'agree' : 'differ'] += 1;
        continue;
      }
      const told = lead.deals.map((d) => {
        const stages = (rows.get('status_changes') ?? []).filter(
          (c) => c['entity'] === 'deal' && c['recorded_in'] === 'marketing' && c['entity_id'] === d.row['deal_id'],
        );
        return stages.length === 0
          ? null
          : String(stages.toSorted((a, b) => (a['occurred_at'] as number) - (b['occurred_at'] as number)).at(-1)?.['to_status']);
      });
      if ((outcome === 'won' && marketing === 'customer') || (outcome === 'lost' && backward) || told.includes(outcome)) seen.agree += 1;
      else if (told.some((state) => state !== null)) seen.differ += 1;
      else if (lead.deals.some((d) => d.row['marketing_deal_id'] !== null && d.state === outcome)) seen.unknown += 1;
      else seen.differ += 1;
    }
    expect(found.population).toMatchObject({ n: seen.agree + seen.differ, unknown: seen.unknown });
    expect(seen.unknown).toBeGreaterThan(0);
    close(found.estimate, seen.agree / (seen.agree + seen.differ));
    close(found.bounds?.hi, (seen.agree + seen.unknown) / (seen.agree + seen.differ + seen.unknown));
  });

  test('F4: agreement beyond chance, and the matrix', () => {
    const found = get('F4');
    const settled = asOf - 30 * 60_000;
    const pairs = leads.flatMap((lead) => {
      const m = positionOf(lead, 'marketing', settled);
      const s = positionOf(lead, 'sales', settled);
      return m === null || s === null ? [] : [[m.rung, s.rung] as const];
    });
    const states = [...new Set(pairs.flat())];
    const observed = pairs.filter(([m, s]) => m === s).length / pairs.length;
    const chance = states.reduce(
      (sum, state) => sum + (pairs.filter(([m]) => m === state).length * pairs.filter(([, s]) => s === state).length) / pairs.length ** 2,
      0,
    );
    close(found.estimate, (observed - chance) / (1 - chance));
    close(found.figures?.find((f) => f.key === 'raw')?.value, observed);
    expect(found.matrix?.counts.flat().reduce((a, b) => a + b, 0)).toBe(pairs.length);
    const i = found.matrix?.states.indexOf('handed') ?? -1;
    const j = found.matrix?.states.indexOf('rejected') ?? -1;
    expect(found.matrix?.counts[i]?.[j]).toBe(pairs.filter(([m, s]) => m === 'handed' && s === 'rejected').length);
  });
});

function attemptsSince(lead: PlainLead, mql: number): { heads: number; last: number; spoken: boolean } {
  const episode = { handed: mql, end: asOf, next: null, accepted: null, exit: null, outcome: 'open', outcomeAt: null } as const;
  const list = lead.touches
    .map((t) => ({ t, at: (t['occurred_at'] as number) + (t['at_precision'] === 'day' ? day - 1 : 0) }))
    .filter(({ at }) => at >= mql - 7 * day);
  const spoken = list.some(
    ({ t }) =>
      t['side'] === 'sales' &&
      t['actor_kind'] !== 'bot' &&
      ((t['direction'] === 'in' && t['kind'] === 'email') ||
        (t['direction'] === 'out' && t['actor_kind'] === 'human' && t['kind'] === 'call' && t['result'] === 'answered')),
  );
  const attempts = [...plainAttempts(lead)].filter((a) => a.at >= episode.handed - 7 * day);
  return { heads: attempts.filter((a) => a.head).length, last: Math.max(...attempts.map((a) => a.at), -Infinity), spoken };
}

function plainAttempts(lead: PlainLead): ReturnType<typeof attemptsOf> {
  return attemptsOf(lead, 1, asOf);
}
