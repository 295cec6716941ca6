import type { CallOptions, WriteItem, WriteResult } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { valueType } from './catalogue.ts';
import { leadNames, leadOfContacts, leadPrefix } from './leads.ts';
import type { Room } from './room.ts';
import { rejected } from './rows.ts';
import type { Row } from './rows.ts';
import { toHubspot } from './values.ts';
import type { Answer } from './wire.ts';

/** Whether a write touches a lead of the person. */
export function touchesLead(item: WriteItem): boolean {
  return leadNames(item.fields.keys()).length > 0;
}

export interface LeadWriting {
  readonly options: CallOptions;
  /** Writes what lives on the contacts themselves. */
  readonly contacts: (items: readonly WriteItem[]) => Promise<readonly WriteResult[]>;
  /** Sends rows of leads; the results are by the rows' items. */
  readonly leads: (rows: readonly Row[]) => Promise<ReadonlyMap<WriteItem, WriteResult>>;
}

/** Writes of people of which a part lives on their leads: the contacts first, then the leads of those that were taken. */
export async function writeWithLeads(room: Room, items: readonly WriteItem[], writing: LeadWriting): Promise<readonly WriteResult[]> {
  const own = items.map((item) => ({ ...item, fields: new Map([...item.fields].filter(([name]) => !name.startsWith(leadPrefix))) }));
  const hasOwn = (item: WriteItem): boolean => item.op === 'create' || item.fields.size > 0 || (item.own?.size ?? 0) > 0;
  const onContacts = own.filter(hasOwn);
  const written = await writing.contacts(onContacts);
  const results = new Map(onContacts.map((item, index) => [item.intentId, written[index]]));
  const left = items.filter((item) => touchesLead(item) && (results.get(item.intentId)?.status ?? 'applied') === 'applied');
  const { signal } = writing.options;
  const fields = [...new Set(left.flatMap((item) => [...item.fields.keys()]))];
  const contactIds = [...new Set(left.flatMap((item) => item.id ?? []))];
  const leads = await leadOfContacts(room, contactIds, { fields, signal });
  const rows: Row[] = [];
  const intents = new Map<WriteItem, WriteItem>();
  for (const item of left) {
    const row = await leadRow(room, item, { lead: leads.get(item.id ?? ''), signal });
    if ('status' in row) results.set(item.intentId, row);
    else {
      rows.push(row);
      intents.set(row.item, item);
    }
  }
  for (const [sent, result] of await writing.leads(rows)) {
    const item = intents.get(sent);
    // The person was written to, whichever of its records took it.
    if (item !== undefined) results.set(item.intentId, result.status === 'applied' ? { ...result, id: item.id ?? result.id } : result);
  }
  return items.map(
    (item) =>
      results.get(item.intentId) ?? { intentId: item.intentId, status: 'ambiguous', cause: 'HubSpot answered without naming this record' },
  );
}

async function leadRow(
  room: Room,
  item: WriteItem,
  at: {
    readonly lead: Awaited<ReturnType<typeof leadOfContacts>> extends ReadonlyMap<string, infer R> ? R | undefined : never;
    readonly signal: AbortSignal | undefined;
  },
): Promise<Row | Extract<WriteResult, { status: 'rejected' }>> {
  const { lead, signal } = at;
  if (lead === undefined)
    return rejected(item, 'NOT_FOUND', { cause: 'the contact has no lead any more', fix: 'Create a lead for the contact in HubSpot.' });
  const catalogue = await room.catalogue.of('leads', signal);
  const stages = await room.leadStages(signal);
  const properties = new Map<string, string>();
  for (const [field, value] of item.fields) {
    if (!field.startsWith(leadPrefix)) continue;
    const name = field.slice(leadPrefix.length);
    const property = catalogue.get(name);
    if (property === undefined)
      return rejected(item, 'UNKNOWN_FIELD', {
        cause: `HubSpot has no lead property ${name}`,
        fix: 'Correct the field in the configuration.',
      });
    if (name !== 'hs_pipeline_stage') {
      properties.set(name, toHubspot(value, valueType(property)));
      continue;
    }
    const stage = stages.idOf(lead.properties.get('hs_pipeline') ?? null, String(value));
    if (stage === null)
      return rejected(item, 'INVALID_VALUE', {
        cause: `the lead's pipeline has no stage ${JSON.stringify(value)}`,
        fix: 'Map the rung to a stage that the pipeline has, or add the stage in HubSpot.',
      });
    properties.set(name, stage);
  }
  return { item: { ...item, id: lead.id as RecordId, fields: new Map() }, properties };
}

/** One batch of leads. */
export function sendLeads(room: Room, rows: readonly Row[], signal: AbortSignal | undefined): Promise<Answer> {
  const inputs = rows.map(({ item, properties }) => ({
    id: item.id ?? '',
    properties: Object.fromEntries(properties),
    objectWriteTraceId: item.intentId,
  }));
  return room.wire.client({ limit: 'general', repeatable: false, signal }, (api) => api.batch.update('leads', { inputs }));
}
