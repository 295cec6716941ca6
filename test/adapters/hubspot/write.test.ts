import { beforeEach, describe, expect, it } from 'vitest';
import type { Crm, OwnStem, WriteItem } from '../../../src/crm.ts';
import { CrmError } from '../../../src/errors.ts';
import type { RecordId } from '../../../src/model/words.ts';
import { encode, jsonAnswer, openPortal, start } from './portal.ts';
import type { Exchange, Portal } from './portal.ts';
import { setStatus } from './steps.ts';

let portal: Portal;
let crm: Crm;
beforeEach(() => {
  portal = openPortal();
  crm = portal.connect();
});

const people = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) =>
    portal.half.seed.record('contacts', { email: `p-${index}@example.com`, hs_lead_status: 'NEW' }, { at: start }),
  );
const status = async (id: string): Promise<string | null | undefined> => {
  const found = (await portal.user('GET', `/crm/v3/objects/contacts/${id}?properties=hs_lead_status`)) as {
    properties: Record<string, string | null>;
  };
  return found.properties['hs_lead_status'];
};
const writes = (): readonly Exchange[] => portal.sent.filter((one) => /batch\/(update|create)$/.test(one.path));
const create = (key: string, email: string): WriteItem => ({
  intentId: `create-${key}`,
  op: 'create',
  object: 'contact',
  key,
  fields: new Map([['email', email]]),
});
const lost = (code: string): CrmError =>
  new CrmError(code, 'POST 127.0.0.1:4010: lost.', { system: 'http', failure: 'network', hint: 'x', retryable: true, ambiguous: true });

describe('a batch', () => {
  it('with one poison row writes all the others, and refuses that one alone', async () => {
    const ids = people(100);
    const items = ids.map((id, index) => setStatus(id, index === 57 ? 'NO SUCH OPTION' : 'IN_PROGRESS'));
    const results = await crm.write('person', items);
    expect(results.filter((result) => result.status === 'applied')).toHaveLength(99);
    expect(results[57]).toMatchObject({ status: 'rejected', code: 'INVALID_VALUE', retryable: false });
    expect(await status(ids[57] ?? '')).toBe('NEW');
    expect(await status(ids[58] ?? '')).toBe('IN_PROGRESS');
  });

  it('that is refused whole because of one row is halved until that one stands alone', async () => {
    const ids = people(100);
    portal.meddle((request, path) =>
      path.endsWith('/batch/update') && String(request.body).includes('POISON')
        ? jsonAnswer(400, { status: 'error', category: 'VALIDATION_ERROR', message: 'x', errors: [{ code: 'INVALID_OPTION' }] })
        : undefined,
    );
    const results = await crm.write(
      'person',
      ids.map((id, index) => setStatus(id, index === 57 ? 'POISON' : 'IN_PROGRESS')),
    );
    expect(results.filter((result) => result.status === 'applied')).toHaveLength(99);
    expect(results[57]).toMatchObject({ status: 'rejected', code: 'INVALID_VALUE', retryable: false });
    expect(await status(ids[56] ?? '')).toBe('IN_PROGRESS');
    // At most two calls for each of the seven levels, and the first.
    expect(writes().length).toBeLessThanOrEqual(15);
  });

  it('of more than a hundred goes in hundreds, and each row gets its own result', async () => {
    const ids = people(250);
    const results = await crm.write(
      'person',
      ids.map((id) => setStatus(id, 'OPEN')),
    );
    expect(results.map((result) => (result.status === 'applied' ? result.id : null))).toEqual(ids);
    expect(writes()).toHaveLength(3);
  });

  it('carries the intents as trace ids', async () => {
    const [id] = people(1);
    await crm.write('person', [setStatus(id ?? '', 'OPEN', 'intent-77')]);
    expect(writes()[0]?.body).toMatchObject({ inputs: [{ id, objectWriteTraceId: 'intent-77', properties: { hs_lead_status: 'OPEN' } }] });
  });
});

describe('an answer is matched by what it names, never by order or status', () => {
  const answering = (status: number, body: unknown): void =>
    portal.meddle((_request, path) => (path.endsWith('/batch/update') ? jsonAnswer(status, body) : undefined));
  const saved = (id: string, extra: object = {}): object => ({
    id,
    properties: {},
    createdAt: '2026-03-01T09:00:00Z',
    updatedAt: '2026-03-01T09:00:01Z',
    archived: false,
    ...extra,
  });
  const items = ['1', '2', '3'].map((id) => setStatus(id, 'OPEN', `i${id}`));

  it('when results come shuffled', async () => {
    answering(200, { status: 'COMPLETE', results: [saved('3'), saved('1'), saved('2')] });
    const results = await crm.write('person', items);
    expect(results.map((result) => (result.status === 'applied' ? `${result.intentId}:${result.id}` : result.status))).toEqual([
      'i1:1',
      'i2:2',
      'i3:3',
    ]);
  });

  it.each([200, 207])('when errors stand beside results in a %i', async (code) => {
    const error = {
      status: 'error',
      category: 'VALIDATION_ERROR',
      message: 'x',
      errors: [{ code: 'INVALID_OPTION' }],
      context: { objectWriteTraceId: ['i2'] },
    };
    answering(code, {
      status: 'COMPLETE',
      results: [saved('3', { objectWriteTraceId: 'i3' }), saved('1', { objectWriteTraceId: 'i1' })],
      numErrors: 1,
      errors: [error],
    });
    const results = await crm.write('person', items);
    expect(results.map((result) => result.status)).toEqual(['applied', 'rejected', 'applied']);
    expect(results[1]).toMatchObject({ code: 'INVALID_VALUE' });
  });

  it('when an error names the record by its id', async () => {
    const error = { status: 'error', category: 'OBJECT_NOT_FOUND', message: 'x', context: { ids: ['2'] } };
    answering(207, { results: [saved('1'), saved('3')], numErrors: 1, errors: [error] });
    expect((await crm.write('person', items))[1]).toMatchObject({ status: 'rejected', code: 'NOT_FOUND' });
  });

  it.each([
    ['misses a row', { status: 'COMPLETE', results: [saved('1'), saved('3')] }],
    ['holds an error that names nobody', { results: [saved('1'), saved('3')], numErrors: 1, errors: [{ category: 'VALIDATION_ERROR' }] }],
    ['holds another record in its place', { results: [saved('1'), saved('9'), saved('3')] }],
  ])('and a row it does not name is ambiguous: it %s', async (_name, body) => {
    answering(200, body);
    expect((await crm.write('person', items)).map((result) => result.status)).toEqual(['applied', 'ambiguous', 'applied']);
  });

  it('and every row is ambiguous when a success is empty or makes no sense', async () => {
    for (const body of [{}, { results: 'none' }, []]) {
      answering(200, body);
      expect((await crm.write('person', items)).map((result) => result.status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
    }
  });
});

describe('a write that may have had its effect', () => {
  it.each([
    ['502', () => jsonAnswer(502, { status: 'error' })],
    ['524', () => jsonAnswer(524, {})],
    ['a page instead of JSON', () => ({ status: 200, headers: { 'content-type': 'text/html' }, body: encode('<html>') })],
    ['a time-out', () => lost('TIMEOUT')],
    ['a cut answer', () => lost('CUT_BODY')],
    ['a reset', () => lost('NETWORK')],
  ] as const)('is never repeated and is ambiguous after %s', async (_name, answer) => {
    const [id] = people(1);
    let count = 0;
    portal.meddle((_request, path) => {
      if (!/batch\/(update|create)$/.test(path)) return undefined;
      count += 1;
      return answer();
    });
    expect((await crm.write('person', [setStatus(id ?? '', 'OPEN')]))[0]?.status).toBe('ambiguous');
    expect((await crm.write('person', [create('k', 'new@example.com')]))[0]?.status).toBe('ambiguous');
    expect(count).toBe(2);
  });

  it('is repeated when HubSpot certainly did not take it', async () => {
    const [id] = people(1);
    let count = 0;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/batch/update')) return undefined;
      count += 1;
      if (count === 1) return jsonAnswer(429, { policyName: 'TEN_SECONDLY_ROLLING' });
      return count === 2 ? jsonAnswer(423, {}) : undefined;
    });
    expect((await crm.write('person', [setStatus(id ?? '', 'OPEN')]))[0]?.status).toBe('applied');
    expect(count).toBe(3);
  });
});

describe('a failure of the whole connection', () => {
  it('is thrown while nothing is written', async () => {
    const ids = people(3);
    portal.meddle((_request, path) =>
      path.endsWith('/batch/update') ? jsonAnswer(401, { category: 'INVALID_AUTHENTICATION' }) : undefined,
    );
    await expect(
      crm.write(
        'person',
        ids.map((id) => setStatus(id, 'OPEN')),
      ),
    ).rejects.toMatchObject({ failure: 'authentication' });
  });

  it('is told row by row once some are written, so that nobody has to guess which', async () => {
    const ids = people(150);
    let count = 0;
    portal.meddle((_request, path) => {
      if (!path.endsWith('/batch/update')) return undefined;
      count += 1;
      return count > 1 ? jsonAnswer(429, { policyName: 'DAILY', message: 'You have reached your daily limit.' }) : undefined;
    });
    const results = await crm.write(
      'person',
      ids.map((id) => setStatus(id, 'OPEN')),
    );
    expect(results.slice(0, 100).every((result) => result.status === 'applied')).toBe(true);
    expect(results.slice(100).every((result) => result.status === 'rejected' && result.retryable)).toBe(true);
  });
});

describe('a refusal says what is in the way', () => {
  it('a merged record: the one that remains', async () => {
    const [winner, loser] = people(2);
    const merged = (await portal.user('POST', '/crm/v3/objects/contacts/merge', { primaryObjectId: winner, objectIdToMerge: loser })) as {
      id: string;
    };
    const [result] = await crm.write('person', [setStatus(loser ?? '', 'OPEN')]);
    expect(result).toMatchObject({ status: 'rejected', code: 'MERGED', existingId: merged.id });
  });

  it('an e-mail address that somebody has: who', async () => {
    const [id] = people(1);
    const results = await crm.write('person', [create('new-1', 'p-0@example.com'), create('new-2', 'free@example.com')]);
    expect(results[0]).toMatchObject({ status: 'rejected', code: 'DUPLICATE', existingId: id });
    expect(results[1]).toMatchObject({ status: 'applied' });
  });

  it('a property the portal does not have, before anything is sent', async () => {
    const [id] = people(1);
    const item: WriteItem = { intentId: 'i', op: 'update', id: id as RecordId, fields: new Map([['no_such_property', 'x']]) };
    expect((await crm.write('person', [item]))[0]).toMatchObject({ code: 'UNKNOWN_FIELD' });
    expect(writes()).toHaveLength(0);
  });

  it('a read-only property', async () => {
    const [id] = people(1);
    const item: WriteItem = { intentId: 'i', op: 'update', id: id as RecordId, fields: new Map([['hs_object_source', 'x']]) };
    expect((await crm.write('person', [item]))[0]).toMatchObject({ status: 'rejected', code: 'READ_ONLY_FIELD' });
  });

  it('without the words of HubSpot, which quote the values', async () => {
    const [id] = people(1);
    const item: WriteItem = { intentId: 'i', op: 'update', id: id as RecordId, fields: new Map([['email', 'not an address jane@']]) };
    const [result] = await crm.write('person', [item]);
    expect(result?.status).toBe('rejected');
    expect(JSON.stringify(result)).not.toContain('jane');
  });
});

describe('a create', () => {
  it('always carries its unique key, and is refused where the portal can not hold one', async () => {
    const bare = openPortal({ provisioned: false });
    const side = bare.connect();
    expect((await side.write('person', [create('k', 'k@example.com')]))[0]).toMatchObject({ status: 'rejected', code: 'UNKNOWN_FIELD' });
    expect(bare.sent.some((one) => one.path.endsWith('/batch/create'))).toBe(false);
    await crm.write('person', [create('k', 'k@example.com')]);
    expect(writes()[0]?.body).toMatchObject({ inputs: [{ properties: { truce_key: 'k' } }] });
  });

  it('that is found by key names the record, also when the conflict does not', async () => {
    const [first] = await crm.write('person', [create('same', 'one@example.com')]);
    portal.meddle((_request, path) =>
      path.endsWith('/batch/create') ? jsonAnswer(409, { status: 'error', category: 'CONFLICT', message: 'x' }) : undefined,
    );
    const [second] = await crm.write('person', [create('same', 'two@example.com')]);
    expect(second).toMatchObject({ code: 'DUPLICATE', existingId: first?.status === 'applied' ? first.id : 'none' });
  });
});

describe('campaigns', () => {
  const campaigns = (count: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => portal.half.seed.campaign({ hs_name: `C${index}` }, { at: start }).guid);
  const tally = (id: string, own: [OwnStem, string | number | null][]): WriteItem => ({
    intentId: `tally-${id}`,
    op: 'update',
    id: id as RecordId,
    fields: new Map(),
    own: new Map(own),
  });

  it('are written fifty at a time, amounts exact, instants and empty values as they are', async () => {
    const ids = campaigns(120);
    const values: [OwnStem, string | number | null][] = [
      ['won_deals', 3],
      ['won_amount', '12345678901234567.89'],
      ['win_rate', 12.5],
      ['first_closed_at', '2026-02-03T04:05:06.789Z'],
      ['top_loss_reason', null],
      ['loss_reasons', 'Price: 2\nTiming: 1'],
    ];
    const results = await crm.write(
      'campaign',
      ids.map((id) => tally(id, values)),
    );
    expect(results.every((result) => result.status === 'applied')).toBe(true);
    expect(portal.sent.filter((one) => one.path.endsWith('/campaigns/batch/update'))).toHaveLength(3);
    const [answer] = await crm.read('campaign', [{ id: ids[7] as RecordId }], { fields: [], own: values.map(([stem]) => stem) });
    const own = answer?.found[0]?.own;
    expect(own?.get('won_deals')).toBe(3);
    expect(own?.get('won_amount')).toBe('12345678901234567.89');
    expect(own?.get('win_rate')).toBe(12.5);
    expect(own?.get('first_closed_at')).toBe('2026-02-03T04:05:06.789Z');
    expect(own?.get('top_loss_reason')).toBeNull();
    expect(own?.get('loss_reasons')).toBe('Price: 2\nTiming: 1');
  });

  it('that are gone do not keep the others from being read and written', async () => {
    const [first, gone, last] = campaigns(3);
    await portal.user('DELETE', `/marketing/v3/campaigns/${gone}`);
    const refs = [first, gone, last, 'not-a-guid'].map((id) => ({ id: id as RecordId }));
    expect((await crm.read('campaign', refs, { fields: [] })).map((answer) => answer.found.length)).toEqual([1, 0, 1, 0]);
    const results = await crm.write(
      'campaign',
      [first, gone, last].map((id) => tally(id ?? '', [['won_deals', 1]])),
    );
    expect(results.map((result) => result.status)).toEqual(['applied', 'rejected', 'applied']);
  });

  it('are not created, and members do not exist: both are refused with what to do instead', async () => {
    const item: WriteItem = { intentId: 'i', op: 'create', key: 'k', fields: new Map() };
    expect((await crm.write('campaign', [item]))[0]).toMatchObject({ status: 'rejected', code: 'OTHER' });
    expect((await crm.write('member', [item]))[0]).toMatchObject({ status: 'rejected', code: 'OTHER' });
    expect((await crm.read('member', [{ id: '1' as RecordId }], { fields: [] }))[0]?.found).toEqual([]);
    expect(portal.sent.filter((one) => one.method === 'POST' && one.path.includes('batch'))).toHaveLength(0);
  });
});
