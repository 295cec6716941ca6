import { invalid, invalidJson } from './errors.ts';
import { type Answer, bodyObject, type Call, objectOf, ok, param, requiredText, textOf, textsOf, iso } from './http.ts';
import type { Table } from './model.ts';
import { selectValues } from './present.ts';
import { type ConditionGroups, conditionsOf, groupsIn, order, reader, tokensOf } from './search-filter.ts';
import { documentsAt, documentsById, documentsWith, firstAt, type IndexedDoc, KEYS } from './search-index.ts';
import { tableNamed } from './store.ts';

const MAX_BODY = 3000;
const MAX_PAGE = 200;
const WALL = 10_000;

interface Query {
  readonly groups: ConditionGroups;
  readonly words: readonly string[];
  readonly sort: { readonly property: string; readonly descending: boolean } | null;
}

interface Remembered {
  readonly key: string;
  readonly generation: number;
  readonly matches: readonly IndexedDoc[];
}

/** The last answer per index: the pages of one search repeat the same query on the same content. */
const LAST = new WeakMap<Table, Remembered>();

/**
 * `POST /crm/objects/{type}/search`: a page of the index as it stood `searchLagMs` ago.
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/search-the-crm (checked 2026-11)
 */
export function searchRecords(call: Call): Answer {
  const table = tableNamed(call.portal, param(call, 'type'));
  if (call.bodyLength > MAX_BODY) {
    throw invalid(`The request body is too long: ${call.bodyLength} characters, the maximum is ${MAX_BODY}`);
  }
  const body = bodyObject(call);
  const limit = limitOf(body['limit']);
  const offset = offsetOf(body['after']);
  if (offset + limit > WALL) {
    throw invalid(`There was a problem with the request. Paging beyond ${WALL} results is not supported: after ${offset}, limit ${limit}`);
  }
  const query: Query = {
    groups: conditionsOf(table, groupsIn(body), call.portal),
    words: tokensOf(textOf(body['query'], 'query') ?? ''),
    sort: sortOf(table, body['sorts']),
  };
  const key = JSON.stringify([groupsIn(body), body['query'], body['sorts']]);
  const matches = matchesOf(table, query, { key, now: call.now });
  const properties = textsOf(body['properties'], 'properties');
  const results = matches.slice(offset, offset + limit).map((doc) => presentDoc(table, doc, properties));
  const next = offset + limit < matches.length ? { paging: { next: { after: String(offset + limit) } } } : {};
  return ok({ total: matches.length, results, ...next });
}

function presentDoc(table: Table, doc: IndexedDoc, properties: readonly string[]): unknown {
  return {
    id: doc.record.id,
    properties: Object.fromEntries(selectValues(table, doc.values, properties)),
    createdAt: iso(doc.record.createdAt),
    updatedAt: iso(doc.updatedAt),
    archived: false,
  };
}

function limitOf(given: unknown): number {
  const text = textOf(given, 'limit') ?? '10';
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : Number.NaN;
  if (!(limit >= 1 && limit <= MAX_PAGE)) throw invalid(`limit must be between 1 and ${MAX_PAGE}, but was ${text}`);
  return limit;
}

function offsetOf(given: unknown): number {
  const text = textOf(given, 'after');
  if (text === undefined || text === '') return 0;
  if (!/^\d{1,9}$/.test(text)) throw invalid(`after must be an integer, but was ${text}`);
  return Number(text);
}

/** One sort, as an object or as a bare property name. */
function sortOf(table: Table, given: unknown): Query['sort'] {
  if (given === undefined || given === null) return null;
  if (!Array.isArray(given)) throw invalidJson('Cannot deserialize value of type `java.util.List` for field sorts');
  if (given.length > 1) throw invalid(`Only one sort is supported, but ${given.length} were given`);
  const first: unknown = given[0];
  if (first === undefined) return null;
  const named =
    typeof first === 'string'
      ? { propertyName: first.replace(/^-/, ''), direction: first.startsWith('-') ? 'DESCENDING' : 'ASCENDING' }
      : objectOf(first);
  const property = requiredText(named['propertyName'], 'propertyName');
  if (!table.definitions.has(property)) throw invalid(`Property "${property}" does not exist on ${table.type.upper}`);
  return { property, descending: textOf(named['direction'], 'direction') === 'DESCENDING' };
}

function matchesOf(table: Table, query: Query, at: { readonly key: string; readonly now: number }): readonly IndexedDoc[] {
  const docs = documentsAt(table.index, at.now);
  const last = LAST.get(table);
  // Associations change without the index knowing.
  const lasting = query.groups.every((group) => group.every((one) => one.ofRecord === null));
  if (lasting && last !== undefined && last.key === at.key && last.generation === table.index.generation) return last.matches;
  const { found, by } = inReach(table, query, docs);
  const matches = sorted(table, query, { found: isAll(query, by) ? found : found.filter((doc) => meets(table, query, doc)), by });
  LAST.set(table, { key: at.key, generation: table.index.generation, matches });
  return matches;
}

/** The key that documents are kept in the order of, where a property is one. */
function keyOf(table: Table, property: string): ((doc: IndexedDoc) => number) | null {
  if (property === table.type.modifiedProperty) return KEYS.modified;
  return property === 'hs_object_id' ? KEYS.id : null;
}

/** The fewest documents that hold every match: by a unique value, by id where that is the order wanted, by the modified stamp. */
function inReach(
  table: Table,
  query: Query,
  docs: readonly IndexedDoc[],
): { readonly found: readonly IndexedDoc[]; readonly by: string | null } {
  const valued = query.groups.map((group) => group.find((one) => one.equals !== null && table.unique.has(one.property)));
  const [first] = valued;
  if (first !== undefined && valued.every((one) => one?.property === first.property)) {
    const values = valued.flatMap((one) => one?.equals ?? []);
    return { found: documentsWith(table.index, first.property, values), by: null };
  }
  const { modifiedProperty } = table.type;
  const stamped = within(query, docs, { property: modifiedProperty, key: KEYS.modified });
  if (stamped.length < docs.length || !ascendsById(query)) return { found: stamped, by: modifiedProperty };
  return { found: within(query, documentsById(table.index), { property: 'hs_object_id', key: KEYS.id }), by: 'hs_object_id' };
}

function ascendsById({ sort }: Query): boolean {
  return sort === null || (sort.property === 'hs_object_id' && !sort.descending);
}

/** The part of documents in the order of a key that the conditions on it leave. */
function within(
  query: Query,
  docs: readonly IndexedDoc[],
  by: { readonly property: string; readonly key: (doc: IndexedDoc) => number },
): readonly IndexedDoc[] {
  if (query.groups.length === 0) return docs;
  let from = Number.POSITIVE_INFINITY;
  let to = Number.NEGATIVE_INFINITY;
  for (const group of query.groups) {
    const ranges = group.flatMap((one) => (one.property === by.property && one.range !== null ? [one.range] : []));
    from = Math.min(from, Math.max(Number.NEGATIVE_INFINITY, ...ranges.map((range) => range.from)));
    to = Math.max(to, Math.min(Number.POSITIVE_INFINITY, ...ranges.map((range) => range.to)));
  }
  if (from === Number.NEGATIVE_INFINITY && to === Number.POSITIVE_INFINITY) return docs;
  return docs.slice(firstAt(docs, from, by.key), firstAt(docs, to + 1, by.key));
}

/** Whether what is in reach needs no further look: nothing is asked but a range of the key that it was reached by. */
function isAll({ groups, words }: Query, by: string | null): boolean {
  const [group, more] = groups;
  if (words.length > 0 || more !== undefined) return false;
  return group === undefined || group.every((one) => one.range !== null && one.property === by);
}

function meets(table: Table, query: Query, doc: IndexedDoc): boolean {
  const inGroup = query.groups.length === 0 || query.groups.some((group) => group.every((one) => holds(table, one, doc)));
  if (!inGroup || query.words.length === 0) return inGroup;
  const tokens = table.type.searchable.flatMap((property) => tokensOf(doc.values.get(property) ?? ''));
  return query.words.every((word) => tokens.some((token) => token.startsWith(word)));
}

function holds(table: Table, one: ConditionGroups[number][number], doc: IndexedDoc): boolean {
  if (one.ofRecord !== null) return one.ofRecord(doc.record.id);
  const key = one.range === null ? null : keyOf(table, one.property);
  if (key !== null && one.range !== null) return key(doc) >= one.range.from && key(doc) <= one.range.to;
  return one.test(doc.values.get(one.property));
}

/** Ties are in the order of the ids; without a sort, the oldest record first. What was reached in the order wanted stays as it is. */
function sorted(
  table: Table,
  query: Query,
  { found, by }: { readonly found: readonly IndexedDoc[]; readonly by: string | null },
): readonly IndexedDoc[] {
  const { sort } = query;
  const { modifiedProperty } = table.type;
  if (ascendsById(query)) return by === 'hs_object_id' ? found : found.toSorted((a, b) => a.record.n - b.record.n);
  if (sort === null) return found;
  if (sort.property === modifiedProperty && !sort.descending)
    return by === modifiedProperty ? found : found.toSorted((a, b) => a.updatedAt - b.updatedAt || a.record.n - b.record.n);
  const definition = table.definitions.get(sort.property);
  const read = definition === undefined ? String : reader(definition);
  const keyed = found.map((doc) => ({ doc, key: doc.values.get(sort.property) }));
  const sign = sort.descending ? -1 : 1;
  keyed.sort((a, b) => {
    // Assumed: records without a value come last, whichever the direction.
    if (a.key === undefined || b.key === undefined)
      return Number(a.key === undefined) - Number(b.key === undefined) || a.doc.record.n - b.doc.record.n;
    return sign * order(read(a.key), read(b.key)) || a.doc.record.n - b.doc.record.n;
  });
  return keyed.map(({ doc }) => doc);
}
