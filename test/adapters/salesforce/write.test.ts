import { describe, expect, test } from 'vitest';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { WriteItem, WriteResult } from '../../../src/crm.ts';
import type { HttpRequest } from '../../../src/ports.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import { describes, fakeOrg, instanceUrl, refused, rows } from './fake.ts';
import type { Asked, FakeOrg, Told } from './fake.ts';

const leadId = (n: number): RecordId => `00Q5f${String(n).padStart(10, '0')}EAA` as RecordId;
const item = (n: number, more: Partial<WriteItem> & { readonly value?: FieldValue } = {}): WriteItem => {
  const { value = 'Working - Contacted', ...rest } = more;
  return { intentId: `i${n}`, op: 'update', id: leadId(n), object: 'Lead', fields: new Map([['Status', value]]), ...rest };
};
const many = (count: number): WriteItem[] => Array.from({ length: count }, (_, n) => item(n));

interface Sent {
  readonly id?: string;
  readonly attributes: { readonly type: string };
  readonly [field: string]: unknown;
}
const recordsOf = (asked: Asked): readonly Sent[] => (asked.body as { records: readonly Sent[] }).records;
const allFine = (asked: Asked): Told => ({
  body: recordsOf(asked).map((record, n) => ({
    id: record.id ?? `00Q5f${String(9000 + n).padStart(10, '0')}EAA`,
    success: true,
    errors: [],
  })),
});

function org(write: (asked: Asked) => Told, query: (asked: Asked) => Told = () => rows([])): FakeOrg {
  return fakeOrg((asked) => describes(asked) ?? (asked.method === 'GET' ? query(asked) : write(asked)));
}

const writes = (fake: FakeOrg): readonly Asked[] => fake.asked.filter((asked) => asked.method !== 'GET');
const calls = (fake: FakeOrg): number => fake.sent.filter((asked) => !JSON.stringify(asked.body ?? '').includes('/describe')).length;
const write = (fake: FakeOrg, batch: readonly WriteItem[]): Promise<readonly WriteResult[]> =>
  salesforce({ instanceUrl, accessToken: 'x' }).connect(fake.ports).write('person', batch);

describe('writing many records', () => {
  test('takes one call for up to 200 and one for up to 1,000, with a result for each in the order of the batch', async () => {
    for (const [count, expected] of [
      [1, 1],
      [200, 1],
      [201, 1],
      [1_000, 1],
      [1_001, 2],
    ] as const) {
      const fake = org(allFine);
      const results = await write(fake, many(count));
      expect(calls(fake)).toBe(expected);
      expect(results.map((result) => result.status === 'applied' && result.id)).toEqual(many(count).map((one) => one.id));
      expect(writes(fake).every((asked) => recordsOf(asked).length <= 200)).toBe(true);
    }
  });

  test('keeps assignment rules from changing the owner, in every collection of a composite call too', async () => {
    const fake = org(allFine);
    await write(fake, many(450));
    expect(writes(fake)).toHaveLength(3);
    expect(writes(fake).every((asked) => asked.headers['sforce-auto-assign'] === 'FALSE')).toBe(true);
    const single = org(allFine);
    await write(single, many(1));
    expect(writes(single)[0]?.headers['sforce-auto-assign']).toBe('FALSE');
  });

  test('says when each was applied by the server’s clock', async () => {
    const fake = org(allFine);
    expect(await write(fake, [item(1)])).toEqual([{ intentId: 'i1', status: 'applied', id: leadId(1), at: fake.clock.now() }]);
  });

  test('sends the same record twice apart, in order', async () => {
    const fake = org(allFine);
    const results = await write(fake, [item(1, { value: 'first' }), item(2), { ...item(1, { value: 'second' }), intentId: 'again' }]);
    expect(writes(fake).map((asked) => recordsOf(asked).map((record) => record['Status']))).toEqual([
      ['first', 'Working - Contacted'],
      ['second'],
    ]);
    expect(results.map((result) => result.status)).toEqual(['applied', 'applied', 'applied']);
  });

  test('finds the one record for which Salesforce refuses a whole collection, and writes the others', async () => {
    const fake = org((asked) =>
      recordsOf(asked).some((record) => record['Status'] === 'poison')
        ? refused('JSON_PARSER_ERROR', 'Cannot deserialize')
        : allFine(asked),
    );
    const results = await write(fake, [
      ...many(100),
      item(100, { value: 'poison' }),
      ...Array.from({ length: 99 }, (_, n) => item(101 + n)),
    ]);
    expect(results.filter((result) => result.status === 'applied')).toHaveLength(199);
    expect(results[100]).toMatchObject({ status: 'rejected', code: 'INVALID_VALUE', retryable: false });
  });

  test('sends numbers and money as numbers', async () => {
    const fake = org(allFine);
    await write(fake, [item(1, { own: new Map([['outcome_amount', '1234.50']]) })]);
    expect(recordsOf(writes(fake)[0] as Asked)[0]).toMatchObject({ Truce_Outcome_Amount__c: 1234.5 });
  });

  test('creates carry our key, and only fields that describe shows', async () => {
    const fake = org(allFine);
    const create = (fields: readonly (readonly [string, FieldValue])[]): WriteItem => ({
      intentId: 'c',
      op: 'create',
      key: 'k1',
      fields: new Map(fields),
    });
    expect(await write(fake, [create([['Company', 'Acme']])])).toMatchObject([{ status: 'applied' }]);
    expect(writes(fake)[0]).toMatchObject({ method: 'POST', path: '/composite/sobjects' });
    expect(recordsOf(writes(fake)[0] as Asked)).toEqual([{ attributes: { type: 'Lead' }, Company: 'Acme', Truce_Key__c: 'k1' }]);
    const hostile = await write(fake, [create([['__proto__', 'x']]), create([['Nope__c', 'x']]), create([['CreatedDate', 'x']])]);
    expect(hostile.map((result) => result.status === 'rejected' && result.code)).toEqual([
      'UNKNOWN_FIELD',
      'UNKNOWN_FIELD',
      'READ_ONLY_FIELD',
    ]);
    expect(writes(fake)).toHaveLength(1);
  });
});

describe('results', () => {
  test.each([
    ['an answer shorter than the batch', (asked: Asked) => recordsOf(asked).slice(1)],
    ['an answer in another form', () => ({ records: [] })],
  ])('%s leaves everything ambiguous', async (_, answer) => {
    const fake = org((asked) => ({
      body: typeof answer(asked) === 'object' && Array.isArray(answer(asked)) ? (allFine(asked).body as unknown[]).slice(1) : answer(asked),
    }));
    expect((await write(fake, many(3))).map((result) => result.status)).toEqual(['ambiguous', 'ambiguous', 'ambiguous']);
  });

  test('that name another record than the one sent are ambiguous, never success', async () => {
    const fake = org((asked) => ({ body: (allFine(asked).body as unknown[]).toReversed() }));
    expect((await write(fake, many(3))).map((result) => result.status)).toEqual(['ambiguous', 'applied', 'ambiguous']);
  });

  test.each([
    ['CANNOT_UPDATE_CONVERTED_LEAD', 'CONVERTED'],
    ['ENTITY_IS_DELETED', 'NOT_FOUND'],
    ['INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST', 'INVALID_VALUE'],
    ['STRING_TOO_LONG', 'INVALID_VALUE'],
    ['FIELD_INTEGRITY_EXCEPTION', 'INVALID_VALUE'],
    ['FIELD_CUSTOM_VALIDATION_EXCEPTION', 'VALIDATION_RULE'],
    ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', 'VALIDATION_RULE'],
    ['REQUIRED_FIELD_MISSING', 'REQUIRED_FIELD'],
    ['INSUFFICIENT_ACCESS_OR_READONLY', 'NO_ACCESS'],
    ['INVALID_FIELD_FOR_INSERT_UPDATE', 'READ_ONLY_FIELD'],
    ['DUPLICATES_DETECTED', 'DUPLICATE'],
    ['A_CODE_OF_2031', 'OTHER'],
  ])('%s is %s, with a fix, and harms no other record', async (statusCode, code) => {
    const fake = org((asked) => ({
      body: recordsOf(asked).map((record, n) =>
        n === 0
          ? { success: false, errors: [{ statusCode, message: 'because', fields: ['Status'] }] }
          : { id: record.id, success: true, errors: [] },
      ),
    }));
    const [bad, good] = await write(fake, many(2));
    expect(bad).toMatchObject({ intentId: 'i0', status: 'rejected', code, retryable: false, cause: `${statusCode}: because (Status)` });
    expect(bad?.status === 'rejected' && bad.fix.length).toBeGreaterThan(20);
    expect(good?.status).toBe('applied');
  });

  test('of a duplicate name the record that stands in the way', async () => {
    const message = 'duplicate value found: Truce_Key__c duplicates value on record with id: 00Q5f0000000077';
    const fake = org(() => ({ body: [{ success: false, errors: [{ statusCode: 'DUPLICATE_VALUE', message, fields: [] }] }] }));
    expect(await write(fake, [item(1)])).toMatchObject([{ code: 'DUPLICATE', existingId: '00Q5f0000000077EAA' }]);
  });

  test('of a record that was merged or converted say where it went', async () => {
    const statusCodes = ['ENTITY_IS_DELETED', 'CANNOT_UPDATE_CONVERTED_LEAD', 'ENTITY_IS_DELETED'];
    const fake = org(
      () => ({ body: statusCodes.map((statusCode) => ({ success: false, errors: [{ statusCode, message: '', fields: [] }] })) }),
      (asked) => {
        expect(asked.path).toBe('/queryAll');
        return rows([
          { Id: leadId(0), MasterRecordId: leadId(7), ConvertedContactId: null },
          { Id: leadId(1), MasterRecordId: null, ConvertedContactId: '0035f00000AbCdEAAV' },
          { Id: leadId(2), MasterRecordId: null, ConvertedContactId: null },
        ]);
      },
    );
    expect(await write(fake, many(3))).toMatchObject([
      { code: 'MERGED', existingId: leadId(7) },
      { code: 'CONVERTED', existingId: '0035f00000AbCdEAAV' },
      { code: 'NOT_FOUND' },
    ]);
  });
});

describe('a locked row', () => {
  const lockedUntil = (attempts: number): FakeOrg => {
    let tries = 0;
    return org((asked) => {
      tries += 1;
      const errors = [{ statusCode: 'UNABLE_TO_LOCK_ROW', message: 'unable to obtain exclusive access to this record', fields: [] }];
      return {
        body: recordsOf(asked).map((record) =>
          record.id === leadId(0) && tries <= attempts ? { success: false, errors } : { id: record.id, success: true, errors: [] },
        ),
      };
    });
  };

  test('is tried again alone, after a wait, until it is free', async () => {
    const fake = lockedUntil(2);
    const before = fake.clock.now();
    expect((await write(fake, many(3))).map((result) => result.status)).toEqual(['applied', 'applied', 'applied']);
    expect(writes(fake).map((asked) => recordsOf(asked).length)).toEqual([3, 1, 1]);
    expect(fake.clock.now() - before).toBeGreaterThanOrEqual(750);
  });

  test('that stays locked is rejected as retryable after five tries', async () => {
    const fake = lockedUntil(99);
    expect((await write(fake, many(2)))[0]).toMatchObject({ status: 'rejected', code: 'LOCKED', retryable: true });
    expect(writes(fake)).toHaveLength(5);
  });
});

describe('a conditional write', () => {
  const since = Date.UTC(2026, 5, 1, 11, 59, 30, 400);

  test('goes alone, with the instant the decision was made from', async () => {
    const fake = org(() => ({ status: 204 }));
    expect(await write(fake, [item(1, { ifUnmodifiedSince: since })])).toMatchObject([{ status: 'applied', id: leadId(1) }]);
    expect(writes(fake)).toMatchObject([{ method: 'PATCH', path: `/sobjects/Lead/${leadId(1)}`, body: { Status: 'Working - Contacted' } }]);
    expect(writes(fake)[0]?.headers).toMatchObject({
      'if-unmodified-since': 'Mon, 01 Jun 2026 11:59:30 GMT',
      'sforce-auto-assign': 'FALSE',
    });
  });

  test('that comes too late is rejected as changed meanwhile, and the others stand', async () => {
    const fake = org((asked) => (asked.path.endsWith(leadId(1)) ? { status: 412, body: '' } : { status: 204 }));
    const results = await write(
      fake,
      [1, 2, 3].map((n) => item(n, { ifUnmodifiedSince: since })),
    );
    expect(results).toMatchObject([{ code: 'CHANGED_MEANWHILE', retryable: true }, { status: 'applied' }, { status: 'applied' }]);
  });

  test('may be refused like any other', async () => {
    const fake = org(() => refused('ENTITY_IS_DELETED', 'entity is deleted', 404));
    expect(await write(fake, [item(1, { ifUnmodifiedSince: since })])).toMatchObject([{ status: 'rejected', code: 'NOT_FOUND' }]);
  });
});

describe('a batch that breaks off', () => {
  const limit = (): Told => refused('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.', 403);

  test('before anything was written throws', async () => {
    await expect(write(org(limit), many(3))).rejects.toMatchObject({ code: 'DAILY_LIMIT_REACHED', failure: 'budget' });
  });

  test('later on keeps what was written and says of the rest that it was not sent', async () => {
    let composites = 0;
    const fake = fakeOrg((asked) => {
      const described = describes(asked);
      if (described !== null) return described;
      return allFine(asked);
    });
    const { http } = fake.ports;
    const ports = {
      ...fake.ports,
      http: {
        ...http,
        exchange: async (request: HttpRequest) => {
          const isWrite = String(request.body).includes('"records"');
          if (isWrite) composites += 1;
          if (!isWrite || composites < 2) return http.exchange(request);
          const body = JSON.stringify(limit().body);
          return { status: 403, headers: { date: new Date(0).toUTCString() }, body: new TextEncoder().encode(body) };
        },
      },
    };
    const results = await salesforce({ instanceUrl, accessToken: 'x' }).connect(ports).write('person', many(2_500));
    expect(results.slice(0, 1_000).every((result) => result.status === 'applied')).toBe(true);
    expect(
      results.slice(1_000).every((result) => result.status === 'rejected' && result.retryable && result.cause.startsWith('not sent')),
    ).toBe(true);
    expect(composites).toBe(2);
  });

  test('after sending leaves that part ambiguous and sends nothing more', async () => {
    const fake = org(() => refused('SERVER_UNAVAILABLE', 'down', 503));
    const results = await write(fake, many(3));
    expect(results).toMatchObject(Array.from({ length: 3 }, () => ({ status: 'ambiguous', cause: 'UNAVAILABLE: no complete answer' })));
    expect(writes(fake)).toHaveLength(1);
  });

  test('among conditional writes loses no result of those that went out beside it', async () => {
    const since = Date.UTC(2026, 5, 1);
    const fake = org((asked) => (asked.path.endsWith(leadId(0)) ? limit() : { status: 204 }));
    const results = await write(
      fake,
      many(10).map((one) => ({ ...one, ifUnmodifiedSince: since })),
    );
    expect(results.map((result) => result.status)).toEqual([
      'rejected',
      ...Array.from({ length: 7 }, () => 'applied'),
      'rejected',
      'rejected',
    ]);
  });
});
