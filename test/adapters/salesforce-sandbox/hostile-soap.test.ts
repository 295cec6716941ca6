import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, V, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const FAULTS = 'https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/sforce_api_calls_concepts_core_data_objects.htm';

function soap(body: string, r: Rig = rig()): Promise<Answer> {
  return r.send('POST', '/services/Soap/u/67.0', { as: 'nobody', body, headers: { 'content-type': 'text/xml' } });
}

function enveloped(inner: string, session = 'user-token'): string {
  return `<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"><e:Header><SessionHeader><sessionId>${session}</sessionId></SessionHeader></e:Header><e:Body>${inner}</e:Body></e:Envelope>`;
}

/** Checks that the answer is a fault of HTTP 500 with one of Salesforce's codes. */
function faults(body: string): () => Promise<void> {
  return async () => {
    const answer = await soap(body);
    expect(answer.status).toBe(500);
    expect(answer.text).toMatch(/<faultcode>sf:[A-Z_]+<\/faultcode>/);
    expect(answer.text).not.toMatch(/root:|passwd|TypeError|RangeError/);
  };
}

describe('hostile SOAP', () => {
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with nothing, and read the fault code' },
    'nothing is a fault',
    faults(''),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with text that is no XML, and read the fault code' },
    'text that is no XML is a fault',
    faults('not xml'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with elements that cross, and read the fault code' },
    'elements that cross is a fault',
    faults('<a><b></a></b>'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with an envelope without a body, and read the fault code' },
    'an envelope without a body is a fault',
    faults('<e:Envelope xmlns:e="x"/>'),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with entities that double thirty times, and read the fault code' },
    'entities that double thirty times is a fault',
    faults(
      `<!DOCTYPE a [<!ENTITY a0 "ha">${Array.from({ length: 30 }, (_, n) => `<!ENTITY a${String(n + 1)} "&a${String(n)};&a${String(n)};">`).join('')}]>${enveloped('<getUserInfo/>', '&a30;')}`,
    ),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with an entity that points at a file, and read the fault code' },
    'an entity that points at a file is a fault',
    faults(`<!DOCTYPE a [<!ENTITY f SYSTEM "file:///etc/passwd">]>${enveloped('<getUserInfo/>', '&f;')}`),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with an entity that points at a server, and read the fault code' },
    'an entity that points at a server is a fault',
    faults(`<!DOCTYPE a [<!ENTITY f SYSTEM "http://127.0.0.1:1/">]>${enveloped('<getUserInfo/>', '&f;')}`),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with ten thousand elements within each other, and read the fault code' },
    'ten thousand elements within each other is a fault',
    faults(enveloped(`${'<a>'.repeat(10_000)}${'</a>'.repeat(10_000)}`)),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with an operation called __proto__, and read the fault code' },
    'an operation called __proto__ is a fault',
    faults(enveloped('<__proto__/>')),
  );
  conforms(
    { known: 'assumed', probe: 'POST /services/Soap/u/67.0 with an operation called constructor, and read the fault code' },
    'an operation called constructor is a fault',
    faults(enveloped('<constructor/>')),
  );
  conforms({ known: 'specified', source: FAULTS }, 'a session that is none is a fault', faults(enveloped('<getUserInfo/>', 'x')));
  conforms({ known: 'specified', source: FAULTS }, 'a version that is not served is a fault', async () => {
    const answer = await rig().send('POST', '/services/Soap/u/9.0', {
      as: 'nobody',
      body: enveloped('<getUserInfo/>'),
      headers: { 'content-type': 'text/xml' },
    });
    expect([answer.status, answer.text.includes('sf:UNSUPPORTED_API_VERSION')]).toEqual([500, true]);
  });
});

describe('requests made to take long', () => {
  conforms(
    { known: 'assumed', probe: 'a LIKE of sixty wildcards over a text of 255 letters, with its time' },
    'a LIKE made to backtrack answers at once',
    async () => {
      const r = rig();
      r.half.seed.insert('Lead', { LastName: 'x', Company: 'a'.repeat(255) }, { at: START });
      expect(await r.records(`SELECT Id FROM Lead WHERE Company LIKE '${'%a'.repeat(60)}%b'`)).toHaveLength(0);
    },
    5000,
  );
  conforms(
    { known: 'specified', source: `${REST}/resources_composite_composite.htm` },
    'a part of a composite can not be a composite',
    async () => {
      const inner = { method: 'POST', referenceId: 'a', url: `${V}/composite`, body: { compositeRequest: [] } };
      const answer = await rig().send('POST', '/composite', { body: { compositeRequest: [inner] } });
      expect(answer.json['compositeResponse']?.at(0)).toMatchObject({ httpStatusCode: 400, body: [{ errorCode: 'INVALID_INPUT' }] });
    },
  );
  conforms({ known: 'specified', source: `${REST}/resources_composite_composite.htm` }, 'a part leads to no other server', async () => {
    const answer = await rig().send('POST', '/composite', {
      body: { compositeRequest: [{ method: 'GET', referenceId: 'a', url: 'http://evil.example/services/data' }] },
    });
    expect(answer.json['compositeResponse']?.at(0)).toMatchObject({ httpStatusCode: 404 });
  });
  conforms(
    { known: 'assumed', probe: 'POST /composite with a reference @{a.b.b. …} of a thousand steps' },
    'a reference of a thousand steps is halted',
    async () => {
      const parts = [
        { method: 'GET', referenceId: 'a', url: `${V}/limits` },
        { method: 'GET', referenceId: 'b', url: `${V}/sobjects/Lead/@{a${'.b'.repeat(1000)}}` },
      ];
      const answer = await rig().send('POST', '/composite', { body: { compositeRequest: parts } });
      expect(answer.json['compositeResponse']?.at(1)?.['body']?.at(0)?.['errorCode']).toBe('PROCESSING_HALTED');
    },
  );
  conforms(
    { known: 'assumed', probe: 'POST /composite with a reference @{a.__proto__.x}' },
    'a reference to a prototype finds nothing',
    async () => {
      const parts = [
        { method: 'GET', referenceId: 'a', url: `${V}/limits` },
        { method: 'GET', referenceId: 'b', url: `${V}/sobjects/Lead/@{a.__proto__.constructor}` },
      ];
      const answer = await rig().send('POST', '/composite', { body: { compositeRequest: parts } });
      expect(answer.json['compositeResponse']?.at(1)?.['body']?.at(0)?.['errorCode']).toBe('PROCESSING_HALTED');
    },
  );
  for (const [name, condition] of [
    ['twenty thousand NOTs', `${'NOT '.repeat(20_000)}Id = null`],
    ['five thousand conditions', Array.from({ length: 5000 }, () => 'Id = null').join(' OR ')],
  ] as const) {
    it(`a query of ${name}, sent inside a composite, is answered or refused as a query, never a failure of the server`, async () => {
      const url = `${V}/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE ${condition}`)}`;
      const answer = await rig().send('POST', '/composite', { body: { compositeRequest: [{ method: 'GET', referenceId: 'q', url }] } });
      expect(answer.status).toBe(200);
      expect([200, 400]).toContain(answer.json['compositeResponse']?.at(0)?.['httpStatusCode']);
    }, 20_000);
  }
  conforms(
    { known: 'specified', source: `${REST}/resources_composite_sobjects_collections_retrieve.htm` },
    'two thousand times the same id is read two thousand times',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
      const answer = await r.send('POST', '/composite/sobjects/Lead', {
        body: { ids: Array.from({ length: 2000 }, () => id), fields: ['Id'] },
      });
      expect(answer.json).toHaveLength(2000);
    },
    10_000,
  );
});
