import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

function account(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Account', { Name: 'Acme', ...more }, { at: START - 3_600_000 });
}

function code(answer: Answer): unknown[] {
  return [answer.status, answer.json.at(0)?.['errorCode']];
}

describe('addresses', () => {
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'tabs are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/tabs');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'theme are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/theme');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'app menus are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/appMenu/AppSwitcher');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'reports are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/analytics/reports');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'chatter are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/chatter/users/me');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'connect resources are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/connect/organization');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'dashboards are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/wave');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'process rules are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/process/rules');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'quick actions are not there: 404 in an array', async () => {
    const answer = await rig().send('GET', '/quickActions');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'anything unknown is 404 in an array', async () => {
    const answer = await rig().send('GET', '/nope');
    expect([answer.status, answer.json]).toEqual([404, [{ errorCode: 'NOT_FOUND', message: 'The requested resource does not exist' }]]);
  });
  conforms({ known: 'specified', source: `${REST}/dome_discovery.htm` }, 'the directory of a version names its resources', async () => {
    expect((await rig().send('GET', '/')).json).toMatchObject({
      sobjects: '/services/data/v67.0/sobjects',
      query: '/services/data/v67.0/query',
      composite: '/services/data/v67.0/composite',
      limits: '/services/data/v67.0/limits',
    });
  });
  conforms({ known: 'specified', source: `${REST}/dome_versions.htm` }, 'each version has a label, a url and a number', async () => {
    const answer = await rig().send('GET', '/services/data', { as: 'nobody' });
    expect(answer.json.at(-1)).toEqual({ label: "Winter '27", url: '/services/data/v68.0', version: '68.0' });
  });
  conforms(
    { known: 'specified', source: `${REST}/errorcodes.htm` },
    'a method that a resource does not have is 405 and names those it has',
    async () => {
      const answer = await rig().send('PUT', '/limits');
      expect(answer.status).toBe(405);
      expect(answer.headers['allow']).toBe('GET,HEAD');
      expect(answer.json).toEqual([{ errorCode: 'METHOD_NOT_ALLOWED', message: "HTTP Method 'PUT' not allowed. Allowed are GET,HEAD" }]);
    },
  );
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'HEAD answers what GET does, without a body', async () => {
    const r = rig();
    const path = `/sobjects/Account/${account(r)}`;
    const [head, get] = [await r.send('HEAD', path), await r.send('GET', path)];
    expect([head.status, head.text, head.headers['content-type']]).toEqual([200, '', get.headers['content-type']]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'a body that is no JSON is JSON_PARSER_ERROR', async () => {
    const r = rig();
    const answer = await r.send('POST', '/sobjects/Account', { body: '{"Name": }' });
    expect(code(answer)).toEqual([400, 'JSON_PARSER_ERROR']);
    expect(String(answer.json.at(0)?.['message'])).toMatch(
      /^Unexpected character \('\}' \(code 125\)\): expected a valid value .* at \[line:1, column:\d+\]|^Unexpected character/,
    );
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'a body of another kind is 415', async () => {
    expect(code(await rig().send('POST', '/sobjects/Account', { body: 'a,b', headers: { 'content-type': 'text/csv' } }))).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'request line and headers above 16,384 bytes are 431', async () => {
    expect((await rig().send('GET', '/limits', { headers: { 'x-long': 'x'.repeat(16_400) } })).status).toBe(431);
  });
  conforms(
    { known: 'specified', source: `${REST}/headers_calloptions.htm` },
    'a client may name itself in Sforce-Call-Options',
    async () => {
      expect((await rig().send('GET', '/limits', { headers: { 'sforce-call-options': 'client=truce' } })).status).toBe(200);
    },
  );
  conforms({ known: 'specified', source: `${REST}/headers_api_usage.htm` }, 'Sforce-Limit-Info counts a composite once', async () => {
    const r = rig();
    const parts = Array.from({ length: 5 }, (_, index) => ({
      method: 'GET',
      referenceId: `r${String(index)}`,
      url: '/services/data/v67.0/limits',
    }));
    await r.send('POST', '/composite', { body: { compositeRequest: parts } });
    expect((await r.send('GET', '/limits')).headers['sforce-limit-info']).toBe('api-usage=2/103000');
  });
  conforms({ known: 'specified', source: `${REST}/headers_api_usage.htm` }, 'a request that is refused counts too', async () => {
    const r = rig();
    await r.send('GET', '/sobjects/Nope');
    expect((await r.send('GET', '/limits')).headers['sforce-limit-info']).toBe('api-usage=2/103000');
  });
  conforms({ known: 'specified', source: `${REST}/headers_api_usage.htm` }, 'the list of versions does not count', async () => {
    const r = rig();
    await r.send('GET', '/services/data', { as: 'nobody' });
    expect((await r.send('GET', '/limits')).headers['sforce-limit-info']).toBe('api-usage=1/103000');
  });
});

describe('ids in addresses', () => {
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_get.htm` }, 'an id of another object is 404', async () => {
    const r = rig();
    expect(code(await r.send('GET', `/sobjects/Lead/${account(r)}`))).toEqual([404, 'NOT_FOUND']);
  });
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_get.htm` }, 'an id that is not there is 404', async () => {
    const r = rig();
    expect(code(await r.send('GET', `/sobjects/Lead/${'00Q5g0000000zzzAAA'.replace('zzz', 'ZZZ').slice(0, 15)}`))).toEqual([
      404,
      'NOT_FOUND',
    ]);
  });
  conforms({ known: 'specified', source: `${REST}/resources_sobject_retrieve_get.htm` }, 'something that is no id is 404', async () => {
    const r = rig();
    expect(code(await r.send('GET', '/sobjects/Lead/nobody'))).toEqual([404, 'NOT_FOUND']);
  });
  conforms(
    { known: 'assumed', probe: 'GET /sobjects/Lead/ID with an 18-character id whose last letter is wrong' },
    'check letters that contradict the id are MALFORMED_ID',
    async () => {
      expect(code(await rig().send('GET', '/sobjects/Lead/00Q5g0000000001AAZ'))).toEqual([400, 'MALFORMED_ID']);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_get.htm` },
    '18 characters may have lost their case',
    async () => {
      const r = rig();
      const id = account(r);
      expect((await r.send('GET', `/sobjects/Account/${id.toUpperCase()}`)).json['Id']).toBe(id);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_get.htm` },
    'answers carry 18 characters, whatever was asked',
    async () => {
      const r = rig();
      const id = account(r);
      expect((await r.send('GET', `/sobjects/account/${id.slice(0, 15)}`)).json['Id']).toBe(id);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_delete.htm` },
    'a record that is deleted already is 404',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      expect((await r.send('DELETE', path)).status).toBe(204);
      expect(code(await r.send('DELETE', path))).toEqual([404, 'ENTITY_IS_DELETED']);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_sobject_retrieve_patch.htm` },
    'a deleted record can not be changed',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      await r.send('DELETE', path);
      expect(code(await r.send('PATCH', path, { body: { Phone: '1' } }))).toEqual([404, 'ENTITY_IS_DELETED']);
    },
  );
});
