import type { OwnStem, ReadAnswer, ReadKind, ReadOptions, ReadRecord, Ref } from '../../src/crm.ts';
import type { FieldValue } from '../../src/model/words.ts';
import { historyOf } from './actors.ts';
import { listedCampaigns } from './campaign-list.ts';
import { valueType } from './catalogue.ts';
import type { Property } from './catalogue.ts';
import { HubspotRefusal } from './classify.ts';
import { versionOf, withLeadProperties, withLeads } from './leads.ts';
import { pageSizes } from './limits.ts';
import { campaignOf, campaignProperties, contactProperties, fieldsOf, modifiedOf, personOf, textOf } from './map.ts';
import { chunks, readRecords } from './objects.ts';
import { isMoney, ownName } from './own.ts';
import { inParallel } from './room.ts';
import type { Room } from './room.ts';
import { batchShape, parse } from './shapes.ts';
import type { RawRecord } from './shapes.ts';
import { fromHubspot, instantOf } from './values.ts';
import { paths } from './wire.ts';

const callsAtOnce = 6;

/** `Crm.read`. HubSpot has no campaign members, so none is ever found. */
export async function read<K extends ReadKind>(
  room: Room,
  kind: K,
  request: { readonly refs: readonly Ref[]; readonly options: ReadOptions },
): Promise<readonly ReadAnswer<K>[]> {
  const { refs, options } = request;
  const found =
    kind === 'person' ? await readPeople(room, refs, options) : kind === 'campaign' ? await readCampaigns(room, refs, options) : new Map();
  return refs.map((ref) => ({ ref, found: (found.get(refKey(ref)) ?? []) as ReadAnswer<K>['found'] }));
}

/** One text for equal references. */
function refKey(ref: Ref): string {
  if ('id' in ref) return `id:${ref.id}`;
  return 'key' in ref ? `key:${ref.key}` : `email:${ref.email.trim().toLowerCase()}`;
}

type Found<K extends ReadKind> = ReadonlyMap<string, readonly ReadRecord<K>[]>;

async function readPeople(room: Room, refs: readonly Ref[], options: ReadOptions): Promise<Found<'person'>> {
  const catalogue = await room.catalogue.of('contacts', options.signal);
  const own = (options.own ?? []).map(ownName);
  const wanted = {
    properties: [...new Set([...contactProperties, ...options.fields, ...own])].filter((name) => catalogue.has(name)),
    history: options.history === true ? options.fields.filter((name) => catalogue.has(name)) : [],
    signal: options.signal,
  };
  const wish = { fields: options.fields, history: options.history === true, signal: options.signal };
  const known = await withLeadProperties(room, catalogue, wish);
  const size = wanted.history.length === 0 ? pageSizes.batch : pageSizes.history;
  const found = new Map<string, ReadRecord<'person'>[]>();
  const load = async (
    values: readonly string[],
    idProperty: string | null,
    keysOf: (record: RawRecord) => readonly string[],
  ): Promise<void> => {
    const parts = await inParallel(chunks([...new Set(values)], size), callsAtOnce, (ids) =>
      readRecords(room.wire, 'contacts', { ...wanted, ids, ...(idProperty === null ? {} : { idProperty }) }),
    );
    const whole = await withLeads(room, parts.flat(), wish);
    for (const record of whole) {
      const person = personRecord(room, record, { options, catalogue: known });
      for (const key of keysOf(record)) found.set(key, [person]);
    }
  };
  // A malformed reference would have the whole batch refused; it can't be anybody's.
  const ids = refs.flatMap((ref) => ('id' in ref && /^\d{1,20}$/.test(ref.id) ? [ref.id] : []));
  const keys = refs.flatMap((ref) => ('key' in ref && ref.key !== '' ? [ref.key] : []));
  const emails = refs.flatMap((ref) =>
    'email' in ref && /^[^\s@]+@[^\s@]+$/.test(ref.email.trim()) ? [ref.email.trim().toLowerCase()] : [],
  );
  await load(ids, null, (record) => [`id:${record.id}`]);
  // Without the property no record can carry a key.
  if (catalogue.has(ownName('key'))) await load(keys, ownName('key'), (record) => [`key:${textOf(record, ownName('key')) ?? ''}`]);
  await load(emails, 'email', (record) =>
    [textOf(record, 'email') ?? '', ...(textOf(record, 'hs_additional_emails') ?? '').split(';')].map(
      (email) => `email:${email.trim().toLowerCase()}`,
    ),
  );
  return found;
}

interface Context {
  readonly options: ReadOptions;
  readonly catalogue: ReadonlyMap<string, Property>;
}

function personRecord(room: Room, record: RawRecord, { options, catalogue }: Context): ReadRecord<'person'> {
  for (const [name, entries] of record.history) room.self.recognise(record.id, name, entries);
  const person = personOf(record, { fields: options.fields, catalogue, self: room.self });
  const modifiedAt = modifiedOf(record);
  const history = [...record.history].map(
    ([name, entries]) => [name, historyOf(entries, valueType(catalogue.get(name)), room.self)] as const,
  );
  return {
    record: person,
    version: versionOf(record),
    modifiedAt,
    fields: person.fields,
    own: ownOf(record, options.own ?? [], catalogue),
    history: new Map(history),
  };
}

/** Own values that exist here; a property that was never made is absent, an empty one null. */
function ownOf(record: RawRecord, stems: readonly OwnStem[], catalogue: ReadonlyMap<string, Property>): ReadonlyMap<OwnStem, FieldValue> {
  const own = new Map<OwnStem, FieldValue>();
  for (const stem of stems) {
    const property = catalogue.get(ownName(stem));
    if (property === undefined) continue;
    const value = record.properties.get(ownName(stem)) ?? null;
    own.set(stem, fromHubspot(value, isMoney(stem) ? 'text' : valueType(property)));
  }
  return own;
}

const guid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

async function readCampaigns(room: Room, refs: readonly Ref[], options: ReadOptions): Promise<Found<'campaign'>> {
  const [catalogue, { currency }] = await Promise.all([room.catalogue.of('campaigns', options.signal), room.account(options)]);
  const readable = new Set(campaignProperties);
  // Any standard property that is not on the campaigns API's list has the whole call refused.
  const isReadable = (name: string): boolean => readable.has(name) || (catalogue.has(name) && !name.startsWith('hs_'));
  const asked = [...options.fields, ownName('cross_id'), ...(options.own ?? []).map(ownName)].filter(isReadable);
  const properties = [...new Set([...campaignProperties, ...asked])];
  const ids = [...new Set(refs.flatMap((ref) => ('id' in ref && guid.test(ref.id) ? [ref.id] : [])))];
  const list = options.maxAgeMs === undefined ? null : listedCampaigns(room, options.maxAgeMs);
  const listed = list !== null && properties.every((name) => list.properties.has(name)) ? list.records : new Map<string, RawRecord>();
  const parts = await inParallel(
    chunks(
      ids.filter((id) => !listed.has(id)),
      pageSizes.campaignBatch,
    ),
    callsAtOnce,
    (part) => campaignBatch(room, part, { properties, signal: options.signal }),
  );
  const known = ids.flatMap((id) => listed.get(id) ?? []);
  return new Map(
    [...known, ...parts.flat()].map((record) => {
      const modifiedAt = instantOf(record.updatedAt) ?? 0;
      const one: ReadRecord<'campaign'> = {
        record: campaignOf(record, currency),
        version: String(modifiedAt),
        modifiedAt,
        fields: fieldsOf(record, options.fields.filter(isReadable), catalogue),
        own: ownOf(record, options.own ?? [], catalogue),
        history: new Map(),
      };
      return [`id:${record.id}`, [one]] as const;
    }),
  );
}

async function campaignBatch(
  room: Room,
  ids: readonly string[],
  options: { readonly properties: readonly string[]; readonly signal: AbortSignal | undefined },
): Promise<readonly RawRecord[]> {
  const query = new URLSearchParams({ properties: options.properties.join(',') }).toString();
  const path = `${paths.campaigns}/batch/read?${query}`;
  try {
    const { body } = await room.wire.direct({ limit: 'general', repeatable: true, signal: options.signal }, 'POST', path, {
      inputs: ids.map((id) => ({ id })),
    });
    return parse(batchShape, body, 'a batch of campaigns').results;
  } catch (error) {
    // One id that is gone may have the batch refused: then halves, down to the one.
    if (!(error instanceof HubspotRefusal) || error.status !== 404) throw error;
    if (ids.length <= 1) return [];
    const half = Math.ceil(ids.length / 2);
    return [...(await campaignBatch(room, ids.slice(0, half), options)), ...(await campaignBatch(room, ids.slice(half), options))];
  }
}
