import { requireScopes } from '../callers.ts';
import { newGuid } from '../campaigns.ts';
import { HubspotProblem, invalid, invalidJson, notFound } from '../errors.ts';
import { type Answer, bodyObject, type Call, iso, objectOf, ok, param, requiredText, textOf, textsOf } from '../http.ts';
import type { CrmRecord, Table } from '../model.ts';
import { conditionsOf, order, reader, tokensOf } from '../search-filter.ts';
import { recordById, tableNamed } from '../store.ts';
import { csvOf, type SheetOptions } from './sheet.ts';
import { zipOf } from './zip.ts';

const DAY_MS = 86_400_000;
/** @source https://developers.hubspot.com/docs/api-reference/latest/crm/exports/guide (checked 2026-11) */
const PER_DAY = 30;
const LINK_LIVES_MS = 300_000;
const ZIPPED_FROM_BYTES = 2 * 1024 * 1024;
const MAX_FILTERS = 3;
const FIRST_ID = 90_000_001;

/** Assumed: an export takes a moment, and a millisecond a record. */
const TAKES_MS = 2000;

interface Export {
  readonly id: string;
  readonly name: string;
  readonly type: 'VIEW' | 'LIST';
  readonly objectType: string;
  readonly properties: readonly string[];
  readonly recordCount: number;
  readonly requestedAt: number;
  readonly startsAt: number;
  readonly doneAt: number;
  readonly bytes: Uint8Array;
}

/** A link to a file: good for five minutes, without any token. */
interface Link {
  readonly file: Export;
  readonly until: number;
}

/** The endpoints of exports, as lines of the router; `open` ones ask for no token. */
export function exportRoutes(): readonly { readonly line: string; readonly handle: (call: Call) => Answer; readonly open: boolean }[] {
  const exports = new Map<string, Export>();
  const links = new Map<string, Link>();
  const scoped = (handle: (call: Call) => Answer) => {
    return (call: Call): Answer => {
      requireScopes(call.caller, ['crm.export']);
      return handle(call);
    };
  };
  return [
    { line: 'POST crm/exports/export/async', handle: scoped((call) => start(call, exports)), open: false },
    { line: 'GET crm/exports/export/async/tasks/:id/status', handle: scoped((call) => status(call, exports, links)), open: false },
    { line: 'GET crm/exports/export/:id', handle: scoped((call) => details(call, exports)), open: false },
    { line: 'GET crm/exports/files/:token', handle: (call) => download(call, links), open: true },
  ];
}

/**
 * `POST /crm/exports/export/async`: 202 with a task. One export runs at a time, the others wait; thirty in any 24 hours.
 * Assumed: the file shows the records as they are now; more than thirty are refused with 429.
 */
function start(call: Call, exports: Map<string, Export>): Answer {
  const body = bodyObject(call);
  const type = requiredText(body['exportType'], 'exportType');
  if (type !== 'VIEW' && type !== 'LIST') throw invalidJson(`Cannot resolve exportType "${type}": VIEW or LIST is expected`);
  const format = requiredText(body['format'], 'format').toUpperCase();
  if (format !== 'CSV') throw invalid(`format ${format} is not offered by this account: use CSV`);
  const table = tableNamed(call.portal, requiredText(body['objectType'], 'objectType'));
  const name = requiredText(body['exportName'], 'exportName');
  requiredText(body['language'], 'language');
  const options = sheetOptions(call, table, body);
  const records = type === 'LIST' ? listed(call, table, body) : viewed(table, body['publicCrmSearchRequest']);
  const recent = [...exports.values()].filter((one) => one.requestedAt > call.now - DAY_MS);
  if (recent.length >= PER_DAY) throw tooMany();
  const startsAt = Math.max(call.now, ...[...exports.values()].map((one) => one.doneAt));
  const bytes = Buffer.from(csvOf(call.portal, table, records, options), 'utf8');
  const made: Export = {
    id: String(FIRST_ID + exports.size),
    name,
    type,
    objectType: table.type.typeId,
    properties: options.properties.map((definition) => definition.name),
    recordCount: records.length,
    requestedAt: call.now,
    startsAt,
    doneAt: startsAt + TAKES_MS + records.length,
    bytes: bytes.length > ZIPPED_FROM_BYTES ? zipOf(`${name}.csv`, bytes) : bytes,
  };
  exports.set(made.id, made);
  const base = call.version === 'v3' ? '/crm/v3/exports' : `/crm/exports/${call.version}`;
  return ok({ id: made.id, links: { status: `${call.origin}${base}/export/async/tasks/${made.id}/status` } }, 202);
}

function tooMany(): HubspotProblem {
  return new HubspotProblem(429, `You have reached the limit of ${PER_DAY} exports in 24 hours.`, { category: 'RATE_LIMITS' });
}

function sheetOptions(call: Call, table: Table, body: Readonly<Record<string, unknown>>): SheetOptions {
  const named = textsOf(body['objectProperties'], 'objectProperties');
  const properties = named.map((name) => {
    const definition = table.definitions.get(name);
    if (definition === undefined || definition.archivedAt !== null)
      throw invalid(`Property "${name}" does not exist on ${table.type.upper}`);
    return definition;
  });
  const associated = textOf(body['associatedObjectType'], 'associatedObjectType');
  const internal = textsOf(body['exportInternalValuesOptions'], 'exportInternalValuesOptions');
  return {
    properties,
    associated: associated === undefined ? null : tableNamed(call.portal, associated),
    names: internal.includes('NAMES'),
    values: internal.includes('VALUES'),
  };
}

function listed(call: Call, table: Table, body: Readonly<Record<string, unknown>>): readonly CrmRecord[] {
  const list = call.portal.lists.get(requiredText(body['listId'], 'listId'));
  if (list === undefined || list.objectTypeId !== table.type.typeId)
    throw notFound(`List ${textOf(body['listId'], 'listId')} does not exist`);
  return [...list.members.keys()].flatMap((id) => recordById(table, id) ?? []).filter((record) => record.archivedAt === null);
}

/** The records of a view: filters joined by AND, words, one sort of `{ propertyName, order: ASC | DES }`. */
function viewed(table: Table, given: unknown): readonly CrmRecord[] {
  const alive = table.inOrder.filter((record) => !record.gone && record.archivedAt === null);
  if (given === undefined || given === null) return alive;
  const request = objectOf(given);
  const filters = request['filters'];
  if (Array.isArray(filters) && filters.length > MAX_FILTERS) throw invalid(`Too many filters: at most ${MAX_FILTERS}`);
  const conditions = filters === undefined || filters === null ? [] : (conditionsOf(table, [{ filters }])[0] ?? []);
  const words = tokensOf(textOf(request['query'], 'query') ?? '');
  const found = alive.filter((record) => {
    if (!conditions.every((one) => one.test(record.values.get(one.property)))) return false;
    const tokens = words.length === 0 ? [] : table.type.searchable.flatMap((name) => tokensOf(record.values.get(name) ?? ''));
    return words.every((word) => tokens.some((token) => token.startsWith(word)));
  });
  return sorted(table, found, request['sorts']);
}

function sorted(table: Table, found: readonly CrmRecord[], given: unknown): readonly CrmRecord[] {
  const first: unknown = Array.isArray(given) ? given[0] : undefined;
  if (first === undefined) return found;
  const sort = objectOf(first);
  const definition = table.definitions.get(requiredText(sort['propertyName'], 'propertyName'));
  if (definition === undefined) throw invalid(`Property "${textOf(sort['propertyName'], 'propertyName')}" does not exist`);
  const read = reader(definition);
  const sign = String(sort['order']).startsWith('D') ? -1 : 1;
  const keyed = found.map((record) => ({ record, value: record.values.get(definition.name) }));
  keyed.sort((a, b) => {
    if (a.value === undefined || b.value === undefined) return Number(a.value === undefined) - Number(b.value === undefined);
    return sign * order(read(a.value), read(b.value)) || a.record.n - b.record.n;
  });
  return keyed.map((one) => one.record);
}

function exportOf(call: Call, exports: ReadonlyMap<string, Export>): Export {
  const found = exports.get(param(call, 'id'));
  if (found === undefined) throw notFound(`Export ${param(call, 'id')} does not exist`);
  return found;
}

/** `GET …/tasks/{id}/status`: with the file's address, a new one each time, once it is complete. */
function status(call: Call, exports: ReadonlyMap<string, Export>, links: Map<string, Link>): Answer {
  const found = exportOf(call, exports);
  const dates = { requestedAt: iso(found.requestedAt), startedAt: iso(found.startsAt), completedAt: iso(found.doneAt) };
  if (call.now < found.startsAt) return ok({ status: 'PENDING', ...dates });
  if (call.now < found.doneAt) return ok({ status: 'PROCESSING', ...dates });
  const token = newGuid(call.portal);
  for (const [old, link] of links) if (link.until <= call.now) links.delete(old);
  links.set(token, { file: found, until: call.now + LINK_LIVES_MS });
  return ok({ status: 'COMPLETE', result: `${call.origin}/crm/v3/exports/files/${token}`, ...dates });
}

/** `GET /crm/exports/export/{id}`. @source `@hubspot/api-client` 14.0.1, PublicExportResponse */
function details(call: Call, exports: ReadonlyMap<string, Export>): Answer {
  const found = exportOf(call, exports);
  const done = call.now >= found.doneAt;
  return ok({
    id: found.id,
    exportName: found.name,
    exportType: found.type,
    exportState: done ? 'DONE' : call.now < found.startsAt ? 'ENQUEUED' : 'PROCESSING',
    objectType: found.objectType,
    objectProperties: found.properties,
    ...(done ? { recordCount: found.recordCount } : {}),
    createdAt: iso(found.requestedAt),
    updatedAt: iso(done ? found.doneAt : found.requestedAt),
  });
}

/** The file. Assumed: an address that is too old answers 403. */
function download(call: Call, links: ReadonlyMap<string, Link>): Answer {
  const link = links.get(param(call, 'token'));
  if (link === undefined || link.until <= call.now) throw new HubspotProblem(403, 'Request has expired');
  const { bytes, name } = link.file;
  const zipped = bytes[0] === 0x50 && bytes[1] === 0x4b;
  const [type, ending] = zipped ? ['application/zip', 'zip'] : ['text/csv;charset=utf-8', 'csv'];
  return { status: 200, file: { type, bytes, name: `${name.replaceAll(/[^\w.-]+/g, '-')}.${ending}` } };
}
