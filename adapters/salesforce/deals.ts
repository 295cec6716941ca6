import type { CallOptions } from '../../src/crm.ts';
import type { Deal, DealOutcome } from '../../src/model/records.ts';
import type { Instant, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import type { Context } from './context.ts';
import { idsPerQuery } from './limits.ts';
import { dealFields, toDeal } from './map.ts';
import type { DealHistory } from './map.ts';
import { chunks, rowsOf } from './query.ts';
import type { Query } from './query.ts';
import { id, instant, requiredId, text } from './row.ts';
import type { Row } from './row.ts';
import { soql } from './soql.ts';
import { splitGone, upsert } from './streams.ts';
import type { Source } from './streams.ts';

/** Deals with what their stage history and the campaign field's history add. */
export async function dealSources(context: Context, options: CallOptions): Promise<readonly Source<Deal>[]> {
  const shape = await context.catalog.required('Opportunity', options);
  return [
    {
      name: 'Opportunity',
      object: 'Opportunity',
      stamp: 'SystemModstamp',
      fields: dealFields(shape),
      all: true,
      events: async (rows, pass) => {
        const { gone, live } = splitGone<Deal>(rows);
        const deals = await readDeals(context, { shape, rows: live }, pass);
        return [...gone, ...deals.map((deal, index) => upsert(live[index] ?? new Map(), deal))];
      },
    },
  ];
}

async function readDeals(
  context: Context,
  input: { readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: CallOptions,
): Promise<readonly Deal[]> {
  const { shape, rows } = input;
  if (rows.length === 0) return [];
  const stages = await context.stages.outcomes(options);
  const currency = await context.organization.currency(options);
  const ids = rows.map((row) => requiredId(row, 'Id'));
  const withCampaign = rows.filter((row) => id(row, 'CampaignId') !== null).map((row) => requiredId(row, 'Id'));
  const steps = chunks(ids, idsPerQuery).map((part): Query => ({
    soql: soql`SELECT Id, OpportunityId, StageName, CreatedDate FROM OpportunityHistory WHERE OpportunityId IN ${part}`,
  }));
  const campaigns = chunks(withCampaign, idsPerQuery).map((part): Query => ({
    soql: soql`SELECT Id, OpportunityId, NewValue, CreatedById, CreatedDate FROM OpportunityFieldHistory WHERE Field IN ('Campaign', 'CampaignId') AND OpportunityId IN ${part}`,
  }));
  const answers = await rowsOf(context.wire, [...steps, ...campaigns], options);
  const stepsOf = byDeal(answers.slice(0, steps.length));
  const campaignsOf = byDeal(answers.slice(steps.length));
  const actorOf = await context.users.actors(
    [...campaignsOf.values()].flat().map((row) => id(row, 'CreatedById')),
    options,
  );
  return rows.map((row) => {
    const dealId = requiredId(row, 'Id');
    const setter = setterOf(campaignsOf.get(dealId) ?? [], id(row, 'CampaignId'));
    const history: DealHistory = {
      ...closings(stepsOf.get(dealId) ?? [], stages),
      campaignSetBy: setter === null ? null : actorOf(setter),
    };
    return toDeal(row, { shape, history, currency });
  });
}

function byDeal(answers: readonly (readonly Row[] | null)[]): ReadonlyMap<RecordId, readonly Row[]> {
  return Map.groupBy(
    answers.flatMap((rows) => rows ?? []),
    (row) => requiredId(row, 'OpportunityId'),
  );
}

/** The last closing and the reopenings that a deal's stage history shows. */
function closings(
  rows: readonly Row[],
  stages: ReadonlyMap<string, DealOutcome>,
): { readonly closedAt: Instant | null; readonly reopened: number } {
  let closed = false;
  let closedAt: Instant | null = null;
  let reopened = 0;
  for (const row of inOrder(rows)) {
    const now = (stages.get(text(row, 'StageName') ?? '') ?? 'open') !== 'open';
    if (now && !closed) closedAt = instant(row, 'CreatedDate');
    if (!now && closed) reopened += 1;
    closed = now;
  }
  return { closedAt: closed ? closedAt : null, reopened };
}

/** Rows of a history as they happened; within one second by id, as Salesforce numbers them. */
export function inOrder(rows: readonly Row[]): readonly Row[] {
  const key = (row: Row): string => `${String(instant(row, 'CreatedDate') ?? 0).padStart(15, '0')} ${text(row, 'Id') ?? ''}`;
  return rows
    .map((row) => ({ key: key(row), row }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ row }) => row);
}

/** Who wrote the campaign that stands now. Lookups leave two rows, one with the name and one with the id. */
function setterOf(rows: readonly Row[], campaignId: RecordId | null): RecordId | null {
  const writes = inOrder(rows).filter((row) => campaignId !== null && id(row, 'NewValue') === campaignId);
  const last = writes.at(-1);
  return last === undefined ? null : id(last, 'CreatedById');
}
