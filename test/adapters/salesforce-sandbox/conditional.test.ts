import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';

function account(r: Rig, more: Record<string, unknown> = {}): string {
  return r.half.seed.insert('Account', { Name: 'Acme', ...more }, { at: START - 3_600_000 });
}

describe('conditional requests', () => {
  conforms({ known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` }, 'an account carries an ETag', async () => {
    const r = rig();
    expect((await r.send('GET', `/sobjects/Account/${account(r)}`)).headers['etag']).toMatch(/^"[\w+/]+=*"$/);
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` }, 'no other record does', async () => {
    const r = rig();
    const lead = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
    expect((await r.send('GET', `/sobjects/Lead/${lead}`)).headers['etag']).toBeUndefined();
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` }, 'the ETag changes with the record', async () => {
    const r = rig();
    const path = `/sobjects/Account/${account(r)}`;
    const before = (await r.send('GET', path)).headers['etag'];
    await r.send('PATCH', path, { body: { Phone: '1' } });
    expect((await r.send('GET', path)).headers['etag']).not.toBe(before);
  });
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-None-Match answers 304 without a body while it is the same',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      const etag = String((await r.send('GET', path)).headers['etag']);
      const answer = await r.send('GET', path, { headers: { 'if-none-match': etag } });
      expect([answer.status, answer.text]).toEqual([304, '']);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-None-Match takes the tag of a compressed answer',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      const etag = String((await r.send('GET', path)).headers['etag']).replace(/"$/, '--gzip"');
      expect((await r.send('GET', path, { headers: { 'if-none-match': etag } })).status).toBe(304);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-Match lets a write through while it is the same',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      const etag = String((await r.send('GET', path)).headers['etag']);
      expect((await r.send('PATCH', path, { body: { Phone: '1' }, headers: { 'if-match': `"other", ${etag}` } })).status).toBe(204);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'and refuses it with 412 afterwards',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      const etag = String((await r.send('GET', path)).headers['etag']);
      await r.send('PATCH', path, { body: { Phone: '1' } });
      expect((await r.send('PATCH', path, { body: { Phone: '2' }, headers: { 'if-match': etag } })).status).toBe(412);
      expect((await r.records('SELECT Phone FROM Account'))[0]?.['Phone']).toBe('1');
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-None-Match refuses a write with 412 while it is the same',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      const etag = String((await r.send('GET', path)).headers['etag']);
      expect((await r.send('PATCH', path, { body: { Phone: '1' }, headers: { 'if-none-match': etag } })).status).toBe(412);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-Modified-Since answers 304 for a record that is older',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      expect((await r.send('GET', path, { headers: { 'if-modified-since': new Date(START).toUTCString() } })).status).toBe(304);
      expect((await r.send('GET', path, { headers: { 'if-modified-since': new Date(START - 7_200_000).toUTCString() } })).status).toBe(200);
    },
  );
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'If-Unmodified-Since refuses a read of a newer record with 412',
    async () => {
      const r = rig();
      const path = `/sobjects/Account/${account(r)}`;
      expect((await r.send('GET', path, { headers: { 'if-unmodified-since': new Date(START - 7_200_000).toUTCString() } })).status).toBe(
        412,
      );
    },
  );
  conforms({ known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` }, 'DELETE knows no conditions', async () => {
    const r = rig();
    expect(
      (await r.send('DELETE', `/sobjects/Account/${account(r)}`, { headers: { 'if-unmodified-since': new Date(0).toUTCString() } })).status,
    ).toBe(204);
  });
  conforms(
    { known: 'specified', source: `${REST}/intro_rest_conditional_requests.htm` },
    'a date that is none is 400 for a write',
    async () => {
      const r = rig();
      expect(
        (await r.send('PATCH', `/sobjects/Account/${account(r)}`, { body: {}, headers: { 'if-unmodified-since': 'soon' } })).status,
      ).toBe(400);
    },
  );
});

describe('XML and compression', () => {
  const XML = { accept: 'application/xml' };

  conforms({ known: 'specified', source: `${REST}/dome_query.htm` }, 'a query answers a QueryResult', async () => {
    const r = rig();
    const id = account(r);
    const answer = await r.soql('SELECT Name, Phone FROM Account', { headers: XML });
    expect(answer.headers['content-type']).toBe('application/xml;charset=UTF-8');
    expect(answer.text).toBe(
      `<?xml version="1.0" encoding="UTF-8"?><QueryResult xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"><totalSize>1</totalSize><done>true</done><records type="Account" url="/services/data/v67.0/sobjects/Account/${id}"><Name>Acme</Name><Phone xsi:nil="true"/></records></QueryResult>`,
    );
  });
  conforms({ known: 'specified', source: `${REST}/dome_get_field_values.htm` }, 'a record is an element of its type', async () => {
    const r = rig();
    const answer = await r.send('GET', `/sobjects/Account/${account(r, { Name: 'A & <B>' })}?fields=Name`, { headers: XML });
    expect(answer.text).toMatch(/<Account [^>]*type="Account" url="[^"]+"><Name>A &amp; &lt;B&gt;<\/Name><Id>001\w{15}<\/Id><\/Account>$/);
  });
  conforms({ known: 'specified', source: `${REST}/errorcodes.htm` }, 'an error is an Error in Errors', async () => {
    const answer = await rig().send('GET', '/sobjects/Nope', { headers: XML });
    expect(answer.text).toBe(
      '<?xml version="1.0" encoding="UTF-8"?><Errors><Error><message>The requested resource does not exist</message><errorCode>NOT_FOUND</errorCode></Error></Errors>',
    );
  });
  conforms({ known: 'specified', source: `${REST}/dome_sobject_create.htm` }, 'a record may be created from XML', async () => {
    const r = rig();
    const answer = await r.send('POST', '/sobjects/Account', {
      body: '<?xml version="1.0"?><Account><Name>A &amp; B</Name><Phone>1</Phone></Account>',
      headers: { 'content-type': 'application/xml' },
    });
    expect([answer.status, answer.json['success']]).toEqual([201, true]);
    expect((await r.records('SELECT Name, Phone FROM Account'))[0]).toMatchObject({ Name: 'A & B', Phone: '1' });
  });
  conforms({ known: 'specified', source: `${REST}/dome_sobject_create.htm` }, 'and answered in XML', async () => {
    const answer = await rig().send('POST', '/sobjects/Account', {
      body: '<Account><Name>A</Name></Account>',
      headers: { ...XML, 'content-type': 'application/xml' },
    });
    expect(answer.text).toMatch(/<Result [^>]*><id>001\w{15}<\/id><success>true<\/success><\/Result>$/);
  });
  conforms({ known: 'specified', source: `${REST}/dome_update_fields.htm` }, 'a record may be changed from XML', async () => {
    const r = rig();
    expect(
      (
        await r.send('PATCH', `/sobjects/Account/${account(r)}`, {
          body: '<Account><Phone>2</Phone></Account>',
          headers: { 'content-type': 'application/xml' },
        })
      ).status,
    ).toBe(204);
    expect((await r.records('SELECT Phone FROM Account'))[0]?.['Phone']).toBe('2');
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_resource_examples.htm` }, 'who takes anything gets JSON', async () => {
    expect((await rig().send('GET', '/limits', { headers: { accept: '*/*' } })).headers['content-type']).toBe(
      'application/json;charset=UTF-8',
    );
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_compression.htm` }, 'an answer is compressed for who takes gzip', async () => {
    const r = rig();
    const plain = await r.send('GET', '/sobjects/Lead/describe');
    const reply = await r.half.handle({
      method: 'GET',
      url: '/services/data/v67.0/sobjects/Lead/describe',
      headers: { authorization: 'Bearer integration-token', 'accept-encoding': 'gzip, deflate' },
      body: Buffer.from(''),
      origin: 'http://127.0.0.1:9999',
    });
    expect(reply.headers['content-encoding']).toBe('gzip');
    expect(gunzipSync(reply.body).toString('utf8')).toBe(plain.text);
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_compression.htm` }, 'for nobody else', async () => {
    const answer = await rig().send('GET', '/sobjects/Lead/describe', { headers: { 'accept-encoding': 'identity, gzip;q=0' } });
    expect(answer.headers['content-encoding']).toBeUndefined();
  });
  conforms({ known: 'specified', source: `${REST}/intro_rest_compression.htm` }, 'a compressed body is read', async () => {
    const r = rig();
    const reply = await r.half.handle({
      method: 'POST',
      url: '/services/data/v67.0/sobjects/Account',
      headers: { authorization: 'Bearer integration-token', 'content-type': 'application/json', 'content-encoding': 'gzip' },
      body: gzipSync('{"Name":"Packed"}'),
      origin: 'http://127.0.0.1:9999',
    });
    expect(reply.status).toBe(201);
  });
});
