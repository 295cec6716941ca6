import type { Deal, DealOutcome } from '../../src/model/records.ts';
import type { RecordId } from '../../src/model/words.ts';
import { createdOf, textOf } from './map.ts';
import { parse, pipelinesShape } from './shapes.ts';
import type { RawEntry, RawRecord } from './shapes.ts';
import { dayOf, instantOf, moneyOf } from './values.ts';
import type { Wire } from './wire.ts';

/** The stage property of deals, whose history tells when a deal closed. */
export const stageProperty = 'dealstage';

export const dealProperties: readonly string[] = [
  'dealname',
  'amount',
  'deal_currency_code',
  'dealstage',
  'pipeline',
  'closedate',
  'createdate',
  'hs_lastmodifieddate',
  'hubspot_owner_id',
  'hs_is_closed',
  'hs_is_closed_won',
  'closed_lost_reason',
  'closed_won_reason',
  'dealtype',
  'hs_analytics_source',
  'hs_primary_associated_company',
  'hs_salesforceopportunityid',
];

/** What each stage means, by its id. */
export type Stages = ReadonlyMap<string, DealOutcome>;

/** The stages of all pipelines. HubSpot keeps `isClosed` and `probability` as text. */
export async function readStages(wire: Wire, signal: AbortSignal | undefined): Promise<Stages> {
  const { body } = await wire.client({ limit: 'general', repeatable: true, signal }, (api) => api.pipelines.getAll('deals'));
  const stages = new Map<string, DealOutcome>();
  for (const pipeline of parse(pipelinesShape, body, 'the pipelines of deals').results) {
    for (const stage of pipeline.stages) {
      const metadata = stage.metadata ?? new Map<string, string | null>();
      const probability = Number(metadata.get('probability') ?? Number.NaN);
      const closed = metadata.get('isClosed') === 'true' || (metadata.get('isClosed') == null && probability === 0);
      stages.set(stage.id, closed ? (probability === 1 ? 'won' : 'lost') : probability === 1 ? 'won' : 'open');
    }
  }
  return stages;
}

/** A deal with the instants that its stage history tells. */
export function dealOf(record: RawRecord, stages: Stages, companyCurrency: string | null): Deal {
  const stage = textOf(record, stageProperty);
  const outcome = (stage === null ? undefined : stages.get(stage)) ?? byFlags(record);
  const history = record.history.get(stageProperty) ?? [];
  const closing = outcome === 'open' ? null : closingOf(record, history, { stages, outcome });
  const cross = textOf(record, 'hs_salesforceopportunityid');
  return {
    id: record.id as RecordId,
    name: textOf(record, 'dealname'),
    crossIds: cross === null ? [] : [cross],
    accountId: textOf(record, 'hs_primary_associated_company') as RecordId | null,
    ownerId: textOf(record, 'hubspot_owner_id') as RecordId | null,
    createdAt: createdOf(record),
    outcome,
    stage,
    closedAt: closing?.at ?? null,
    closedPrecision: closing?.precision ?? 'ms',
    amount: moneyOf(textOf(record, 'amount'), textOf(record, 'deal_currency_code') ?? companyCurrency),
    type: textOf(record, 'dealtype'),
    reason: reasonOf(record, outcome),
    campaignId: null,
    campaignSetByPerson: null,
    channel: textOf(record, 'hs_analytics_source'),
    reopened: reopenedIn(history, stages),
  };
}

/** A stage that was deleted keeps its id on the deals; HubSpot's own flags still know. */
function byFlags(record: RawRecord): DealOutcome {
  if (textOf(record, 'hs_is_closed_won') === 'true') return 'won';
  return textOf(record, 'hs_is_closed') === 'true' ? 'lost' : 'open';
}

function reasonOf(record: RawRecord, outcome: DealOutcome): string | null {
  if (outcome === 'won') return textOf(record, 'closed_won_reason');
  return outcome === 'lost' ? textOf(record, 'closed_lost_reason') : null;
}

interface Moment {
  readonly at: number;
  readonly precision: 'ms' | 'day';
}

/** The stage's history from old to new, as outcomes with their times. */
function courseOf(history: readonly RawEntry[], stages: Stages): readonly { readonly at: number; readonly outcome: DealOutcome }[] {
  return history
    .flatMap((entry) => {
      const at = instantOf(entry.timestamp);
      const outcome = stages.get(entry.value ?? '');
      return at === null || outcome === undefined ? [] : [{ at, outcome }];
    })
    .sort((a, b) => a.at - b.at);
}

/**
 * When the deal reached the outcome it has now. A deal that a history shows closing closed at that instant; one that was
 * made already closed (an import) closed on its close date, since the history only tells when it arrived.
 */
function closingOf(
  record: RawRecord,
  history: readonly RawEntry[],
  { stages, outcome }: { readonly stages: Stages; readonly outcome: DealOutcome },
): Moment | null {
  const course = courseOf(history, stages);
  const before = course.findLastIndex((step) => step.outcome !== outcome);
  const reached = course[before + 1];
  if (before >= 0 && reached !== undefined) return { at: reached.at, precision: 'ms' };
  const closeDate = instantOf(textOf(record, 'closedate'));
  if (closeDate !== null) return { at: dayOf(closeDate), precision: 'day' };
  return reached === undefined ? null : { at: reached.at, precision: 'ms' };
}

function reopenedIn(history: readonly RawEntry[], stages: Stages): number {
  const course = courseOf(history, stages);
  return course.filter((step, index) => step.outcome === 'open' && index > 0 && course[index - 1]?.outcome !== 'open').length;
}
