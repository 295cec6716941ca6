import type { Settings } from '../model/settings.ts';
import type { DealOutcome } from '../model/records.ts';
import type { Instant, Precision, RecordId, Side } from '../model/words.ts';
import { ratioFromText } from '../warehouse/money.ts';
import type { RateInterval } from '../warehouse/rate-table.ts';
import type { Coverage, Row, Warehouse } from '../warehouse/types.ts';
import type {
  CampaignTarget,
  Evidence,
  OutcomeCampaign,
  OutcomeDeal,
  OutcomeLead,
  OutcomeMember,
  OutcomeSource,
  PersonTarget,
} from './facts.ts';

const campaignsSql = `
SELECT c.campaign_id, c.name, c.cost_minor, c.currency AS cost_currency, r.recorded_in, r.source_id, r.currency
FROM campaigns c JOIN campaign_records r ON r.campaign_id = c.campaign_id
ORDER BY c.campaign_id, r.recorded_in, r.source_id`;

// People who were added after a deal had closed did not bring it.
const dealsSql = `
WITH part AS (
  SELECT dc.deal_id, dc.lead_id FROM deal_contacts dc JOIN deals d ON d.deal_id = dc.deal_id
  WHERE dc.added_at IS NULL OR d.closed_at IS NULL OR dc.added_at <= d.closed_at
), piece AS (
  SELECT deal_id, lead_id, 'person' AS kind, NULL AS side, NULL AS scope, NULL AS campaign_id, NULL AS seen_at, NULL AS at_precision, NULL AS ref FROM part
  UNION ALL
  SELECT p.deal_id, p.lead_id, CASE WHEN m.responded THEN 'response' ELSE 'membership' END, m.recorded_in, NULL, m.campaign_id,
         coalesce(m.responded_at, m.added_at), m.at_precision, m.source_id
  FROM part p JOIN campaign_members m ON m.lead_id = p.lead_id
  UNION ALL
  SELECT p.deal_id, p.lead_id, 'hint', h.recorded_in, h.campaign_side, h.campaign_id, h.occurred_at, 'ms', h.source || '=' || h.value
  FROM part p JOIN campaign_hints h ON h.lead_id = p.lead_id
)
SELECT d.deal_id, d.created_at, d.outcome, d.closed_at, d.amount_minor, d.currency, d.loss_reason, d.campaign_id AS primary_campaign_id,
       d.campaign_set_by_person, e.lead_id, e.kind, e.side, e.scope, e.campaign_id, e.seen_at, e.at_precision, e.ref
FROM deals d LEFT JOIN piece e ON e.deal_id = d.deal_id
ORDER BY d.deal_id, e.kind, e.lead_id, e.seen_at, e.ref`;

const leadsSql = `
WITH change AS (
  SELECT entity_id, min(CASE WHEN to_status = 'handed' THEN occurred_at END) AS handed_at,
         max(CASE WHEN to_status = 'rejected' AND recorded_in = 'marketing' THEN occurred_at END) AS marketing_rejected_at,
         max(CASE WHEN to_status = 'rejected' AND recorded_in = 'sales' THEN occurred_at END) AS sales_rejected_at
  FROM status_changes WHERE entity = 'lead' AND to_status IN ('handed', 'rejected') GROUP BY entity_id
), attempt AS (
  SELECT lead_id, max(occurred_at) AS last_attempt_at FROM touches
  WHERE dup_of IS NULL AND side = 'sales' AND direction = 'out' AND actor_kind = 'human' AND kind IN ('call', 'email', 'meeting', 'social', 'sms')
    AND coalesce(result, '') NOT IN ('bounced', 'failed', 'scheduled', 'canceled')
  GROUP BY lead_id
), object AS (
  SELECT recorded_in, source_id, min(object) AS object FROM record_links GROUP BY recorded_in, source_id
)
SELECT l.lead_id, l.campaign_id, l.created_at, l.marketing_rung, l.sales_rung, l.marketing_status, l.sales_status, l.rejection_reason,
       l.marketing_person_id, m.object AS marketing_object, coalesce(l.sales_contact_id, l.sales_lead_id) AS sales_person_id, s.object AS sales_object,
       c.handed_at, c.marketing_rejected_at, c.sales_rejected_at, a.last_attempt_at, dc.deal_id
FROM leads l
LEFT JOIN change c ON c.entity_id = l.lead_id
LEFT JOIN attempt a ON a.lead_id = l.lead_id
LEFT JOIN object m ON m.recorded_in = 'marketing' AND m.source_id = l.marketing_person_id
LEFT JOIN object s ON s.recorded_in = 'sales' AND s.source_id = coalesce(l.sales_contact_id, l.sales_lead_id)
LEFT JOIN deal_contacts dc ON dc.lead_id = l.lead_id
WHERE l.merged_into IS NULL AND NOT l.is_internal AND NOT l.is_test
ORDER BY l.lead_id, dc.deal_id`;

const membersSql = `SELECT recorded_in, source_id, lead_id FROM campaign_members WHERE source_id IS NOT NULL ORDER BY recorded_in, source_id`;

const text = (row: Row, name: string): string | null => (row[name] as string | null) ?? null;
const instant = (row: Row, name: string): Instant | null => (row[name] === null || row[name] === undefined ? null : Number(row[name]));

/** Groups consecutive rows with the same key. */
async function* grouped(rows: AsyncIterable<Row>, key: string): AsyncGenerator<readonly Row[]> {
  let group: Row[] = [];
  for await (const row of rows) {
    if (group.length > 0 && group[0]![key] !== row[key]) {
      yield group;
      group = [];
    }
    group.push(row);
  }
  if (group.length > 0) yield group;
}

/** The outcomes' facts out of the warehouse, row by row: nothing is held in memory but one deal or person at a time. */
export function warehouseSource(warehouse: Pick<Warehouse, 'stream' | 'query' | 'coverage'>, settings: Settings): OutcomeSource {
  return {
    coverage: () => warehouse.coverage(),
    async rates() {
      const rows = await warehouse.query('SELECT currency, starts_at, ends_at, ratio FROM fx_rates');
      return rows.flatMap((row): RateInterval[] => {
        const ratio = ratioFromText(text(row, 'ratio') ?? '');
        return ratio === null
          ? []
          : [{ currency: text(row, 'currency') ?? '', startsAt: Number(row['starts_at']), endsAt: Number(row['ends_at']), ratio }];
      });
    },
    async *campaigns() {
      for await (const rows of grouped(warehouse.stream(campaignsSql), 'campaign_id')) yield campaignOf(rows);
    },
    async *deals() {
      for await (const rows of grouped(warehouse.stream(dealsSql), 'deal_id')) yield dealOf(rows);
    },
    async *leads() {
      for await (const rows of grouped(warehouse.stream(leadsSql), 'lead_id')) yield leadOf(rows, settings);
    },
    async *members() {
      for await (const row of warehouse.stream(membersSql)) {
        yield { side: text(row, 'recorded_in') as Side, id: text(row, 'source_id') as RecordId, leadId: text(row, 'lead_id') ?? '' };
      }
    },
  };
}

function campaignOf(rows: readonly Row[]): OutcomeCampaign {
  const [first] = rows;
  const cost = first!['cost_minor'] as bigint | number | null;
  const currency = text(first!, 'cost_currency');
  return {
    id: text(first!, 'campaign_id') ?? '',
    name: text(first!, 'name') ?? '',
    records: rows.map((row): CampaignTarget => ({
      side: text(row, 'recorded_in') as Side,
      id: text(row, 'source_id') as RecordId,
      currency: text(row, 'currency'),
    })),
    cost: cost === null || currency === null ? null : { minor: BigInt(cost), currency },
  };
}

function dealOf(rows: readonly Row[]): OutcomeDeal {
  const first = rows[0]!;
  const minor = first['amount_minor'] as bigint | number | null;
  const currency = text(first, 'currency');
  const evidence = rows.flatMap((row): Evidence[] => {
    const kind = text(row, 'kind');
    if (kind === null || kind === 'person') return [];
    return [
      {
        kind: kind as Evidence['kind'],
        side: text(row, 'side') as Side,
        scope: text(row, 'scope') as Evidence['scope'],
        campaignId: text(row, 'campaign_id') ?? '',
        leadId: text(row, 'lead_id') ?? '',
        at: instant(row, 'seen_at'),
        precision: (text(row, 'at_precision') ?? 'ms') as Precision,
        ref: text(row, 'ref') ?? '',
      },
    ];
  });
  return {
    id: text(first, 'deal_id') ?? '',
    createdAt: instant(first, 'created_at'),
    outcome: text(first, 'outcome') as DealOutcome,
    closedAt: instant(first, 'closed_at'),
    amount: minor === null || currency === null ? null : { minor: BigInt(minor), currency },
    lossReason: text(first, 'loss_reason'),
    campaignId: text(first, 'primary_campaign_id'),
    campaignSetByPerson: first['campaign_set_by_person'] === true,
    leadIds: rows.filter((row) => text(row, 'kind') === 'person').map((row) => text(row, 'lead_id') ?? ''),
    evidence,
  };
}

const pastHandover: ReadonlySet<string> = new Set(['handed', 'working', 'accepted', 'sql', 'opportunity', 'customer']);

const accepted: ReadonlySet<string> = new Set(['accepted', 'sql', 'opportunity', 'customer']);

/** The first of some instants: a rejection that was copied to the other CRM later happened when it was made. */
function earliest(instants: readonly (Instant | null)[]): Instant | null {
  const known = instants.filter((at) => at !== null);
  return known.length === 0 ? null : Math.min(...known);
}

function leadOf(rows: readonly Row[], settings: Settings): OutcomeLead {
  const row = rows[0]!;
  const [marketing, sales] = [text(row, 'marketing_rung'), text(row, 'sales_rung')];
  const target = (side: Side): readonly PersonTarget[] => {
    const id = text(row, `${side}_person_id`);
    return id === null ? [] : [{ side, id: id as RecordId, object: text(row, `${side}_object`) }];
  };
  // Either side's word counts, as it will stand on both after a sync; but whom sales has accepted, marketing can't reject.
  const rejecting = (['sales', 'marketing'] as const).filter((side) => text(row, `${side}_rung`) === 'rejected');
  const rejected = rejecting.length > 0 && !accepted.has(sales ?? '');
  return {
    id: text(row, 'lead_id') ?? '',
    campaignId: text(row, 'campaign_id'),
    createdAt: instant(row, 'created_at'),
    handed:
      row['handed_at'] !== null ||
      pastHandover.has(sales ?? '') ||
      pastHandover.has(marketing ?? '') ||
      sales === 'rejected' ||
      sales === 'recycled',
    handedAt: instant(row, 'handed_at'),
    lastAttemptAt: instant(row, 'last_attempt_at'),
    rejected,
    everRejected: instant(row, 'marketing_rejected_at') !== null || instant(row, 'sales_rejected_at') !== null,
    rejectionReason: rejected ? (text(row, 'rejection_reason') ?? statedByStatus(row, rejecting[0] ?? 'sales', settings)) : null,
    rejectedAt: rejected ? earliest(rejecting.map((side) => instant(row, `${side}_rejected_at`))) : null,
    dealIds: rows.map((each) => text(each, 'deal_id')).filter((id) => id !== null),
    targets: [...target('marketing'), ...target('sales')],
  };
}

/** A status says why only where several statuses mean rejected; a single one says nothing but that. */
function statedByStatus(row: Row, side: Side, settings: Settings): string | null {
  const rejecting = [...settings.status[side].reads.values()].filter((rung) => rung === 'rejected');
  return rejecting.length > 1 ? text(row, `${side}_status`) : null;
}

/** What a source holds, as arrays. */
export interface OutcomeFacts {
  readonly campaigns: readonly OutcomeCampaign[];
  readonly deals: readonly OutcomeDeal[];
  readonly leads: readonly OutcomeLead[];
  readonly members?: readonly OutcomeMember[];
  readonly rates?: readonly RateInterval[];
  readonly coverage?: readonly Coverage[];
}

/** A source over arrays, for simulations and tests. */
export function memorySource(facts: OutcomeFacts): OutcomeSource {
  const each = async function* <T>(rows: readonly T[]): AsyncGenerator<T> {
    yield* rows;
  };
  return {
    coverage: () => Promise.resolve(facts.coverage ?? []),
    rates: () => Promise.resolve(facts.rates ?? []),
    campaigns: () => each(facts.campaigns),
    deals: () => each(facts.deals),
    leads: () => each(facts.leads),
    members: () => each(facts.members ?? []),
  };
}
