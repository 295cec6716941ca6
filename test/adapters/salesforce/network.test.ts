import nock from 'nock';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { objectNames } from '../../../adapters/salesforce/catalog.ts';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { Crm } from '../../../src/crm.ts';
import type { RecordId } from '../../../src/model/words.ts';
import { systemPorts } from '../../../src/system-ports.ts';
import { virtualClock } from '../../support/virtual-clock.ts';
import { describes, instanceUrl } from './fake.ts';

const date = 'Mon, 01 Jun 2026 12:00:00 GMT';
const json = { 'content-type': 'application/json;charset=UTF-8', date };
const lead = '00Q5f0000000001EAA' as RecordId;
const update = [{ intentId: 'i', op: 'update', id: lead, fields: new Map([['Status', 'Working - Contacted']]) }] as const;

/** Everything a write needs to know first: the descriptions of all objects, in one composite answer. */
function described(): void {
  const parts = objectNames.map((object, index) => {
    const told = describes({ method: 'GET', path: `/sobjects/${object}/describe`, soql: '', headers: {}, body: null });
    return { body: told?.body, httpHeaders: {}, httpStatusCode: told?.status ?? 200, referenceId: `r${index}` };
  });
  nock(instanceUrl).post('/services/data/v67.0/composite').reply(200, { compositeResponse: parts }, json);
}

describe('on the network', () => {
  let crm: Crm;
  beforeEach(() => {
    nock.disableNetConnect();
    crm = salesforce({ instanceUrl, accessToken: 'token-of-the-test' }).connect(systemPorts({ clock: virtualClock() }));
  });
  afterEach(async () => {
    await crm.close();
    nock.cleanAll();
    nock.enableNetConnect();
  });

  test('a write goes out once with the credential, the client name and the rule header, and its result comes back', async () => {
    described();
    nock(instanceUrl, {
      reqheaders: { authorization: 'Bearer token-of-the-test', 'sforce-call-options': 'client=truce', 'sforce-auto-assign': 'FALSE' },
    })
      .patch('/services/data/v67.0/composite/sobjects', {
        allOrNone: false,
        records: [{ attributes: { type: 'Lead' }, id: lead, Status: 'Working - Contacted' }],
      })
      .reply(200, [{ id: lead, success: true, errors: [] }], { ...json, 'sforce-limit-info': 'api-usage=7/15000' });
    expect(await crm.write('person', update)).toEqual([{ intentId: 'i', status: 'applied', id: lead, at: Date.parse(date) }]);
    expect((await crm.budget()).perDay).toEqual({ limit: 15_000, remaining: 14_993 });
    expect(nock.isDone()).toBe(true);
  });

  test('an answer that is cut off after a write was sent leaves it ambiguous', async () => {
    described();
    nock(instanceUrl)
      .patch('/services/data/v67.0/composite/sobjects')
      .reply(200, '[{"id":"00Q', { ...json, 'content-length': '11' });
    expect(await crm.write('person', update)).toMatchObject([
      { intentId: 'i', status: 'ambiguous', cause: 'BAD_JSON: no complete answer' },
    ]);
  });

  test('a redirect is not followed: the credential stays here', async () => {
    nock(instanceUrl).post('/services/data/v67.0/composite').reply(302, '', { location: 'https://capture.example/composite', date });
    const elsewhere = nock('https://capture.example').post('/composite').reply(200, {});
    await expect(crm.account()).rejects.toMatchObject({ code: 'REDIRECT' });
    expect(elsewhere.isDone()).toBe(false);
  });

  test('a maintenance page with status 200 is no answer', async () => {
    nock(instanceUrl)
      .post('/services/data/v67.0/composite')
      .times(5)
      .reply(200, '<html>We are down for maintenance</html>', { 'content-type': 'text/html', 'content-length': '40', date });
    await expect(crm.account()).rejects.toMatchObject({ code: 'NOT_AN_API', failure: 'protocol' });
  });

  test('too many requests under way are waited out', async () => {
    const busy = [{ errorCode: 'REQUEST_LIMIT_EXCEEDED', message: 'ConcurrentRequests (Concurrent API Requests) Limit exceeded.' }];
    described();
    nock(instanceUrl).patch('/services/data/v67.0/composite/sobjects').times(2).reply(403, busy, json);
    nock(instanceUrl)
      .patch('/services/data/v67.0/composite/sobjects')
      .reply(200, [{ id: lead, success: true, errors: [] }], json);
    expect(await crm.write('person', update)).toMatchObject([{ status: 'applied' }]);
  });

  test('a session that ended shows no secret in the error', async () => {
    nock(instanceUrl)
      .post('/services/data/v67.0/composite')
      .reply(401, [{ errorCode: 'INVALID_SESSION_ID', message: 'Session expired or invalid' }], json);
    const failure: unknown = await crm.account().catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: 'AUTHENTICATION_FAILED', failure: 'authentication', status: 401 });
    expect(JSON.stringify(failure) + String(failure) + String((failure as Error).stack)).not.toContain('token-of-the-test');
  });
});
