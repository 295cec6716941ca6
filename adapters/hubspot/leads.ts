import type { FieldDescription } from '../../src/crm.ts';
import type { Property } from './catalogue.ts';
import { modifiedOf } from './map.ts';
import { readAssociations, readRecords } from './objects.ts';
import type { Room } from './room.ts';
import { parse, pipelinesShape } from './shapes.ts';
import type { RawEntry, RawRecord } from './shapes.ts';
import type { Wire } from './wire.ts';

/**
 * A contact's field may live on its lead (object 0-136, Sales Hub Professional and up): `leads.hs_pipeline_stage`. Of several
 * leads the open one that was made last speaks, a closed one only where none is open.
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/objects/leads/guide (checked 2026-11)
 */
export const leadPrefix = 'leads.';
const stageProperty = 'hs_pipeline_stage';
const basics: readonly string[] = [stageProperty, 'hs_pipeline', 'hs_createdate', 'hs_lastmodifieddate'];

/** The leads' own names of those fields that live on leads. */
export function leadNames(fields: Iterable<string>): readonly string[] {
  return [...fields].flatMap((field) => (field.startsWith(leadPrefix) ? [field.slice(leadPrefix.length)] : []));
}

/** The stages of the lead pipelines. Their labels are what people see and map; ids differ from portal to portal. */
export interface LeadStages {
  /** Label by stage id; with its pipeline's label before it where two pipelines share one. */
  readonly labels: ReadonlyMap<string, string>;
  readonly closed: ReadonlySet<string>;
  /** The stage of a pipeline that has a label; null where it has none. */
  idOf(pipelineId: string | null, label: string): string | null;
}

/** Asked for by every connection once in a while. @throws {CrmError} where the portal has no leads or the scope is missing */
export async function readLeadStages(wire: Wire, signal: AbortSignal | undefined): Promise<LeadStages> {
  const { body } = await wire.client({ limit: 'general', repeatable: true, signal }, (api) => api.pipelines.getAll('leads'));
  const stages = parse(pipelinesShape, body, 'the pipelines of leads').results.flatMap((pipeline) =>
    pipeline.stages.map((stage) => ({ ...stage, pipeline: pipeline.id, pipelineLabel: pipeline.label })),
  );
  const uses = new Map<string, number>();
  for (const { label } of stages) uses.set(label, (uses.get(label) ?? 0) + 1);
  const shown = (stage: (typeof stages)[number]): string =>
    uses.get(stage.label) === 1 ? stage.label : `${stage.pipelineLabel}: ${stage.label}`;
  const state = (stage: (typeof stages)[number]): string => stage.metadata?.get('leadState') ?? '';
  return {
    labels: new Map(stages.map((stage) => [stage.id, shown(stage)])),
    closed: new Set(stages.filter((stage) => ['QUALIFIED', 'UNQUALIFIED'].includes(state(stage))).map((stage) => stage.id)),
    idOf: (pipelineId, label) => {
      const named = stages.filter((stage) => shown(stage) === label || stage.label === label);
      return (named.find((stage) => stage.pipeline === pipelineId) ?? (pipelineId === null ? named[0] : undefined))?.id ?? null;
    },
  };
}

export interface LeadWish {
  /** Names of the boundary; those without the prefix are of no matter here. */
  readonly fields: readonly string[];
  readonly history?: boolean;
  readonly signal: AbortSignal | undefined;
}

/** The lead that speaks for each contact; contacts without one are absent. */
export async function leadOfContacts(
  room: Room,
  contactIds: readonly string[],
  { fields, history = false, signal }: LeadWish,
): Promise<ReadonlyMap<string, RawRecord>> {
  const { byRecord } = await readAssociations(room.wire, { from: 'contacts', to: 'leads' }, { ids: contactIds, signal });
  const ids = [...new Set([...byRecord.values()].flatMap((list) => list.map((one) => one.to)))];
  if (ids.length === 0) return new Map();
  const catalogue = await room.catalogue.of('leads', signal);
  const names = leadNames(fields).filter((name) => catalogue.has(name));
  const wanted = { properties: [...new Set([...basics, ...names])].filter((name) => catalogue.has(name)), history: history ? names : [] };
  const records = new Map((await readRecords(room.wire, 'leads', { ...wanted, ids, signal })).map((record) => [record.id, record]));
  const { closed } = await room.leadStages(signal);
  const rank = (record: RawRecord): readonly [number, number, number] => {
    const made = Date.parse(record.properties.get('hs_createdate') ?? record.createdAt ?? '') || 0;
    return [closed.has(record.properties.get(stageProperty) ?? '') ? 0 : 1, made, Number(record.id)];
  };
  const speaking = new Map<string, RawRecord>();
  for (const [contact, list] of byRecord) {
    const own = [...new Set(list.map((one) => one.to))].flatMap((id) => records.get(id) ?? []);
    const [best] = own.map((record) => ({ record, rank: rank(record) })).toSorted((a, b) => compare(b.rank, a.rank));
    if (best !== undefined) speaking.set(contact, best.record);
  }
  return speaking;
}

function compare(a: readonly number[], b: readonly number[]): number {
  const at = a.findIndex((part, index) => part !== b[index]);
  return at === -1 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
}

/**
 * Contacts with what their leads say, under the prefixed names, stages by their labels. Where no asked field lives on leads
 * they come back as they are, and nothing is asked.
 */
export async function withLeads(room: Room, contacts: readonly RawRecord[], wish: LeadWish): Promise<readonly RawRecord[]> {
  if (contacts.length === 0 || leadNames(wish.fields).length === 0) return contacts;
  const leads = await leadOfContacts(
    room,
    contacts.map((record) => record.id),
    wish,
  );
  if (leads.size === 0) return contacts;
  const { labels } = await room.leadStages(wish.signal);
  return contacts.map((contact) => {
    const lead = leads.get(contact.id);
    return lead === undefined ? contact : joined(contact, lead, { names: leadNames(wish.fields), labels });
  });
}

function joined(
  contact: RawRecord,
  lead: RawRecord,
  { names, labels }: { readonly names: readonly string[]; readonly labels: ReadonlyMap<string, string> },
): RawRecord {
  const shown = (name: string, value: string | null): string | null =>
    name === stageProperty && value !== null ? (labels.get(value) ?? value) : value;
  const properties = new Map(contact.properties);
  const history = new Map<string, readonly RawEntry[]>(contact.history);
  for (const name of names) {
    const value = lead.properties.get(name);
    if (value !== undefined) properties.set(leadPrefix + name, shown(name, value));
    const entries = lead.history.get(name);
    if (entries !== undefined)
      history.set(
        leadPrefix + name,
        entries.map((entry) => ({ ...entry, value: shown(name, entry.value) })),
      );
  }
  const [own, leads] = [modifiedOf(contact), modifiedOf(lead)];
  properties.set(leadStamp, String(leads));
  // The person changed when either did.
  properties.set('lastmodifieddate', new Date(Math.max(own, leads)).toISOString());
  properties.set(contactStamp, String(own));
  return { ...contact, properties, history };
}

const leadStamp = 'leads.(changed)';
const contactStamp = 'leads.(contact changed)';

/** A contact's version, which changes whenever the contact or its lead does. */
export function versionOf(record: RawRecord): string {
  const lead = record.properties.get(leadStamp);
  return lead === undefined ? String(modifiedOf(record)) : `${record.properties.get(contactStamp) ?? ''}.${lead ?? ''}`;
}

/** The contacts' properties with those of leads under their prefixed names, where such fields are asked for. */
export async function withLeadProperties(
  room: Room,
  contacts: ReadonlyMap<string, Property>,
  { fields, signal }: LeadWish,
): Promise<ReadonlyMap<string, Property>> {
  const names = leadNames(fields);
  if (names.length === 0) return contacts;
  const leads = await room.catalogue.of('leads', signal);
  return new Map([
    ...contacts,
    ...names.flatMap((name) => (leads.has(name) ? [[leadPrefix + name, leads.get(name) as Property] as const] : [])),
  ]);
}

/** A description of a lead's field as a field of the contact; of the stage with the pipelines' labels. */
export function leadField(field: FieldDescription, stages: LeadStages): FieldDescription {
  const described = { ...field, name: leadPrefix + field.name, label: `Lead: ${field.label}` };
  if (field.name !== stageProperty) return described;
  const options = [...new Set(stages.labels.values())].map((label) => ({
    value: label,
    label,
    active: true,
    isDefault: false,
    converted: false,
  }));
  return { ...described, type: 'picklist', options, restricted: true };
}
