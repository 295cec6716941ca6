import type { ChangesOptions } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { pageSizes } from './limits.ts';
import { campaignProperties, textOf } from './map.ts';
import { refuseRepeated, serverTime } from './objects.ts';
import { ownName, ownTypes } from './own.ts';
import type { Room } from './room.ts';
import { pageShape, parse } from './shapes.ts';
import type { RawRecord } from './shapes.ts';
import { paths } from './wire.ts';

/** All campaigns of an account as one list gave them. */
export interface CampaignList {
  /** Server time of the list. */
  readonly at: number;
  /** When its first page was asked for, on this machine's clock. */
  readonly askedAt: number;
  /** What was asked of each campaign. */
  readonly properties: ReadonlySet<string>;
  /** By GUID. */
  readonly records: ReadonlyMap<string, RawRecord>;
}

interface CampaignPage {
  readonly records: readonly RawRecord[];
  readonly next: string | null;
  readonly at: number;
}

/** A larger list than this is not kept. */
const mostKept = 20_000;

/**
 * All campaigns page by page, with Truce's own fields: a list gives a hundred a call, reading them by id fifty. A whole list
 * is kept for who asks next.
 */
export async function* campaignPages(room: Room, after: string | null, { signal }: ChangesOptions): AsyncGenerator<CampaignPage> {
  const known = await room.catalogue.of('campaigns', signal);
  const own = [...(ownTypes.get('campaign')?.keys() ?? [])].map(ownName).filter((name) => known.has(name));
  const properties = new Set([...campaignProperties, ...own]);
  const askedAt = room.clock.now();
  const seen = new Set<string>();
  const records = new Map<string, RawRecord>();
  let token = after;
  let listedSoFar = 0;
  let first: number | null = null;
  for (;;) {
    const query = new URLSearchParams({ limit: String(pageSizes.campaigns), properties: [...properties].join(',') });
    if (token !== null) query.set('after', token);
    const answer = await room.wire.direct({ limit: 'general', repeatable: true, signal }, 'GET', `${paths.campaigns}?${query.toString()}`);
    const page = parse(pageShape, answer.body, 'the campaigns');
    listedSoFar += page.results.length;
    if (page.paging !== null) refuseRepeated(seen, page.paging);
    // What is missing from a whole list counts as deleted, so a list that stops early must not pass for whole.
    else if (after === null && page.total !== undefined && listedSoFar < page.total) throw shortList('campaigns');
    first ??= serverTime(answer);
    if (listedSoFar <= mostKept) for (const record of page.results) records.set(record.id, record);
    const whole = page.paging === null && after === null && listedSoFar <= mostKept;
    // Kept before it is delivered: who reads a stream to its last page need not ask for one more.
    if (whole) room.campaigns = { at: first, askedAt, properties, records };
    yield { records: page.results, next: page.paging, at: serverTime(answer) };
    if (page.paging === null) return;
    token = page.paging;
  }
}

/** The last whole list, if it was asked for within `maxAgeMs`. */
export function listedCampaigns(room: Room, maxAgeMs: number): CampaignList | null {
  const known = room.campaigns;
  return known === null || room.clock.now() - known.askedAt > maxAgeMs ? null : known;
}

/** The numeric ids, which associations go by, with the GUIDs that the campaigns API goes by. */
export function guidsOf(records: Iterable<RawRecord>): ReadonlyMap<string, string> {
  const guids = new Map<string, string>();
  for (const record of records) {
    const numericId = textOf(record, 'hs_object_id');
    if (numericId !== null) guids.set(numericId, record.id);
  }
  return guids;
}

function shortList(what: string): CrmError {
  return new CrmError('INCOMPLETE_PAGE', `HubSpot listed fewer ${what} than it counted.`, {
    system: 'hubspot',
    failure: 'protocol',
    retryable: true,
    hint: 'Nothing was taken for deleted; run again.',
  });
}
