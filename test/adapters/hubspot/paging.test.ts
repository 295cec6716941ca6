import { beforeEach, describe, expect, it } from 'vitest';
import type { Crm, Cursor } from '../../../src/crm.ts';
import { jsonAnswer, openPortal, start } from './portal.ts';
import type { Portal } from './portal.ts';
import { pass } from './steps.ts';

const hour = 3_600_000;
let portal: Portal;
let crm: Crm;
beforeEach(() => {
  portal = openPortal();
  crm = portal.connect();
});

const add = (count: number, prefix: string, at: (index: number) => number): readonly string[] =>
  Array.from({ length: count }, (_, index) =>
    portal.half.seed.record('contacts', { email: `${prefix}-${index}@example.com` }, { at: at(index) }),
  );
const searches = (): number => portal.sent.filter((one) => one.path.endsWith('/search')).length;
const baseline = async (): Promise<Cursor> => {
  await portal.clock.advance(hour);
  const { cursor } = await pass(crm, 'people');
  await portal.clock.advance(hour);
  portal.sent.length = 0;
  return cursor;
};

describe('a walk through what changed', () => {
  it('reads every record once when each has its own stamp, with hardly more searches than pages', async () => {
    const cursor = await baseline();
    const from = portal.clock.now();
    const ids = add(1000, 'own', (index) => from + index);
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'people', cursor);
    expect(records.map((person) => person.id).sort()).toEqual([...ids].sort());
    // 200 a page, one of them the last one of the page before.
    expect(searches()).toBe(Math.ceil(1000 / 199));
  });

  it('reads every record once when bulk edits stamp hundreds alike', async () => {
    const cursor = await baseline();
    const from = portal.clock.now();
    const ids = [
      ...add(150, 'a', () => from),
      ...add(450, 'b', () => from + 1),
      ...add(1, 'c', () => from + 2),
      ...add(200, 'd', () => from + 3),
    ];
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'people', cursor);
    expect(records.map((person) => person.id).sort()).toEqual([...ids].sort());
  });

  it('misses nobody when records are edited while it reads', async () => {
    portal = openPortal({ searchLagMs: 0 });
    crm = portal.connect();
    const cursor = await baseline();
    const from = portal.clock.now();
    const ids = add(700, 'busy', (index) => from + index);
    await portal.clock.advance(hour);
    let pages = 0;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/search')) return undefined;
      pages += 1;
      // Ten of those already read move to the end of the order, so that everything behind them moves forward.
      for (const id of ids.slice((pages - 1) * 10, pages * 10)) {
        portal.half.seed.change('contacts', id, { company: `edit ${pages}` }, { at: portal.clock.now() });
      }
      return undefined;
    });
    const { records } = await pass(crm, 'people', cursor);
    expect(new Set(records.map((person) => person.id))).toEqual(new Set(ids));
  });

  it('goes on from any page on another connection', async () => {
    const cursor = await baseline();
    const from = portal.clock.now();
    const ids = add(900, 'resume', (index) => from + Math.floor(index / 300));
    await portal.clock.advance(hour);
    const seen = new Set<string>();
    let at = cursor;
    for (let turn = 0; turn < 50; turn += 1) {
      let done = false;
      for await (const page of portal.connect().changes('people', at)) {
        for (const event of page.events) seen.add(event.id);
        at = page.cursor;
        done = page.done;
        break;
      }
      if (done) break;
    }
    expect(seen).toEqual(new Set(ids));
  });

  it('follows an empty page that names a next one, and stops at the page that names none', async () => {
    const cursor = await baseline();
    const [id] = add(1, 'late', () => portal.clock.now());
    await portal.clock.advance(hour);
    let first = true;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/search') || !first) return undefined;
      first = false;
      return jsonAnswer(
        200,
        { total: 1, results: [], paging: { next: { after: '0' } } },
        { date: new Date(portal.clock.now()).toUTCString() },
      );
    });
    expect((await pass(crm, 'people', cursor)).records.map((person) => person.id)).toEqual([id]);
  });
});

describe('a walk that can not be trusted ends with the position kept', () => {
  const answering = (body: unknown): void =>
    portal.meddle((_request, path) =>
      path.endsWith('/search') ? jsonAnswer(200, body, { date: new Date(portal.clock.now()).toUTCString() }) : undefined,
    );

  it('when the same page token comes again', async () => {
    const cursor = await baseline();
    answering({ total: 5, results: [], paging: { next: { after: '7' } } });
    await expect(pass(crm, 'people', cursor)).rejects.toMatchObject({ code: 'PAGING_LOOP', retryable: true });
  });

  it('when a list goes round in circles', async () => {
    portal.meddle((_request, path) =>
      path.startsWith('/crm/v3/objects/contacts?')
        ? jsonAnswer(200, { results: [], paging: { next: { after: '7' } } }, { date: new Date(portal.clock.now()).toUTCString() })
        : undefined,
    );
    await expect(pass(crm, 'people')).rejects.toMatchObject({ code: 'PAGING_LOOP' });
  });

  it('when fewer records come than were counted, again and again', async () => {
    const cursor = await baseline();
    answering({ total: 5, results: [] });
    await expect(pass(crm, 'people', cursor)).rejects.toMatchObject({ code: 'INCOMPLETE_PAGE', retryable: true });
  });

  it('but not when the index only lagged behind its own count for a moment', async () => {
    const cursor = await baseline();
    let first = true;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/search') || !first) return undefined;
      first = false;
      return jsonAnswer(200, { total: 1, results: [] }, { date: new Date(portal.clock.now()).toUTCString() });
    });
    expect((await pass(crm, 'people', cursor)).records).toEqual([]);
  });

  it('when campaigns are listed short, for those that are missing would count as deleted', async () => {
    portal.meddle((_request, path) =>
      path.startsWith('/marketing/v3/campaigns?')
        ? jsonAnswer(200, { total: 3, results: [] }, { date: new Date(portal.clock.now()).toUTCString() })
        : undefined,
    );
    await expect(pass(crm, 'campaigns')).rejects.toMatchObject({ code: 'INCOMPLETE_PAGE' });
  });

  it('when the stored position lies in the future, is of another stream, or no position at all', async () => {
    const cursor = await baseline();
    const state = JSON.parse(cursor) as Record<string, unknown>;
    const ahead = JSON.stringify({ ...state, since: start + 400 * 24 * hour }) as Cursor;
    await expect(pass(crm, 'people', ahead)).rejects.toMatchObject({ code: 'CURSOR_IN_FUTURE' });
    for (const broken of [JSON.stringify({ ...state, stream: 'deals' }), '{}', 'null', 'x']) {
      await expect(pass(crm, 'people', broken as Cursor)).rejects.toMatchObject({ code: 'BAD_CURSOR' });
    }
  });

  it('when HubSpot does not say what time it is', async () => {
    portal.meddle((_request, path) =>
      path.startsWith('/crm/v3/objects/contacts?')
        ? { ...jsonAnswer(200, { results: [] }), headers: { 'content-type': 'application/json' } }
        : undefined,
    );
    await expect(pass(crm, 'people')).rejects.toMatchObject({ code: 'NO_SERVER_TIME' });
  });

  it('when a record has another shape than a record', async () => {
    portal.meddle((_request, path) =>
      path.startsWith('/crm/v3/objects/contacts?') ? jsonAnswer(200, { results: [{ name: 'jane@example.com' }] }) : undefined,
    );
    const failed = pass(crm, 'people');
    await expect(failed).rejects.toMatchObject({ code: 'UNEXPECTED_ANSWER', retryable: true });
    await expect(failed).rejects.not.toThrow(/jane@/);
  });
});

describe('the position after a pass', () => {
  it("stands on HubSpot's time, whatever this machine's clock says", async () => {
    const machine = openPortal();
    const id = machine.half.seed.record('contacts', { email: 'a@example.com' }, { at: start });
    await machine.clock.advance(hour);
    const serverNow = machine.clock.now();
    const wrong = { ...machine.ports, clock: { ...machine.clock, now: () => serverNow + 400 * 24 * hour } };
    const { hubspot } = await import('truce/hubspot');
    const side = hubspot({ accessToken: 'pat-na1-integration', baseUrl: 'http://127.0.0.1:4010' }).connect(wrong);
    const { records, asOf, cursor } = await pass(side, 'people');
    expect(records.map((person) => person.id)).toEqual([id]);
    expect(asOf).toBe(Math.floor(serverNow / 1000) * 1000);
    expect((JSON.parse(cursor) as { since: number }).since).toBe(asOf - 15 * 60_000);
  });

  it('lies before the pass began, so that an edit made while it read is seen by the next one', async () => {
    const [id] = add(1, 'x', () => start);
    await portal.clock.advance(hour);
    const iterator = crm.changes('people', null)[Symbol.asyncIterator]();
    await iterator.next();
    await portal.user('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { company: 'Edited' } });
    let last: Cursor | null = null;
    for (let page = await iterator.next(); page.done !== true; page = await iterator.next()) last = page.value.cursor;
    await portal.clock.advance(hour);
    expect((await pass(crm, 'people', last)).records.map((person) => person.company)).toEqual(['Edited']);
  });
});
