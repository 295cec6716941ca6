import type { Curve, Interval, LedgerRow, LedgerState, StatId, StatResult } from '../../src/alignment/types.ts';
import type { ReportInput } from '../../src/report/index.ts';

/** Text that a form, a campaign's name or a rep could hold, and that must stay text. */
export const hostile = '<img src=x onerror="document.title=1">\u0007\u202e=1+1';

const share = (lo: number, hi: number): Interval => ({ lo, hi, level: 0.95, method: 'cluster wilson' });
const hour = 3_600_000;

function stat(id: StatId, slug: string, rest: Partial<StatResult>): StatResult {
  return {
    id,
    slug,
    version: 1,
    title: `Title of ${id}`,
    question: `What does ${id} ask?`,
    asOf: Date.UTC(2026, 2, 1),
    params: { currency: 'EUR' },
    population: { n: 400, clusters: 120, unknown: 3, excluded: { internal: 2 }, immature: 11 },
    estimate: 0.614,
    estimateOf: 'followed up within 30 days',
    unit: 'share',
    interval: share(0.58, 0.65),
    benchmarks: [],
    warnings: [],
    ...rest,
  };
}

function curve(event: string, title: string, top: number): Curve {
  const points = Array.from({ length: 40 }, (_, i) => {
    const y = top * (1 - Math.exp(-i / 8));
    return { t: Math.round(60_000 * 1.3 ** i), y, lo: y * 0.9, hi: y * 1.1, atRisk: 400 - i * 5 };
  });
  return { event, title, dimension: 'total', key: '', label: 'all', n: 400, points };
}

const states: readonly LedgerState[] = [
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

function ledgerRow(dimension: LedgerRow['dimension'], label: string, leads: number): LedgerRow {
  const each = Math.floor(leads / states.length);
  const counts = Object.fromEntries(states.map((state, index) => [state, index === 0 ? leads - each * 9 : each])) as Record<
    LedgerState,
    number
  >;
  const rate = { k: each, n: leads, raw: each / leads, shrunk: { mean: 0.1, lo: 0.05, hi: 0.2 }, interval: share(0.05, 0.2) };
  return {
    dimension,
    key: label,
    label,
    channel: null,
    leads,
    states: counts,
    shares: Object.fromEntries(states.map((state) => [state, counts[state] / leads])) as Record<LedgerState, number>,
    followedUp: rate,
    accepted: rate,
    won: rate,
    wonDeals: { n: each, amountMinor: '12345678', missing: 1 },
    lostDeals: { n: each, amountMinor: '0', missing: 0 },
    topReason: { reason: hostile, n: 2 },
    reasonMissing: 4,
    knownIn: 'both',
  };
}

/** A report with every kind of result, and hostile text wherever text comes from a CRM. */
export function reportInput(): ReportInput {
  const seg = (dimension: string, key: string, k: number, n: number) => ({
    dimension,
    key,
    label: key,
    k,
    n,
    unknown: 1,
    estimate: k / n,
    interval: share(k / n - 0.03, k / n + 0.03),
    bounds: { lo: 0.1, hi: 0.4, why: 'x' },
  });
  const statistics = [
    stat('A1', 'follow-up-rate', {
      curves: [curve('touched', 'Touched', 0.61), curve('closed-untouched', 'Closed untouched', 0.14)],
      rows: [seg('channel', 'Paid search', 40, 80), seg('channel', hostile, 30, 90)],
      benchmarks: [
        {
          id: 'B-50fu',
          kind: 'share_of_leads',
          value: 0.5,
          text: 'only half of all leads are followed up',
          year: 2017,
          source: 'MillerPierce, quoted in Data Driven Sales',
          grade: 'D',
          comparable: 'direct',
          caution: 'no study was found',
        },
      ],
      warnings: [{ code: 'X', text: `a warning that names ${hostile}` }],
    }),
    stat('A2', 'dropped-at-handover', {
      ladder: ['never-synced', 'untouched-open', 'given-up', 'worked'].map((reason, i) => ({
        reason,
        label: `Reason ${reason}`,
        n: 20 * (i + 1),
        share: 0.1 * (i + 1),
        interval: share(0.1 * i, 0.1 * (i + 2)),
        lostSoFar: 20,
        measured: true,
      })),
    }),
    stat('A3', 'speed-to-lead', {
      unit: 'ms',
      estimate: 7 * hour,
      estimateOf: 'median time to the first touch',
      interval: { lo: 5 * hour, hi: null, level: 0.95, method: 'band' },
      curves: [curve('touched', 'Touched', 0.61)],
      quantiles: [
        {
          clock: 'handed',
          population: 'all',
          dimension: 'total',
          key: '',
          label: 'all',
          p: 0.5,
          n: 400,
          value: 7 * hour,
          lo: 5 * hour,
          hi: null,
          method: 'band',
        },
      ],
    }),
    stat('A4', 'attempts', { rows: ['0', '1', '2', '3', '4'].map((key) => seg('distribution', key, 30 + Number(key), 400)) }),
    stat('B1', 'ledger', {
      ledger: [
        ledgerRow('total', 'all', 400),
        ledgerRow('channel', 'Paid search', 200),
        ledgerRow('channel', hostile, 200),
        ledgerRow('campaign', hostile, 400),
      ],
    }),
    stat('B3', 'cohort-funnel', {
      funnel: (['inquiry', 'mql', 'handed', 'won'] as const).map((stage, i) => ({
        cohort: 'all',
        stage,
        label: stage,
        n: 400 - i * 90,
        imputed: i,
        of: 400,
        rate: i === 0 ? null : 0.7,
        interval: i === 0 ? null : share(0.6, 0.8),
        shareOfAll: (400 - i * 90) / 400,
        measured: true,
        within: null,
      })),
    }),
    stat('B5', 'reasons', {
      reasons: [
        {
          group: 'lost',
          dimension: 'total',
          key: '',
          label: 'all',
          reason: '(missing)',
          missing: true,
          k: 8,
          n: 20,
          share: 0.4,
          interval: share(0.2, 0.6),
          bounds: null,
        },
        {
          group: 'lost',
          dimension: 'total',
          key: '',
          label: 'all',
          reason: hostile,
          missing: false,
          k: 6,
          n: 12,
          share: 0.5,
          interval: share(0.3, 0.7),
          bounds: { lo: 0.3, hi: 0.7, why: 'x' },
        },
      ],
    }),
    stat('B6', 'time-to-close', {
      unit: 'ms',
      estimate: null,
      estimateOf: 'median time to won',
      interval: null,
      notReached: 'Fewer than half of the leads have been won',
      curves: [curve('won', 'Won', 0.1), curve('lost', 'Lost', 0.2)],
    }),
    stat('F1', 'one-sided-records', { rows: [seg('where', "Only in marketing's CRM", 40, 400), seg('where', 'In both', 340, 400)] }),
    stat('F3', 'closed-loop', { estimate: null, interval: null, notMeasured: 'needs closed outcomes that are at least 7 days old' }),
    stat('F4', 'status-agreement', {
      unit: 'kappa',
      estimate: 0.42,
      matrix: {
        states: ['handed', 'working', 'rejected'],
        counts: [
          [30, 5, 1],
          [9, 60, 2],
          [0, 4, 20],
        ],
      },
    }),
  ];
  return {
    company: hostile,
    version: '0.0.0-test',
    notes: ['one note'],
    alignment: {
      asOf: Date.UTC(2026, 2, 1),
      statistics,
      definitions: statistics.map((each) => ({
        id: each.id,
        slug: each.slug,
        version: 1,
        title: each.title,
        question: each.question,
        population: 'people',
        denominator: 'all',
        censoring: 'open cases stay open',
        needs: [],
      })),
      get: (slug) => statistics.find((each) => each.slug === slug || each.id === slug) ?? (statistics[0] as StatResult),
    },
  };
}
