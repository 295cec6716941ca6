import type { Description } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { connectorSource } from './actors.ts';
import type { Property } from './catalogue.ts';
import { HubspotRefusal } from './classify.ts';
import { chunks, readRecords, searchPage } from './objects.ts';
import type { Room } from './room.ts';
import { instantOf } from './values.ts';

/**
 * What the integration brings along, on contacts.
 * @source https://knowledge.hubspot.com/salesforce/duplicate-salesforce-leads-or-contacts-syncing-to-hubspot, checked 2026-11
 */
const ids: readonly string[] = ['salesforceleadid', 'salesforcecontactid'];
const lastSync = 'salesforcelastsynctime';
/** Enough contacts to see the integration's hand in their histories; one batch with histories holds no more. */
const sample = 50;
/** Properties whose histories one call asks for: an account may have a thousand. */
const historiesPerCall = 200;
/** What the integration did longer ago is no sign that it still does: it was taken off the field, or off the account. */
const recentMs = 30 * 86_400_000;

/**
 * HubSpot's own Salesforce integration, by what it leaves behind: its id properties on contacts, and the histories of the
 * contacts that it synced last, which name it as the source, field by field. Every property that can be written is looked
 * at, for an admin may have mapped any.
 */
export async function findConnector(
  room: Room,
  catalogue: ReadonlyMap<string, Property>,
  signal: AbortSignal | undefined,
): Promise<Description['connector']> {
  const markers = ids.filter((name) => catalogue.has(name));
  if (markers.length === 0) return { present: false, fields: [], evidence: 'contacts have no Salesforce id properties' };
  const synced = new Set<string>();
  let now = room.clock.now();
  try {
    for (const propertyName of markers) {
      const page = await searchPage(room.wire, 'contacts', {
        filters: [{ propertyName, operator: 'HAS_PROPERTY' }],
        sort: catalogue.has(lastSync) ? lastSync : 'lastmodifieddate',
        descending: true,
        properties: [],
        limit: sample,
        signal,
      });
      now = page.at;
      for (const record of page.records) synced.add(record.id);
    }
  } catch (error) {
    if (error instanceof HubspotRefusal || (error instanceof CrmError && error.failure === 'permission')) return null;
    throw error;
  }
  if (synced.size === 0) return { present: false, fields: [], evidence: 'no contact carries a Salesforce id' };
  const latest = await latestWrites(room, { ids: [...synced].slice(0, sample), candidates: candidatesOf(catalogue), signal });
  const since = now - recentMs;
  const fields = [...latest].filter(([name, at]) => at >= since && mappable(catalogue.get(name))).map(([name]) => name);
  const [newest = 0] = [...latest.values()].toSorted((a, b) => b - a);
  if (newest !== 0 && newest < since) {
    return { present: false, fields: [], evidence: `the native integration wrote last on ${dayOf(newest)}, more than 30 days ago` };
  }
  if (fields.length === 0)
    return { present: true, fields, evidence: 'contacts carry Salesforce ids, but no recent history names the integration' };
  return { present: true, fields, evidence: `the history of ${listed(fields, latest)} names ${connectorSource} as its source` };
}

/** A property that a mapping can write to: the integration's own ones are none of those. */
function mappable(property: Property | undefined): boolean {
  return property?.modificationMetadata?.readOnlyValue !== true && property?.name.startsWith('salesforce') !== true;
}

/** What to look for the integration's hand in: whatever it may write, and the stamp that it leaves at every sync. */
function candidatesOf(catalogue: ReadonlyMap<string, Property>): readonly string[] {
  return [...catalogue.values()].filter((property) => mappable(property) || property.name === lastSync).map((property) => property.name);
}

/** When the integration last wrote each property; properties that it did not write are absent. */
async function latestWrites(
  room: Room,
  {
    candidates,
    ...wanted
  }: { readonly ids: readonly string[]; readonly candidates: readonly string[]; readonly signal: AbortSignal | undefined },
): Promise<ReadonlyMap<string, number>> {
  const latest = new Map<string, number>();
  for (const history of chunks(candidates, historiesPerCall)) {
    for (const record of await readRecords(room.wire, 'contacts', { ...wanted, properties: [], history })) {
      for (const [name, entries] of record.history) {
        for (const entry of entries) {
          if (entry.sourceType !== connectorSource) continue;
          latest.set(name, Math.max(latest.get(name) ?? 0, instantOf(entry.timestamp) ?? 0));
        }
      }
    }
  }
  return latest;
}

/** The first few fields with the day on which the integration wrote them last. */
function listed(fields: readonly string[], latest: ReadonlyMap<string, number>): string {
  const shown = fields.slice(0, 8).map((name) => `${name} (${dayOf(latest.get(name) ?? 0)})`);
  const more = fields.length - shown.length;
  return `${shown.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

function dayOf(at: number): string {
  return new Date(at).toISOString().slice(0, 10);
}
