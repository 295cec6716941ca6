import type { Crm, Cursor } from '../../src/crm.ts';
import type { Imitations } from './stage-imitations.ts';

/** What one pass over the people delivered. */
export interface Passed {
  readonly ids: ReadonlySet<string>;
  readonly deleted: ReadonlySet<string>;
  /** Records that came more than once in the same version. */
  readonly repeated: number;
  /** Pages that held records. */
  readonly pages: number;
  readonly cursor: Cursor | null;
}

/** Reads all that changed since the cursor. `between` runs after each page, which counts from 1. */
export async function passOf(crm: Crm, cursor: Cursor | null, between?: (page: number) => Promise<void>): Promise<Passed> {
  const ids = new Set<string>();
  const deleted = new Set<string>();
  const versions = new Set<string>();
  let [repeated, pages, at] = [0, 0, cursor];
  for await (const page of crm.changes('people', cursor, { fields: [] })) {
    at = page.cursor;
    if (page.events.length > 0) pages += 1;
    for (const event of page.events) {
      if (event.type !== 'upsert') {
        deleted.add(event.id);
        continue;
      }
      const version = `${event.id} ${event.version}`;
      if (versions.has(version)) repeated += 1;
      versions.add(version);
      ids.add(event.id);
    }
    if (page.events.length > 0) await between?.(pages);
  }
  return { ids, deleted, repeated, pages, cursor: at };
}

/** People made by a user in batches; `apartMs` passes between two batches. */
export async function makeMany(both: Imitations, side: 'hubspot' | 'salesforce', count: number, apartMs = 0): Promise<readonly string[]> {
  const names = Array.from({ length: count }, (_, index) => `p${index}`);
  const ids: string[] = [];
  for (const part of parts(names, side === 'hubspot' ? 100 : 200)) {
    if (apartMs > 0) await both.later(apartMs);
    if (side === 'hubspot') {
      const inputs = part.map((name) => ({ properties: { email: `${name}@example.com` } }));
      const { results } = (await both.marketer.send('POST', '/crm/v3/objects/contacts/batch/create', { inputs })) as {
        results: { id: string }[];
      };
      ids.push(...results.map(({ id }) => id));
    } else {
      const records = part.map((name) => ({
        attributes: { type: 'Lead' },
        LastName: name,
        Company: 'Example',
        Email: `${name}@example.com`,
      }));
      const results = (await both.rep.send('POST', `${both.rest}/composite/sobjects`, { allOrNone: true, records })) as unknown as {
        id: string;
      }[];
      ids.push(...results.map(({ id }) => id));
    }
  }
  return ids;
}

/** A user changes all of them; on a virtual clock in one instant. */
export async function changeMany(both: Imitations, side: 'hubspot' | 'salesforce', ids: readonly string[]): Promise<void> {
  for (const part of parts(ids, side === 'hubspot' ? 100 : 200)) {
    if (side === 'hubspot') {
      const inputs = part.map((id) => ({ id, properties: { jobtitle: `changed ${id}` } }));
      await both.marketer.send('POST', '/crm/v3/objects/contacts/batch/update', { inputs });
    } else {
      const records = part.map((id) => ({ attributes: { type: 'Lead' }, Id: id, Title: `changed ${id}` }));
      await both.rep.send('PATCH', `${both.rest}/composite/sobjects`, { allOrNone: true, records });
    }
  }
}

function parts<T>(items: readonly T[], size: number): readonly (readonly T[])[] {
  return Array.from({ length: Math.ceil(items.length / size) }, (_, index) => items.slice(index * size, (index + 1) * size));
}
