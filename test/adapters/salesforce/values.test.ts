import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { classify, parseErrors, withoutPersonalData } from '../../../adapters/salesforce/classify.ts';
import { canonicalId, isSalesforceId, objectOf } from '../../../adapters/salesforce/ids.ts';
import { parseLimitInfo } from '../../../adapters/salesforce/limits.ts';
import { toJson, toMoney } from '../../../adapters/salesforce/money.ts';
import { ownName } from '../../../adapters/salesforce/own.ts';
import { day, decimal, fieldValue, get, parseInstant, text, toRow } from '../../../adapters/salesforce/row.ts';
import { createReply } from '../../../src/transport/reply.ts';

describe('ids', () => {
  // The first is worked out by hand; the others are pairs from Salesforce's own documentation.
  test.each([
    ['00Q5f00000AbCdE', '00Q5f00000AbCdEEAV'],
    ['001D000000IRFma', '001D000000IRFmaIAH'],
    ['003D000000QYVXR', '003D000000QYVXRIA5'],
  ])('%s gets its check letters: %s', (short, long) => {
    expect(canonicalId(short)).toBe(long);
    expect(canonicalId(long)).toBe(long);
  });

  test('two ids that differ only in case stay different', () => {
    expect(canonicalId('00Q5f00000AbCdE')).not.toBe(canonicalId('00Q5f00000aBCDE'));
  });

  test('only 15 or 18 letters and digits are an id', () => {
    expect(['00Q5f00000AbCdE', '00Q5f00000AbCdEEAV'].every(isSalesforceId)).toBe(true);
    expect(['', '00Q', '00Q5f00000AbCdEE', "00Q5f00000AbCd'", 'jane@example.com'].some(isSalesforceId)).toBe(false);
  });

  test('the prefix tells the object', () => {
    expect(objectOf('00Q5f00000AbCdE')).toBe('Lead');
    expect(objectOf('a005f00000AbCdE')).toBeNull();
  });
});

describe('values', () => {
  test.each([
    ['2021-12-02T18:23:39.000+0000', Date.UTC(2021, 11, 2, 18, 23, 39)],
    ['2021-12-02T18:23:39.120Z', Date.UTC(2021, 11, 2, 18, 23, 39, 120)],
    ['2021-12-02T18:23:39Z', Date.UTC(2021, 11, 2, 18, 23, 39)],
    ['2021-12-02T20:23:39.000+02:00', Date.UTC(2021, 11, 2, 18, 23, 39)],
    ['2021-12-02T13:23:39.000-0500', Date.UTC(2021, 11, 2, 18, 23, 39)],
  ])('%s is one instant', (written, ms) => {
    expect(parseInstant(written)).toBe(ms);
  });

  test.each(['', '2021-12-02', 'yesterday', '2021-13-40T99:99:99Z', '2021-12-02 18:23:39'])('%j is no instant', (written) => {
    expect(parseInstant(written)).toBeNull();
  });

  test('a date is the beginning of its UTC day, and only a date', () => {
    const row = toRow({ CloseDate: '2024-02-29', Wrong: '2024-02-30T', Empty: null });
    expect(day(row, 'CloseDate')).toBe(Date.UTC(2024, 1, 29));
    expect([day(row, 'Wrong'), day(row, 'Empty'), day(row, 'Missing')]).toEqual([null, null, null]);
  });

  test('a field named __proto__ is a field like any other', () => {
    const row = toRow(JSON.parse('{"__proto__":"here","constructor":"too","Owner":{"__proto__":{"Name":"x"}}}'));
    expect([text(row, '__proto__'), text(row, 'constructor'), get(row, 'Owner.Name')]).toEqual(['here', 'too', undefined]);
  });

  test('money is counted from the digits, by the currency’s own minor unit', () => {
    expect(toMoney(19.995, 'EUR')).toEqual({ minor: 2000n, currency: 'EUR' });
    expect(toMoney(1.005, 'USD')).toEqual({ minor: 101n, currency: 'USD' });
    expect(toMoney(1200.5, 'JPY')).toEqual({ minor: 1201n, currency: 'JPY' });
    expect(toMoney(-1.5, 'KWD')).toEqual({ minor: -1500n, currency: 'KWD' });
    expect([toMoney(null, 'EUR'), toMoney(5, null)]).toEqual([null, null]);
  });

  test('whole cents come back exactly', () => {
    fc.assert(
      fc.property(fc.integer({ min: -99_999_999_999, max: 99_999_999_999 }), (cents) => {
        expect(toMoney(cents / 100, 'USD')?.minor).toBe(BigInt(cents));
      }),
    );
  });

  test('digits never carry an exponent', () => {
    expect([decimal(1e21), decimal(1.5e-7), decimal(12.5)]).toEqual(['1000000000000000000000', '0.00000015', '12.5']);
  });

  test('values take the boundary’s form by the type of their field', () => {
    expect(fieldValue('2021-12-02T18:23:39.000+0000', 'datetime')).toBe('2021-12-02T18:23:39.000Z');
    expect(fieldValue(1234.5, 'currency')).toBe('1234.5');
    expect(fieldValue(1234.5, 'double')).toBe(1234.5);
    expect(fieldValue('', 'string')).toBeNull();
    expect(fieldValue(false, 'boolean')).toBe(false);
    expect(fieldValue('00Q5f00000AbCdE', 'reference')).toBe('00Q5f00000AbCdEEAV');
  });

  test('numbers are sent as numbers, and a text that is none is left for Salesforce to refuse', () => {
    expect([
      toJson('1234.50', 'currency'),
      toJson('25', 'percent'),
      toJson('x', 'double'),
      toJson('7', 'string'),
      toJson(null, 'currency'),
    ]).toEqual([1234.5, 25, 'x', '7', null]);
  });

  test('own fields are named after their stems', () => {
    expect([ownName('won_deals'), ownName('key'), ownName('outcomes_updated_at')]).toEqual([
      'Truce_Won_Deals__c',
      'Truce_Key__c',
      'Truce_Outcomes_Updated_At__c',
    ]);
  });

  test('the allowance is read from the header', () => {
    expect(parseLimitInfo('api-usage=18/15000')).toEqual({ limit: 15_000, remaining: 14_982 });
    expect(parseLimitInfo('api-usage=16000/15000; per-app-api-usage=1/2(app=x)')).toEqual({ limit: 15_000, remaining: 0 });
    expect([parseLimitInfo(undefined), parseLimitInfo('nonsense')]).toEqual([null, null]);
  });
});

describe('errors', () => {
  test('of a request and of a record have one form', () => {
    expect(parseErrors([{ message: 'm', errorCode: 'INVALID_FIELD' }])).toEqual([
      { code: 'INVALID_FIELD', message: 'm', fields: [], recordIds: [] },
    ]);
    expect(parseErrors([{ statusCode: 'STRING_TOO_LONG', message: 'm', fields: ['Company'] }])[0]).toMatchObject({
      code: 'STRING_TOO_LONG',
      fields: ['Company'],
    });
    expect(parseErrors('<html>')).toEqual([]);
    expect(parseErrors(null)).toEqual([]);
  });

  test('name the record that stands in the way, however it is spelt', () => {
    const matchResults = [{ matchRecords: [{ record: { Id: '00Q5f00000AbCdE', attributes: {} } }] }];
    expect(parseErrors([{ errorCode: 'DUPLICATES_DETECTED', message: '', duplicateResut: { matchResults } }])[0]?.recordIds).toEqual([
      '00Q5f00000AbCdE',
    ]);
    expect(parseErrors([{ errorCode: 'DUPLICATES_DETECTED', message: '', duplicateResult: { matchResults } }])[0]?.recordIds).toEqual([
      '00Q5f00000AbCdE',
    ]);
    const unique = 'duplicate value found: Truce_Key__c duplicates value on record with id: 00Q5f00000AbCdE';
    expect(parseErrors([{ errorCode: 'DUPLICATE_VALUE', message: unique }])[0]?.recordIds).toEqual(['00Q5f00000AbCdE']);
  });

  test('lose what they quote from a record', () => {
    expect(withoutPersonalData('jane.doe@example.com is no address')).toBe('[e-mail] is no address');
    expect(withoutPersonalData('bad value for restricted picklist field: Secret')).toBe('bad value for restricted picklist field');
    expect(withoutPersonalData('Company: data value too large: Jane Doe Ltd (max length=255)')).toBe('Company: data value too large');
    expect(withoutPersonalData('call +49 30 123456 78 now\u0007')).toBe('call [number] now ');
    expect(withoutPersonalData('x'.repeat(900))).toHaveLength(300);
  });
});

describe('what an answer means', () => {
  const reply = (status: number, body: string, type = 'application/json;charset=UTF-8') =>
    createReply(
      { status, headers: { 'content-type': type }, body: new TextEncoder().encode(body) },
      { system: 'salesforce', repeatable: true },
    );
  const request = { method: 'GET', url: 'https://acme.my.salesforce.com/', limit: 'rest', repeatable: true } as const;
  const error = (code: string, message = ''): string => JSON.stringify([{ errorCode: code, message }]);

  test.each([
    [401, error('INVALID_SESSION_ID', 'Session expired or invalid'), 'AUTHENTICATION_FAILED', 'authentication', 'never'],
    [400, '{"error":"invalid_grant","error_description":"user hasn\'t approved"}', 'AUTHENTICATION_FAILED', 'authentication', 'never'],
    [403, error('REQUEST_LIMIT_EXCEEDED', 'TotalRequests Limit exceeded.'), 'DAILY_LIMIT_REACHED', 'budget', 'never'],
    [
      403,
      error('REQUEST_LIMIT_EXCEEDED', 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.'),
      'TOO_MANY_REQUESTS',
      'rate-limit',
      'always',
    ],
    [403, 'Bad_OAuth_Token', 'AUTHENTICATION_FAILED', 'authentication', 'never'],
    [403, error('API_DISABLED_FOR_ORG'), 'NO_PERMISSION', 'permission', 'never'],
    [503, error('SERVER_UNAVAILABLE'), 'UNAVAILABLE', 'unavailable', 'if-repeatable'],
    [
      500,
      '<soapenv:Envelope><faultcode>sf:UNKNOWN_EXCEPTION</faultcode></soapenv:Envelope>',
      'UNAVAILABLE',
      'unavailable',
      'if-repeatable',
    ],
    [400, error('QUERY_TIMEOUT'), 'UNAVAILABLE', 'unavailable', 'if-repeatable'],
    [400, error('MALFORMED_QUERY', 'unexpected token'), 'REQUEST_REFUSED', 'request', 'never'],
    [404, '', 'REQUEST_REFUSED', 'request', 'never'],
  ])('%i %s is %s', (status, body, code, failure, retry) => {
    expect(classify(reply(status, body), request)).toMatchObject({ ok: false, code, failure, retry });
  });

  test('a web page with status 200 is no answer', () => {
    expect(classify(reply(200, '<html>maintenance</html>', 'text/html'), request)).toMatchObject({ ok: false, code: 'NOT_AN_API' });
  });

  test('a refusal is handed to a caller who asked for it; a dead session or a spent allowance never is', () => {
    const refusable = { ...request, refusable: true };
    expect(classify(reply(400, error('INVALID_FIELD')), refusable)).toEqual({ ok: true });
    expect(classify(reply(412, ''), refusable)).toEqual({ ok: true });
    expect(classify(reply(404, '<html/>', 'text/html'), refusable)).toMatchObject({ ok: false });
    expect(classify(reply(401, error('INVALID_SESSION_ID')), refusable)).toMatchObject({ ok: false, failure: 'authentication' });
    expect(classify(reply(403, error('REQUEST_LIMIT_EXCEEDED', 'TotalRequests')), refusable)).toMatchObject({
      ok: false,
      failure: 'budget',
    });
  });
});
