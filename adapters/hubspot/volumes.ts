import * as z from 'zod';
import type { Stream, StreamVolume } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import { HubspotRefusal } from './classify.ts';
import { pageSizes } from './limits.ts';
import type { Room } from './room.ts';
import { parse } from './shapes.ts';
import { paths } from './wire.ts';

const totalShape = z.object({ total: z.number().int().nonnegative() });
const activityTypes = ['calls', 'emails', 'meetings', 'communications', 'tasks'] as const;
/** What a page of a hundred records takes, one after the other; the published limits allow more than that. */
const pageMs = 300;

/**
 * How much a first pull reads, from totals: a search for one record tells how many there are, in nine calls altogether.
 * A total that these credentials may not see is null, and its stream costs nothing then.
 */
export async function volumesOf(room: Room, signal: AbortSignal | undefined): Promise<readonly StreamVolume[]> {
  const total = async (objectType: string): Promise<number | null> => {
    const search = { limit: 1, properties: ['hs_object_id'], filterGroups: [] };
    return counted(() =>
      room.wire.direct({ limit: 'search', repeatable: true, signal }, 'POST', `${paths.objects}/${objectType}/search`, search),
    );
  };
  const [contacts, companies, deals] = [await total('contacts'), await total('companies'), await total('deals')];
  const activities: number[] = [];
  for (const type of activityTypes) activities.push((await total(type)) ?? 0);
  const campaigns = await counted(() =>
    room.wire.direct({ limit: 'general', repeatable: true, signal }, 'GET', `${paths.campaigns}?limit=1`),
  );
  const pages = (records: number | null, size: number = pageSizes.list): number =>
    records === null ? 0 : Math.max(1, Math.ceil(records / size));
  const logged = activities.reduce((sum, one) => sum + pages(one), 0);
  const all: readonly (readonly [Stream, number | null, number])[] = [
    // The bin is a list of its own.
    ['people', contacts, pages(contacts) + 1],
    ['accounts', companies, pages(companies)],
    ['campaigns', campaigns, pages(campaigns)],
    ['members', null, pages(campaigns, pageSizes.associations)],
    ['deals', deals, pages(deals, pageSizes.history) + 1],
    ['deal-people', deals, pages(deals) + pages(deals, pageSizes.associations)],
    ['touches', activities.reduce((sum, one) => sum + one, 0), pages(contacts) + logged],
    ['status-history', contacts, pages(contacts, pageSizes.history) + pages(deals, pageSizes.history)],
    ['users', null, 2],
  ];
  return all.map(([stream, records, calls]) => ({ stream, records, calls, ms: calls * pageMs }));
}

/** The total that an answer names; null where it may not be asked for. */
async function counted(ask: () => Promise<{ readonly body: unknown }>): Promise<number | null> {
  try {
    return parse(totalShape, (await ask()).body, 'a total').total;
  } catch (error) {
    if (error instanceof HubspotRefusal || (error instanceof CrmError && error.failure === 'permission')) return null;
    throw error;
  }
}
