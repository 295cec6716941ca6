import type { Instant, Side } from '../model/words.ts';
import type { Queryable, Row } from './types.ts';

/** Something that happened to a person, as the merged data has it. */
export interface MergedEvent {
  readonly at: Instant;
  /** The stamp names the day only. */
  readonly dayOnly: boolean;
  readonly what:
    | { readonly kind: 'created'; readonly how: string | null }
    | {
        readonly kind: 'status';
        readonly field: string;
        readonly from: string | null;
        readonly to: string | null;
        readonly rung: string | null;
        readonly reason: string | null;
      }
    | { readonly kind: 'owner'; readonly to: string | null }
    | {
        readonly kind: 'touch';
        readonly touch: string;
        readonly direction: string;
        readonly result: string | null;
        readonly campaign: string | null;
      }
    | { readonly kind: 'campaign'; readonly campaign: string; readonly responded: boolean }
    | {
        readonly kind: 'deal';
        readonly dealId: string;
        readonly name: string | null;
        readonly state: 'created' | 'won' | 'lost';
        readonly amountMinor: number | null;
        readonly currency: string | null;
        readonly reason: string | null;
      };
  readonly side: Side | null;
  /** A name, or what kind of actor it was; null when nobody knows. */
  readonly who: string | null;
  /** Truce's own doing, or another program's that copies records. */
  readonly byIntegration: boolean;
}

/** What the merged data tells of one person. */
export interface MergedPerson {
  readonly name: string | null;
  readonly campaign: string | null;
  readonly owner: string | null;
  readonly dealIds: readonly string[];
  readonly events: readonly MergedEvent[];
}

const leadsSql = `
SELECT l.lead_id, l.name, c.name AS campaign, u.name AS owner
FROM leads l LEFT JOIN campaigns c ON c.campaign_id = l.campaign_id LEFT JOIN users u ON u.user_id = l.owner_id
WHERE l.lead_id IN (SELECT merged_id FROM record_links WHERE recorded_in = $1 AND source_id = $2)`;

const changesSql = `
SELECT s.recorded_in, s.field, s.from_raw, s.to_raw, s.to_status, s.occurred_at, s.at_precision, s.actor_kind, s.reason, u.name AS actor, o.name AS owner
FROM status_changes s LEFT JOIN users u ON u.user_id = s.actor_id LEFT JOIN users o ON s.field = 'owner' AND o.user_id = s.to_raw
WHERE s.entity = 'lead' AND s.entity_id = $1 AND s.rule IS NULL ORDER BY s.occurred_at`;

const touchesSql = `
SELECT t.recorded_in, t.side, t.kind, t.direction, t.result, t.occurred_at, t.at_precision, t.actor_kind, u.name AS actor, c.name AS campaign
FROM touches t LEFT JOIN users u ON u.user_id = t.actor_id LEFT JOIN campaigns c ON c.campaign_id = t.campaign_id
WHERE t.lead_id = $1 AND t.dup_of IS NULL ORDER BY t.occurred_at`;

const membersSql = `
SELECT m.recorded_in, m.added_at, m.responded_at, m.at_precision, m.responded, c.name AS campaign
FROM campaign_members m JOIN campaigns c ON c.campaign_id = m.campaign_id WHERE m.lead_id = $1`;

const dealsSql = `
SELECT d.deal_id, d.name, d.created_at, d.closed_at, d.closed_precision, d.outcome, d.amount_minor, d.currency, d.loss_reason, d.sales_deal_id
FROM deals d WHERE d.deal_id IN (SELECT deal_id FROM deal_contacts WHERE lead_id = $1)`;

/**
 * What happened to the person behind a record, unordered. Null when the merged data does not know the record.
 * Undated memberships and deals are left out.
 */
export async function readMergedPerson(db: Queryable, record: { readonly side: Side; readonly id: string }): Promise<MergedPerson | null> {
  const [lead] = await db.query(leadsSql, [record.side, record.id]);
  if (lead === undefined) return null;
  const id = String(lead['lead_id']);
  const [changes, touches, members, deals] = [
    await db.query(changesSql, [id]),
    await db.query(touchesSql, [id]),
    await db.query(membersSql, [id]),
    await db.query(dealsSql, [id]),
  ];
  return {
    name: textOf(lead, 'name'),
    campaign: textOf(lead, 'campaign'),
    owner: textOf(lead, 'owner'),
    dealIds: deals.map((deal) => String(deal['deal_id'])),
    events: [...changes.map(changeEvent), ...touches.map(touchEvent), ...members.flatMap(memberEvents), ...deals.flatMap(dealEvents)],
  };
}

function changeEvent(row: Row): MergedEvent {
  const field = String(row['field']);
  const to = textOf(row, 'to_raw');
  const common = { ...stamp(row, 'occurred_at', 'at_precision'), ...actor(row), side: sideOf(row) };
  if (field === 'created') return { ...common, what: { kind: 'created', how: to } };
  if (field === 'owner') return { ...common, what: { kind: 'owner', to: textOf(row, 'owner') ?? to } };
  const [from, rung, reason] = [textOf(row, 'from_raw'), textOf(row, 'to_status'), textOf(row, 'reason')];
  return { ...common, what: { kind: 'status', field, from, to, rung, reason } };
}

function touchEvent(row: Row): MergedEvent {
  const [touch, direction] = [String(row['kind']), String(row['direction'])];
  const what = { kind: 'touch' as const, touch, direction, result: textOf(row, 'result'), campaign: textOf(row, 'campaign') };
  return { ...stamp(row, 'occurred_at', 'at_precision'), ...actor(row), side: sideOf(row), what };
}

function memberEvents(row: Row): readonly MergedEvent[] {
  const campaign = textOf(row, 'campaign') ?? 'a campaign without a name';
  const common = { who: null, byIntegration: false, side: sideOf(row) };
  const added =
    row['added_at'] === null
      ? []
      : [{ ...stamp(row, 'added_at', 'at_precision'), ...common, what: { kind: 'campaign' as const, campaign, responded: false } }];
  if (row['responded'] !== true || row['responded_at'] === null) return added;
  return [...added, { ...stamp(row, 'responded_at', 'at_precision'), ...common, what: { kind: 'campaign', campaign, responded: true } }];
}

function dealEvents(row: Row): readonly MergedEvent[] {
  const common = { who: null, byIntegration: false, side: row['sales_deal_id'] === null ? ('marketing' as const) : ('sales' as const) };
  const amountMinor = row['amount_minor'] === null ? null : Number(row['amount_minor']);
  const deal = {
    kind: 'deal' as const,
    dealId: String(row['deal_id']),
    name: textOf(row, 'name'),
    amountMinor,
    currency: textOf(row, 'currency'),
  };
  const made: readonly MergedEvent[] =
    row['created_at'] === null
      ? []
      : [{ at: Number(row['created_at']), dayOnly: false, ...common, what: { ...deal, state: 'created', reason: null } }];
  const outcome = String(row['outcome']);
  if ((outcome !== 'won' && outcome !== 'lost') || row['closed_at'] === null) return made;
  return [
    ...made,
    { ...stamp(row, 'closed_at', 'closed_precision'), ...common, what: { ...deal, state: outcome, reason: textOf(row, 'loss_reason') } },
  ];
}

function stamp(row: Row, at: string, precision: string): Pick<MergedEvent, 'at' | 'dayOnly'> {
  return { at: Number(row[at]), dayOnly: row[precision] === 'day' };
}

function actor(row: Row): Pick<MergedEvent, 'who' | 'byIntegration'> {
  const kind = textOf(row, 'actor_kind');
  const name = textOf(row, 'actor');
  const byIntegration = kind === 'integration';
  if (name !== null) return { who: kind === 'human' || kind === null ? name : `${name} (${kind})`, byIntegration };
  return {
    who: kind === 'unknown' || kind === null ? null : kind === 'human' ? 'a person' : kind === 'prospect' ? 'the prospect' : `a ${kind}`,
    byIntegration,
  };
}

function sideOf(row: Row): Side | null {
  const side = row['recorded_in'];
  return side === 'marketing' || side === 'sales' ? side : null;
}

function textOf(row: Row, column: string): string | null {
  const value = row[column];
  return typeof value === 'string' && value !== '' ? value : null;
}
