import { describe, expect, it } from 'vitest';
import type { Crm, Stream } from '../../../src/crm.ts';
import type { RecordId } from '../../../src/model/words.ts';
import { openPortal, start } from './portal.ts';
import type { Portal } from './portal.ts';
import { pass, setStatus } from './steps.ts';

const hour = 3_600_000;
const ceil = (count: number, size: number): number => Math.ceil(count / size);

function fill(portal: Portal, count: number, at: (index: number) => number): readonly string[] {
  return Array.from({ length: count }, (_, index) =>
    portal.half.seed.record('contacts', { email: `p-${index}@example.com`, hs_lead_status: 'NEW' }, { at: at(index) }),
  );
}

describe('calls', () => {
  it('of detecting, re-reading, writing and checking N changed people stay within 1.15 of the fewest there can be', async () => {
    const portal = openPortal();
    const crm = portal.connect();
    await crm.account();
    const baseline = await pass(crm, 'people');
    await portal.clock.advance(hour);
    const from = portal.clock.now();
    const count = 1000;
    fill(portal, count, (index) => from + index);
    await portal.clock.advance(hour);
    portal.sent.length = 0;
    const { records } = await pass(crm, 'people', baseline.cursor, { fields: ['hs_lead_status'] });
    const ids = records.map((person) => person.id);
    const refs = ids.map((id) => ({ id }));
    await crm.read('person', refs, { fields: ['hs_lead_status'] });
    const results = await crm.write(
      'person',
      ids.map((id) => setStatus(id, 'OPEN')),
    );
    await crm.read('person', refs, { fields: ['hs_lead_status'], history: true });
    expect(results.filter((result) => result.status === 'applied')).toHaveLength(count);
    const fewest = ceil(count, 200) + ceil(count, 100) + ceil(count, 100) + ceil(count, 50);
    expect(portal.sent.length).toBeLessThanOrEqual(Math.floor(fewest * 1.15));
  });

  it('of an idle run over all streams are at most twenty', async () => {
    const portal = openPortal();
    const streams = (crm: Crm): readonly Stream[] => Object.keys(crm.capabilities.streams) as readonly Stream[];
    const people = fill(portal, 80, () => start);
    const { id, guid } = portal.half.seed.campaign({ hs_name: 'C' }, { at: start });
    for (const [index, person] of people.entries()) {
      portal.half.seed.associate('campaigns', id, 'contacts', person);
      const deal = portal.half.seed.record('deals', { dealname: `D${index}`, dealstage: 'closedwon', pipeline: 'default' }, { at: start });
      portal.half.seed.associate('deals', deal, 'contacts', person);
    }
    await portal.clock.advance(24 * hour);
    const first = portal.connect();
    const cursors = new Map<Stream, Awaited<ReturnType<typeof pass>>['cursor']>();
    for (const stream of streams(first)) cursors.set(stream, (await pass(first, stream)).cursor);
    await portal.clock.advance(24 * hour);
    for (const run of [1, 2]) {
      portal.sent.length = 0;
      const crm = portal.connect();
      await crm.account();
      await crm.describe();
      for (const stream of streams(crm)) cursors.set(stream, (await pass(crm, stream, cursors.get(stream) ?? null)).cursor);
      await crm.read('campaign', [{ id: guid as RecordId }], { fields: [], own: ['won_deals'], maxAgeMs: 60_000 });
      // Owners who left are asked for every few hours; the first run after a day does.
      expect(portal.sent.length, `run ${run}`).toBeLessThanOrEqual(run === 1 ? 21 : 20);
      await portal.clock.advance(5 * 60_000);
    }
  });

  it('are not spent on campaigns that the stream has just listed, unless they were written since or the list is too old', async () => {
    const portal = openPortal();
    const ids = ['A', 'B'].map(
      (name) => portal.half.seed.campaign({ hs_name: name, truce_won_deals: '1' }, { at: start }).guid as RecordId,
    );
    await portal.clock.advance(hour);
    const crm = portal.connect();
    await crm.account();
    const listing = await pass(crm, 'campaigns');
    const read = async (maxAgeMs?: number): Promise<readonly [unknown, number]> => {
      portal.sent.length = 0;
      const options = { fields: [], own: ['won_deals'], ...(maxAgeMs === undefined ? {} : { maxAgeMs }) } as const;
      const answers = await crm.read(
        'campaign',
        ids.map((id) => ({ id })),
        options,
      );
      return [answers.map((answer) => answer.found[0]?.own.get('won_deals')), portal.sent.length];
    };
    expect(await read(60_000)).toEqual([[1, 1], 0]);
    expect((await read())[1]).toBe(1);
    const own = new Map([['won_deals', 2]] as const);
    await crm.write('campaign', [{ intentId: 'i', op: 'update', id: ids[0] as RecordId, fields: new Map(), own }]);
    expect(await read(60_000)).toEqual([[2, 1], 1]);
    await pass(crm, 'campaigns', listing.cursor);
    expect(await read(60_000)).toEqual([[2, 1], 0]);
    await portal.clock.advance(60_001);
    expect((await read(60_000))[1]).toBe(1);
  });

  it('are shared between the streams that ask who changed, and never at the price of a field', async () => {
    const portal = openPortal();
    const options = { fields: ['hs_lead_status'], historyFields: ['hs_lead_status'] };
    const setUp = portal.connect();
    const cursors = new Map<Stream, Awaited<ReturnType<typeof pass>>['cursor']>();
    for (const stream of ['people', 'touches', 'status-history'] as const)
      cursors.set(stream, (await pass(setUp, stream, null, options)).cursor);
    await portal.clock.advance(hour);
    const [id] = fill(portal, 1, () => portal.clock.now());
    await portal.clock.advance(hour);
    for (const order of [['people', 'touches', 'status-history'] as const, ['touches', 'status-history', 'people'] as const]) {
      portal.sent.length = 0;
      const crm = portal.connect();
      for (const stream of order) {
        const { records } = await pass(crm, stream, cursors.get(stream) ?? null, options);
        for (const record of records) if ('emails' in record) expect([record.id, record.fields.get('hs_lead_status')]).toEqual([id, 'NEW']);
        if (stream !== 'touches') expect(records.length, stream).toBeGreaterThan(0);
      }
      const searches = portal.sent.filter((one) => one.path === '/crm/v3/objects/contacts/search');
      // Who asks for more than the one before asks itself, and people, who are read first, always do.
      expect(searches).toHaveLength(order[0] === 'people' ? 1 : 3);
    }
  });

  it('are never saved by telling a second pass of people what the first one found', async () => {
    const portal = openPortal();
    const crm = portal.connect();
    const options = { fields: ['hs_lead_status'], historyFields: ['hs_lead_status'] };
    const [id = ''] = fill(portal, 1, () => start);
    await portal.clock.advance(hour);
    let people = (await pass(crm, 'people', null, options)).cursor;
    let history = (await pass(crm, 'status-history', null, options)).cursor;
    await portal.clock.advance(hour);
    for (const status of ['OPEN', 'IN_PROGRESS']) {
      await portal.user('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { hs_lead_status: status } });
      // The search index knows it by then; the search of the pass before was less than a minute ago.
      await portal.clock.advance(20_000);
      const seen = await pass(crm, 'people', people, options);
      const changes = await pass(crm, 'status-history', history, options);
      expect(seen.records.map((person) => person.fields.get('hs_lead_status'))).toEqual([status]);
      expect(changes.records.at(-1)?.to).toBe(status);
      people = seen.cursor;
      history = changes.cursor;
    }
  });

  it('keep within the size of a search when very many fields are asked for', async () => {
    const portal = openPortal();
    const crm = portal.connect();
    const fields = ['hs_lead_status', ...Array.from({ length: 60 }, (_, index) => `a_rather_long_name_of_a_custom_property_${index}`)];
    for (const name of fields.slice(1)) {
      const property = { name, label: name, groupName: 'contactinformation', type: 'string', fieldType: 'text' };
      await portal.user('POST', '/crm/v3/properties/contacts', property);
    }
    const { cursor } = await pass(crm, 'people', null, { fields });
    await portal.clock.advance(hour);
    const [id] = fill(portal, 1, () => portal.clock.now());
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'people', cursor, { fields });
    expect(records.map((person) => [person.id, person.fields.get('hs_lead_status')])).toEqual([[id, 'NEW']]);
    expect(new Set(records[0]?.fields.keys())).toEqual(new Set(fields));
  });

  it('never go over the published limits, and use nine tenths of them when there is work', async () => {
    const portal = openPortal({ limits: 'published', tier: 'free' });
    const crm = portal.connect({ tier: 'starter' });
    const ids = fill(portal, 100, () => start) as readonly RecordId[];
    await portal.clock.advance(hour);
    await crm.account();
    await crm.read('person', [{ id: ids[0] as RecordId }], { fields: [] });
    await portal.clock.advance(hour);
    const from = portal.clock.now();
    portal.sent.length = 0;
    const reads = Array.from({ length: 4 }, () => ids).flat();
    await Promise.all(reads.map((id) => crm.read('person', [{ id }], { fields: ['hs_lead_status'] })));
    // One more: the property definitions are believed for ten minutes, and asked for once by all of them.
    const calls = portal.sent.length;
    expect(calls).toBe(401);
    expect(portal.half.counts().throttled).toBe(0);
    const bound = 10_000 * (ceil(calls, 100) - 1);
    expect((portal.clock.now() - from) * 0.9).toBeLessThanOrEqual(bound);
  });

  it('of a search keep to five a second for the account', async () => {
    const portal = openPortal({ limits: 'published' });
    const crm = portal.connect();
    const baseline = await pass(crm, 'people');
    await portal.clock.advance(hour);
    const begin = portal.clock.now();
    fill(portal, 3000, (index) => begin + index);
    await portal.clock.advance(hour);
    const from = portal.clock.now();
    const { records } = await pass(crm, 'people', baseline.cursor);
    expect(records).toHaveLength(3000);
    expect(portal.half.counts().throttled).toBe(0);
    const bound = 1000 * (ceil(ceil(3000, 199), 5) - 1);
    expect((portal.clock.now() - from) * 0.9).toBeLessThanOrEqual(bound);
  });

  it('survive a storm of refusals: nothing is lost, nothing is written twice', async () => {
    const portal = openPortal();
    const crm = portal.connect();
    const ids = fill(portal, 600, () => start);
    let count = 0;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/batch/update')) return undefined;
      count += 1;
      return count % 3 === 0
        ? { status: 429, headers: { 'content-type': 'text/plain' }, body: new TextEncoder().encode('error code: 1015') }
        : undefined;
    });
    const results = await crm.write(
      'person',
      ids.map((id) => setStatus(id, 'OPEN')),
    );
    expect(results.every((result) => result.status === 'applied')).toBe(true);
    expect(portal.sent.filter((one) => one.path.endsWith('/batch/update') && one.status < 300)).toHaveLength(6);
  });
});
