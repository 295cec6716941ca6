import { invalid, invalidValues, notFound } from './errors.ts';
import {
  type Answer,
  batchAnswer,
  bodyObject,
  type Call,
  inputsOf,
  iso,
  NO_CONTENT,
  objectOf,
  ok,
  pagingOf,
  param,
  queryAfter,
  queryLimit,
  queryList,
  requiredText,
  stampOf,
  textOf,
} from './http.ts';
import { CAMPAIGN_BATCH, CAMPAIGN_READABLE, CAMPAIGN_WRITABLE } from './campaign-rules.ts';
import type { CampaignExtra, CrmRecord, Portal, Stamp, Table } from './model.ts';
import { archiveRecord, createRecord, tableOf, writeRecord } from './store.ts';
import { checkValues } from './values.ts';

/** The table of campaigns. */
export function campaignTable(portal: Portal): Table {
  return tableOf(portal, '0-35');
}

/** The campaign behind a GUID; undefined when there is none or it was deleted. */
function campaignByGuid(portal: Portal, guid: string): CampaignExtra | undefined {
  const extra = portal.campaigns.get(guid.toLowerCase());
  return extra === undefined || extra.record.archivedAt !== null ? undefined : extra;
}

/** The campaign of a path. @throws {HubspotProblem} 400 for a numeric id, which is of the CRM API; 404 when unknown */
export function campaignOf(call: Call): CampaignExtra {
  return campaignNamed(call.portal, param(call, 'guid'));
}

function campaignNamed(portal: Portal, guid: string): CampaignExtra {
  requireGuid(guid);
  const extra = campaignByGuid(portal, guid);
  if (extra === undefined) throw notFound(`Campaign ${guid} not found`);
  return extra;
}

function requireGuid(guid: string): void {
  if (!/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(guid)) throw invalid(`Invalid campaign id: ${guid} is not a GUID`);
}

/** Makes a campaign with both of its ids. */
export function createCampaign(portal: Portal, values: ReadonlyMap<string, string>, stamp: Stamp): CampaignExtra {
  const table = campaignTable(portal);
  const name = values.get('hs_name') ?? '';
  const filled = new Map(values);
  // HubSpot makes the UTM value from the name when none is given.
  if (!filled.has('hs_utm')) filled.set('hs_utm', encodeURIComponent(name).slice(0, 255));
  const record = createRecord(portal, table, filled, stamp);
  const guid = newGuid(portal);
  const extra: CampaignExtra = { guid, record, budget: new Map(), spend: new Map(), assets: new Map() };
  portal.campaigns.set(guid, extra);
  portal.campaignGuids.set(record.id, guid);
  return extra;
}

/** A version 4 UUID out of the portal's randomness. */
export function newGuid(portal: Portal): string {
  const digits = Array.from({ length: 32 }, () => Math.floor(portal.random.next() * 16).toString(16));
  digits[12] = '4';
  digits[16] = '89ab'.charAt(Math.floor(portal.random.next() * 4));
  const text = digits.join('');
  return [text.slice(0, 8), text.slice(8, 12), text.slice(12, 16), text.slice(16, 20), text.slice(20)].join('-');
}

/** A campaign as the marketing API shows it: only what was asked for, empty values left out. */
function presentCampaign(portal: Portal, extra: CampaignExtra, names: readonly string[]): Record<string, unknown> {
  const { record, guid } = extra;
  const shown = names.flatMap((name) => {
    const value = record.values.get(name);
    return value === undefined ? [] : [[name, value] as const];
  });
  return {
    id: guid,
    properties: Object.fromEntries(shown),
    createdAt: iso(record.createdAt),
    updatedAt: iso(record.updatedAt),
    businessUnits: [],
  };
}

/** The properties asked for. @throws {HubspotProblem} 400 for a stock property outside the read allow-list */
function readableNames(call: Call): readonly string[] {
  const names = queryList(call, 'properties');
  const table = campaignTable(call.portal);
  const forbidden = names.filter((name) => !CAMPAIGN_READABLE.has(name) && table.definitions.get(name)?.hubspotDefined !== false);
  if (forbidden.length > 0) throw invalid(`Forbidden properties: [${forbidden.join(', ')}]`);
  return names;
}

/** `GET /marketing/campaigns` */
export function listCampaigns(call: Call): Answer {
  const names = readableNames(call);
  const limit = queryLimit(call, 100, 50);
  const after = queryAfter(call);
  const part = (call.query.get('name') ?? '').toLowerCase();
  const all = [...call.portal.campaigns.values()]
    .filter((extra) => extra.record.archivedAt === null)
    .filter((extra) => part === '' || (extra.record.values.get('hs_name') ?? '').toLowerCase().includes(part))
    .sort(campaignOrder(call.query.get('sort') ?? 'hs_name'));
  const page = all.slice(after, after + limit);
  const next = after + limit < all.length ? String(after + limit) : null;
  return ok({ total: all.length, results: page.map((extra) => presentCampaign(call.portal, extra, names)), ...pagingOf(call, next) });
}

function campaignOrder(sort: string): (a: CampaignExtra, b: CampaignExtra) => number {
  const sign = sort.startsWith('-') ? -1 : 1;
  const by = sort.replace(/^-/, '');
  const key = (record: CrmRecord): number | string => {
    if (by === 'createdAt') return record.createdAt;
    if (by === 'updatedAt') return record.updatedAt;
    return (record.values.get('hs_name') ?? '').toLowerCase();
  };
  if (!['hs_name', 'createdAt', 'updatedAt'].includes(by)) throw invalid(`Invalid sort: ${sort}`);
  return (a, b) => {
    const [left, right] = [key(a.record), key(b.record)];
    if (left === right) return a.record.n - b.record.n;
    return left < right ? -sign : sign;
  };
}

/** `GET /marketing/campaigns/{guid}`, with its assets. */
export function getCampaign(call: Call): Answer {
  const extra = campaignOf(call);
  const assets = [...extra.assets].map(([type, ids]) => [type, embeddedAssets(call, extra, type, [...ids])] as const);
  return ok({ ...presentCampaign(call.portal, extra, readableNames(call)), assets: Object.fromEntries(assets) });
}

/** Assets of a type that stand in the campaign itself; the rest are paged by type. @source recorded: sudhakar-mwb/Practus-Migration */
const EMBEDDED_ASSETS = 50;

function embeddedAssets(call: Call, extra: CampaignExtra, type: string, ids: readonly string[]): unknown {
  const results = ids.slice(0, EMBEDDED_ASSETS).map((id) => ({ id, ...assetName(call.portal, type, id) }));
  if (ids.length <= EMBEDDED_ASSETS) return { results };
  const after = String(EMBEDDED_ASSETS);
  const link = `${call.origin}/marketing/v3/campaigns/${extra.guid}/assets/${type}?after=${after}`;
  return { results, paging: { next: { after, link } } };
}

/** The name of an asset that the sandbox knows: lists. */
export function assetName(portal: Portal, type: string, id: string): { name?: string } {
  const list = type === 'OBJECT_LIST' ? portal.lists.get(id) : undefined;
  return list === undefined ? {} : { name: list.name };
}

/** Checks values for the marketing API, whose rules are narrower than the definitions say. @throws {HubspotProblem} 400 */
function campaignValues(call: Call, given: unknown): ReadonlyMap<string, string> {
  const table = campaignTable(call.portal);
  const properties = objectOf(given ?? {});
  const forbidden: string[] = [];
  const plain = new Map<string, unknown>();
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    const definition = table.definitions.get(name);
    if (definition?.hubspotDefined === true && !CAMPAIGN_WRITABLE.has(name)) forbidden.push(name);
    else if (name === 'hs_start_date' || name === 'hs_end_date') values.set(name, dateOnly(name, value));
    else if (name === 'hs_name' || name === 'hs_utm') values.set(name, textOf(value, name) ?? '');
    else plain.set(name, value);
  }
  if (forbidden.length > 0) {
    throw invalid(`Property set contains values forbidden for write: [${forbidden.join(', ')}]`, {
      subCategory: 'CampaignApiError.PROPERTY_SET_CONTAINS_VALUES_FORBIDDEN_FOR_WRITE',
      context: { properties: forbidden },
    });
  }
  const checked = checkValues(call.portal, table, Object.fromEntries(plain));
  if (checked.refused.length > 0) throw invalidValues(checked.refused, call.portal.account.portalId);
  return new Map([...values, ...checked.values]);
}

function dateOnly(name: string, value: unknown): string {
  const text = textOf(value, name) ?? '';
  if (text === '') return '';
  const at = /^\d{4}-\d\d-\d\d$/.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  if (Number.isNaN(at))
    throw invalid(`${name} must be a date of the form YYYY-MM-DD`, { subCategory: 'CampaignValidationError.INVALID_DATE_PROPERTY' });
  return iso(at);
}

function newCampaign(call: Call, input: Readonly<Record<string, unknown>>): () => Record<string, unknown> {
  const values = campaignValues(call, input['properties']);
  const name = values.get('hs_name') ?? '';
  if (name === '') throw invalid('hs_name is required', { subCategory: 'CampaignValidationError.REQUIRED_PROPERTY' });
  return () => presentCampaign(call.portal, createCampaign(call.portal, values, stampOf(call)), [...values.keys()]);
}

/** `POST /marketing/campaigns` */
export function postCampaign(call: Call): Answer {
  return ok(newCampaign(call, bodyObject(call))(), 201);
}

/** `PATCH /marketing/campaigns/{guid}` */
export function patchCampaign(call: Call): Answer {
  const extra = campaignOf(call);
  const values = campaignValues(call, bodyObject(call)['properties']);
  return ok(applyTo(call, extra, values));
}

function applyTo(call: Call, extra: CampaignExtra, values: ReadonlyMap<string, string>): Record<string, unknown> {
  if (values.get('hs_name') === '') throw invalid('hs_name is required', { subCategory: 'CampaignValidationError.REQUIRED_PROPERTY' });
  writeRecord(call.portal, campaignTable(call.portal), extra.record, { values, stamp: stampOf(call) });
  return presentCampaign(call.portal, extra, [...values.keys()]);
}

/** `DELETE /marketing/campaigns/{guid}`: 204, also when there is none. */
export function deleteCampaign(call: Call): Answer {
  drop(call, param(call, 'guid'));
  return NO_CONTENT;
}

function drop(call: Call, guid: string): void {
  requireGuid(guid);
  const extra = campaignByGuid(call.portal, guid);
  if (extra !== undefined) archiveRecord(call.portal, campaignTable(call.portal), extra.record, call.now);
}

/** `POST /marketing/campaigns/batch/create` */
export function batchCreateCampaigns(call: Call): Answer {
  const ready = inputsOf(call, CAMPAIGN_BATCH).map((input) => newCampaign(call, input));
  return batchAnswer(
    call,
    201,
    mixed(
      call,
      ready.map((make) => make()),
    ),
  );
}

/** `POST /marketing/campaigns/batch/read` */
export function batchReadCampaigns(call: Call): Answer {
  const names = readableNames(call);
  const { found, errors } = campaignsOf(call);
  // A campaign that is named twice is answered once, as documented.
  const once = new Map(found.map(({ extra }) => [extra.guid, extra]));
  return batchAnswer(
    call,
    200,
    mixed(
      call,
      [...once.values()].map((extra) => presentCampaign(call.portal, extra, names)),
    ),
    errors,
  );
}

/** `POST /marketing/campaigns/batch/update` */
export function batchUpdateCampaigns(call: Call): Answer {
  const { found, errors } = campaignsOf(call);
  const ready = found.map(({ extra, input }) => ({ extra, values: campaignValues(call, input['properties']) }));
  return batchAnswer(
    call,
    200,
    mixed(
      call,
      ready.map(({ extra, values }) => applyTo(call, extra, values)),
    ),
    errors,
  );
}

/** `POST /marketing/campaigns/batch/archive`: always 204. */
export function batchArchiveCampaigns(call: Call): Answer {
  for (const input of inputsOf(call, CAMPAIGN_BATCH)) drop(call, requiredText(input['id'], 'id'));
  return NO_CONTENT;
}

interface FoundCampaigns {
  readonly found: readonly { readonly extra: CampaignExtra; readonly input: Readonly<Record<string, unknown>> }[];
  readonly errors: readonly unknown[];
}

function campaignsOf(call: Call): FoundCampaigns {
  const found: { extra: CampaignExtra; input: Record<string, unknown> }[] = [];
  const missing: string[] = [];
  for (const input of inputsOf(call, CAMPAIGN_BATCH)) {
    const guid = requiredText(input['id'], 'id');
    requireGuid(guid);
    const extra = campaignByGuid(call.portal, guid);
    if (extra === undefined) missing.push(guid);
    else found.push({ extra, input });
  }
  const errors = missing.map((guid) => ({
    status: 'error',
    category: 'OBJECT_NOT_FOUND',
    message: `Campaign ${guid} not found`,
    context: { ids: [guid] },
  }));
  return { found, errors };
}

/** Batches of campaigns are documented as unordered. */
function mixed<T>(call: Call, items: readonly T[]): readonly T[] {
  return items
    .map((item) => ({ item, key: call.portal.random.next() }))
    .sort((a, b) => a.key - b.key)
    .map(({ item }) => item);
}
