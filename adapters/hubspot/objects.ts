import { CrmError } from '../../src/errors.ts';
import { pageSizes } from './limits.ts';
import { associationsShape, batchShape, pageShape, parse } from './shapes.ts';
import type { RawRecord } from './shapes.ts';
import { paths } from './wire.ts';
import type { Answer, Wire } from './wire.ts';

/** What to return of each record. */
export interface Wanted {
  readonly properties: readonly string[];
  readonly history?: readonly string[];
  /** Plural names of object types. */
  readonly associations?: readonly string[];
}

export interface RawPage {
  readonly records: readonly RawRecord[];
  /** The token of the next page; null on the last one, however full it is. */
  readonly next: string | null;
  readonly total: number | null;
  readonly at: number;
}

/** One page of all records of a type, in the order of their ids, without the search index. */
export async function listPage(
  wire: Wire,
  objectType: string,
  options: Wanted & { readonly after: string | null; readonly archived?: boolean; readonly signal?: AbortSignal | undefined },
): Promise<RawPage> {
  const history = options.history ?? [];
  const size = history.length === 0 ? pageSizes.list : pageSizes.history;
  const answer = await wire.client({ limit: 'general', repeatable: true, signal: options.signal }, (api) =>
    api.basic.getPage(
      objectType,
      size,
      options.after ?? undefined,
      [...options.properties],
      history.length === 0 ? undefined : [...history],
      options.associations === undefined ? undefined : [...options.associations],
      options.archived ?? false,
    ),
  );
  return pageOf(answer, `a list of ${objectType}`);
}

export interface SearchFilter {
  readonly propertyName: string;
  readonly operator: 'EQ' | 'GT' | 'GTE' | 'HAS_PROPERTY';
  readonly value?: string;
}

/** One page of a search, sorted by one property, ascending unless told otherwise. */
export async function searchPage(
  wire: Wire,
  objectType: string,
  query: {
    readonly filters: readonly SearchFilter[];
    readonly sort: string;
    readonly descending?: boolean;
    readonly properties: readonly string[];
    readonly after?: string | undefined;
    readonly limit?: number;
    readonly signal?: AbortSignal | undefined;
  },
): Promise<RawPage> {
  const answer = await wire.client({ limit: 'search', repeatable: true, signal: query.signal }, (api) =>
    api.search.doSearch(objectType, {
      filterGroups: [{ filters: query.filters as never }],
      // The client's type says text; the API takes and documents objects.
      sorts: [{ propertyName: query.sort, direction: query.descending === true ? 'DESCENDING' : 'ASCENDING' }] as never,
      properties: [...query.properties],
      limit: query.limit ?? pageSizes.search,
      ...(query.after === undefined ? {} : { after: query.after }),
    }),
  );
  return pageOf(answer, `a search for ${objectType}`);
}

/** Records by id or by a unique property, any number of them; what is not there is simply not in the answer. */
export async function readRecords(
  wire: Wire,
  objectType: string,
  options: Wanted & { readonly ids: readonly string[]; readonly idProperty?: string; readonly signal?: AbortSignal | undefined },
): Promise<readonly RawRecord[]> {
  const history = options.history ?? [];
  const found: RawRecord[] = [];
  for (const ids of chunks(options.ids, history.length === 0 ? pageSizes.batch : pageSizes.history)) {
    const { body } = await wire.client({ limit: 'general', repeatable: true, signal: options.signal }, (api) =>
      api.batch.read(
        objectType,
        {
          inputs: ids.map((id) => ({ id })),
          properties: [...options.properties],
          propertiesWithHistory: [...history],
          ...(options.idProperty === undefined ? {} : { idProperty: options.idProperty }),
        },
        false,
      ),
    );
    found.push(...parse(batchShape, body, `a batch of ${objectType}`).results);
  }
  return found;
}

export interface Association {
  readonly to: string;
  /** The labels that people gave it; empty for a plain one. */
  readonly labels: readonly string[];
  readonly typeIds: readonly number[];
}

/** What each record is associated with, paging included. Records without associations are absent. */
export async function readAssociations(
  wire: Wire,
  between: { readonly from: string; readonly to: string },
  options: { readonly ids: readonly string[]; readonly signal?: AbortSignal | undefined },
): Promise<{ readonly byRecord: ReadonlyMap<string, readonly Association[]>; readonly at: number | null }> {
  const byRecord = new Map<string, Association[]>();
  let inputs: { readonly id: string; readonly after?: string }[] = options.ids.map((id) => ({ id }));
  const seen = new Set<string>();
  let at: number | null = null;
  while (inputs.length > 0) {
    const batch = inputs.slice(0, pageSizes.associations);
    inputs = inputs.slice(pageSizes.associations);
    const answer = await wire.client({ limit: 'associations', repeatable: true, signal: options.signal }, (api) =>
      api.associations.getPage(between.from, between.to, { inputs: batch }),
    );
    at ??= answer.at;
    for (const row of parse(associationsShape, answer.body, `the associations of ${between.from}`).results) {
      const list = byRecord.get(row.from.id) ?? [];
      byRecord.set(row.from.id, list);
      for (const to of row.to) {
        list.push({
          to: to.toObjectId,
          labels: to.associationTypes.flatMap((type) => (type.label === null ? [] : [type.label])),
          typeIds: to.associationTypes.map((type) => type.typeId),
        });
      }
      if (row.paging === null) continue;
      refuseRepeated(seen, `${row.from.id}:${row.paging}`);
      inputs.push({ id: row.from.id, after: row.paging });
    }
  }
  return { byRecord, at };
}

/** Remembers a page token; one that comes again would go round for ever. @throws {CrmError} `PAGING_LOOP` */
export function refuseRepeated(seen: Set<string>, token: string): void {
  if (!seen.has(token)) {
    seen.add(token);
    return;
  }
  throw new CrmError('PAGING_LOOP', 'HubSpot gave the same page token twice.', {
    system: 'hubspot',
    failure: 'protocol',
    retryable: true,
    hint: 'The position before this pass is kept; run again. If it stays, report the stream that it happens in.',
  });
}

/** The path of the records of a type, for calls that the client has no class for. */
export function objectPath(objectType: string, id: string): string {
  return `${paths.objects}/${objectType}/${encodeURIComponent(id)}`;
}

function pageOf(answer: Answer, what: string): RawPage {
  const { results, paging, total } = parse(pageShape, answer.body, what);
  return { records: results, next: paging, total: total ?? null, at: serverTime(answer) };
}

/** The server's time of an answer. @throws {CrmError} `NO_SERVER_TIME`: a local clock would lose changes */
export function serverTime(answer: Answer): number {
  if (answer.at !== null) return answer.at;
  throw new CrmError('NO_SERVER_TIME', 'HubSpot answered without a Date header.', {
    system: 'hubspot',
    failure: 'protocol',
    hint: 'Something between removes it. Cursors stand on the time of the server, never on the local clock.',
  });
}

export function chunks<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
