import type { ChangePage } from '../crm.ts';
import type { Person } from '../model/records.ts';
import type { Settings } from '../model/settings.ts';
import type { FieldValue, Instant, Side } from '../model/words.ts';
import type { StoredPerson } from '../state/types.ts';
import { normaliseEmails } from './email.ts';

/** The CRM's names of all fields that are synced on a side. */
export function mappedFields(settings: Settings, side: Side): readonly string[] {
  const { field, also = [] } = settings.status[side];
  return [...new Set([field, ...also.map((one) => one.field), ...settings.fields.map((one) => one[side])])];
}

/** The fields that a pull asks for: the mapped ones, and the one that says where a lead came from. */
export function readFields(settings: Settings, side: Side): readonly string[] {
  const channel = settings.channel[side];
  return [...new Set([...mappedFields(settings, side), ...(channel === null ? [] : [channel])])];
}

/** A page of people whose channel is what the named field says, where the configuration names one. */
export function withChannel(page: ChangePage<'people'>, field: string | null): ChangePage<'people'> {
  if (field === null) return page;
  const events = page.events.map((event) => {
    if (event.type !== 'upsert') return event;
    const value = event.record.fields.get(field);
    const channel = value === undefined || value === null || value === '' ? null : String(value);
    return { ...event, record: { ...event.record, channel } };
  });
  return { ...page, events };
}

/** What the state keeps of a person's record: nothing but what links and merges need. */
export function observed(
  side: Side,
  record: Person,
  seen: { readonly version: string; readonly at: Instant; readonly settings: Settings },
): StoredPerson {
  const { emails, bad } = normaliseEmails(record.emails);
  const fields = new Map<string, FieldValue>();
  for (const name of mappedFields(seen.settings, side)) {
    const value = record.fields.get(name);
    if (value !== undefined) fields.set(name, value);
  }
  return {
    side,
    id: record.id,
    object: record.object,
    version: seen.version,
    modifiedAt: seen.at,
    createdAt: record.createdAt,
    emails,
    badEmails: bad,
    crossIds: record.crossIds,
    key: record.key,
    convertedTo: record.converted?.contactId ?? null,
    converted: record.converted !== null,
    dealOutcomes: record.dealOutcomes,
    fields,
    linkId: null,
  };
}

/**
 * What an observation leaves in the state. A record comes again within the CRM's overlap: the same version tells at most
 * of other deals, an older one tells nothing, and must not undo what was written since.
 */
export function news(seen: StoredPerson, stored: StoredPerson | undefined): StoredPerson {
  if (stored === undefined) return seen;
  if (seen.version === stored.version && [...seen.fields.keys()].every((name) => stored.fields.has(name))) {
    return { ...stored, converted: seen.converted, convertedTo: seen.convertedTo, dealOutcomes: seen.dealOutcomes };
  }
  return seen.modifiedAt < stored.modifiedAt ? stored : seen;
}
