import * as z from 'zod';
import { CrmError } from '../../src/errors.ts';
import { modifiedOf } from './map.ts';
import { pageSizes } from './limits.ts';
import { refuseRepeated, searchPage } from './objects.ts';
import type { RawPage, SearchFilter } from './objects.ts';
import type { RawRecord } from './shapes.ts';
import type { Wire } from './wire.ts';

/** Where a walk through a search stands. */
export interface Anchor {
  /** Everything before this stamp has been delivered. */
  readonly at: number;
  /** Ids of this very stamp that have been delivered. */
  readonly seen: readonly string[];
  /** While all of one instant is walked by id: the last id; null otherwise. */
  readonly walked: string | null;
}

const anchorShape = z.object({ at: z.number(), seen: z.array(z.string()), walked: z.string().nullable() });

/** A part of a walk; `anchor` is null when it is over. */
export interface Found {
  readonly records: readonly RawRecord[];
  readonly anchor: Anchor | null;
  readonly at: number;
}

export function readAnchor(text: string): Anchor {
  return anchorShape.parse(JSON.parse(text));
}

interface Query {
  readonly objectType: string;
  /** `lastmodifieddate` on contacts, `hs_lastmodifieddate` on all else. */
  readonly modified: string;
  readonly properties: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Everything modified since the anchor, oldest first, each page anchored anew on the last stamp seen. Paging a changing
 * search by its offset skips rows whenever one of them is edited, and stops at 10,000; anchoring does neither. Where one
 * instant fills a whole page (imports, bulk edits), that instant is walked by record id.
 */
export async function* walk(wire: Wire, query: Query, from: Anchor): AsyncGenerator<Found> {
  let anchor = from;
  for (;;) {
    const found = anchor.walked === null ? await byStamp(wire, query, anchor) : await byId(wire, query, anchor);
    if (found.records.length > 0 || found.anchor === null) yield found;
    if (found.anchor === null) return;
    anchor = found.anchor;
  }
}

async function byStamp(wire: Wire, query: Query, anchor: Anchor): Promise<Found> {
  const filter: SearchFilter = { propertyName: query.modified, operator: 'GTE', value: String(anchor.at) };
  const page = await wholePage(wire, query, { filters: [filter], sort: query.modified });
  const known = new Set(anchor.seen);
  const fresh = page.records.filter((record) => !(modifiedOf(record) === anchor.at && known.has(record.id)));
  if (page.next === null) return { records: fresh, anchor: null, at: page.at };
  const last = Math.max(...page.records.map(modifiedOf));
  if (last < anchor.at) throw unordered();
  // The page holds one instant only and there is more: delivered by id instead, what was seen before left out.
  if (last === anchor.at) return { records: [], anchor: { at: anchor.at, seen: anchor.seen, walked: '0' }, at: page.at };
  const seen = page.records.filter((record) => modifiedOf(record) === last).map((record) => record.id);
  return { records: fresh, anchor: { at: last, seen, walked: null }, at: page.at };
}

async function byId(wire: Wire, query: Query, anchor: Anchor): Promise<Found> {
  const filters: SearchFilter[] = [
    { propertyName: query.modified, operator: 'EQ', value: String(anchor.at) },
    { propertyName: 'hs_object_id', operator: 'GT', value: anchor.walked ?? '0' },
  ];
  const page = await wholePage(wire, query, { filters, sort: 'hs_object_id' });
  const known = new Set(anchor.seen);
  const fresh = page.records.filter((record) => !known.has(record.id));
  // The last id as it came: whether ids are compared as numbers or as text is then the same to us.
  const last = page.records.at(-1)?.id;
  if (page.next === null || last === undefined)
    return { records: fresh, anchor: { at: anchor.at + 1, seen: [], walked: null }, at: page.at };
  if (last === anchor.walked) throw unordered();
  return { records: fresh, anchor: { ...anchor, walked: last }, at: page.at };
}

/**
 * The first page of a query that holds anything: HubSpot may answer with an empty page that still names a next one, and
 * that is not the end. On the last page the total must agree with what came.
 */
async function wholePage(
  wire: Wire,
  query: Query,
  { filters, sort }: { readonly filters: readonly SearchFilter[]; readonly sort: string },
): Promise<RawPage> {
  const tokens = new Set<string>();
  let after: string | undefined;
  let short = 0;
  for (;;) {
    const page = await searchPage(wire, query.objectType, { filters, sort, properties: query.properties, after, signal: query.signal });
    if (page.records.length === 0 && page.next !== null) {
      refuseRepeated(tokens, page.next);
      after = page.next;
      continue;
    }
    const complete = page.next !== null || after !== undefined || page.total === null || page.records.length >= page.total;
    if (complete || page.records.length >= pageSizes.search) return page;
    // An index that is being written may count a record a moment before it returns it; twice is no accident.
    short += 1;
    if (short > 2) throw incomplete();
  }
}

function unordered(): CrmError {
  return new CrmError('PAGING_LOOP', 'HubSpot searched without progress: its answers do not follow the order asked for.', {
    system: 'hubspot',
    failure: 'protocol',
    retryable: true,
    hint: 'The position before this pass is kept; run again.',
  });
}

function incomplete(): CrmError {
  return new CrmError('INCOMPLETE_PAGE', 'HubSpot returned fewer records than it counted, and names no further page.', {
    system: 'hubspot',
    failure: 'protocol',
    retryable: true,
    hint: 'The position before this pass is kept, so nothing is lost; run again.',
  });
}
