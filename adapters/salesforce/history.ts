import type { CallOptions, ChangeEvent, ChangesOptions } from '../../src/crm.ts';
import type { ActorRef, DealOutcome, StatusChange } from '../../src/model/records.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import type { Context } from './context.ts';
import { inOrder } from './deals.ts';
import { isSalesforceId } from './ids.ts';
import type { ActorOf } from './map.ts';
import { rowsByIds } from './query.ts';
import { get, id, requiredId, requiredInstant, text } from './row.ts';
import type { Row } from './row.ts';
import { soql } from './soql.ts';
import { upsert } from './streams.ts';
import type { PassInfo, Source } from './streams.ts';

/** Leads' tracked fields and deals' stages. */
export function historySources(context: Context, options: ChangesOptions): readonly Source<StatusChange>[] {
  const asked = options.historyFields ?? [];
  const fields = [...new Set([...asked, 'created', 'leadConverted', 'Owner', 'OwnerId'])];
  // Which stage a deal had before is not in a history row; a pass from the beginning remembers it.
  const stageOf = new Map<RecordId, string>();
  return [
    {
      name: 'LeadHistory',
      object: 'LeadHistory',
      stamp: 'CreatedDate',
      fields: ['Id', 'LeadId', 'Field', 'OldValue', 'NewValue', 'CreatedById', 'CreatedDate'],
      where: soql`Field IN ${fields}`,
      // Rows older than 18 months come only this way, up to 24 months.
      all: true,
      mayBeMissing: true,
      tellsFrom: true,
      events: async (rows, pass) => {
        const actorOf = await actorsOf(context, rows, pass);
        return rows.flatMap((row) => {
          const change = toLeadChange(row, actorOf);
          return change === null ? [] : [upsert(row, change, 'CreatedDate')];
        });
      },
    },
    {
      name: 'OpportunityHistory',
      object: 'OpportunityHistory',
      stamp: 'CreatedDate',
      fields: ['Id', 'OpportunityId', 'StageName', 'CreatedById', 'CreatedDate'],
      all: true,
      mayBeMissing: true,
      events: async (rows, pass) => {
        const before = pass.fromStart ? follow(rows, stageOf) : await lookUp(context, rows, pass);
        const actorOf = await actorsOf(context, rows, pass);
        const stages = rows.length === 0 ? new Map<string, DealOutcome>() : await context.stages.outcomes(pass);
        return rows.flatMap((row) => toStageChange(row, { before, actorOf, stages }));
      },
    },
  ];
}

function actorsOf(context: Context, rows: readonly Row[], options: CallOptions): Promise<ActorOf> {
  return context.users.actors(
    rows.map((row) => id(row, 'CreatedById')),
    options,
  );
}

const reserved: ReadonlyMap<string, string> = new Map([
  ['created', 'created'],
  ['leadConverted', 'converted'],
  ['Owner', 'owner'],
  ['OwnerId', 'owner'],
]);

/** Null for the second row that a change of owner leaves: it names the owners, the first one holds their ids. */
function toLeadChange(row: Row, actorOf: ActorOf): StatusChange | null {
  const vendorField = text(row, 'Field') ?? '';
  const field = reserved.get(vendorField) ?? vendorField;
  const from = raw(row, 'OldValue');
  const to = raw(row, 'NewValue');
  if (field === 'owner' && ![from, to].some((value) => typeof value === 'string' && isSalesforceId(value))) return null;
  return {
    ...changeOf(row, actorOf(id(row, 'CreatedById'))),
    entity: 'person',
    entityId: requiredId(row, 'LeadId'),
    field,
    from: field === 'owner' ? id(row, 'OldValue') : from,
    to: field === 'owner' ? id(row, 'NewValue') : to,
    outcome: null,
  };
}

interface StageContext {
  /** The stage before each row, by row id; null for a deal's first row. */
  readonly before: ReadonlyMap<RecordId, string | null>;
  readonly actorOf: ActorOf;
  readonly stages: ReadonlyMap<string, DealOutcome>;
}

/** A deal's history also has rows for amounts and dates; only changes of the stage are reported. */
function toStageChange(row: Row, context: StageContext): readonly ChangeEvent<StatusChange>[] {
  const from = context.before.get(requiredId(row, 'Id')) ?? null;
  const to = text(row, 'StageName');
  if (from === to) return [];
  const change: StatusChange = {
    ...changeOf(row, context.actorOf(id(row, 'CreatedById'))),
    entity: 'deal',
    entityId: requiredId(row, 'OpportunityId'),
    field: 'StageName',
    from,
    to,
    outcome: to === null ? null : (context.stages.get(to) ?? null),
  };
  return [upsert(row, change, 'CreatedDate')];
}

function changeOf(row: Row, actor: ActorRef): Pick<StatusChange, 'id' | 'at' | 'precision' | 'actor'> {
  return { id: requiredId(row, 'Id'), at: requiredInstant(row, 'CreatedDate'), precision: 'second', actor };
}

function follow(rows: readonly Row[], stageOf: Map<RecordId, string>): ReadonlyMap<RecordId, string | null> {
  return new Map(
    rows.map((row) => {
      const deal = requiredId(row, 'OpportunityId');
      const before = stageOf.get(deal) ?? null;
      stageOf.set(deal, text(row, 'StageName') ?? '');
      return [requiredId(row, 'Id'), before];
    }),
  );
}

/** Reads the whole histories of the deals on a page, to know what stood before each of its rows. */
async function lookUp(context: Context, rows: readonly Row[], pass: PassInfo): Promise<ReadonlyMap<RecordId, string | null>> {
  const deals = rows.map((row) => requiredId(row, 'OpportunityId'));
  const whole = await rowsByIds(
    context.wire,
    deals,
    (part) => ({
      soql: soql`SELECT Id, OpportunityId, StageName, CreatedDate FROM OpportunityHistory WHERE OpportunityId IN ${part}`,
      all: true,
    }),
    pass,
  );
  return follow(inOrder(whole ?? rows), new Map());
}

function raw(row: Row, path: string): FieldValue {
  const value = get(row, path);
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : null;
}
