import { assert, asyncProperty, constantFrom, json, oneof, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLetters, idMint, to18 } from '../../../adapters/salesforce/sandbox/ids.ts';
import { V, rig } from './rig.ts';

describe('hostile requests', () => {
  const requests: readonly (readonly [string, string, unknown?])[] = [
    ['GET', '/services/nope'],
    ['GET', '/%'],
    ['GET', '/sobjects/Lead/%ff'],
    ['GET', '/sobjects/__proto__'],
    ['GET', '/sobjects/constructor/describe'],
    ['GET', '/sobjects/Lead/../../../../etc/passwd'],
    ['GET', '/query?q=%00'],
    ['GET', `/query?q=${'('.repeat(5000)}`],
    ['GET', `/query?q=${encodeURIComponent(`SELECT Id FROM Lead WHERE ${'('.repeat(3000)}Id=null${')'.repeat(3000)}`)}`],
    ['GET', '/query/0r8-'],
    ['POST', '/sobjects/Lead', '{"LastName":'],
    ['POST', '/sobjects/Lead', '[]'],
    ['POST', '/sobjects/Lead', 'null'],
    ['POST', '/sobjects/Lead', '"text"'],
    ['POST', '/sobjects/Lead', '{"__proto__":{"LastName":"x"},"constructor":1}'],
    ['POST', '/sobjects/Lead'],
    ['POST', '/composite/sobjects', { records: [null] }],
    ['POST', '/composite/sobjects', { records: 'all' }],
    ['POST', '/composite/sobjects', { records: [{ attributes: { type: '__proto__' } }] }],
    ['POST', '/composite/sobjects/Lead', { ids: [{}], fields: [[]] }],
    ['PATCH', '/composite/sobjects/Lead/__proto__', { records: [] }],
    ['POST', '/composite', { compositeRequest: [{ referenceId: '__proto__', url: '/', method: 'GET' }] }],
    ['POST', '/composite', { compositeRequest: [{ referenceId: 'a', url: `${V}/composite`, method: 'POST', body: {} }] }],
    ['POST', '/composite', { compositeRequest: [{ referenceId: 'a', url: `${V}/sobjects/%ff`, method: 'GET' }] }],
    ['POST', '/composite', { compositeRequest: [{ referenceId: 'a', url: 'http://evil.example/', method: 'GET' }] }],
    ['POST', '/tooling/sobjects/CustomField', { FullName: '__proto__.__proto__', Metadata: '{' }],
    ['TRACE', '/sobjects/Lead'],
    ['GET', '/jobs'],
    ['POST', '/jobs/ingest', '{'],
    ['POST', '/jobs/ingest', { object: '__proto__', operation: 'insert' }],
    ['PUT', '/jobs/ingest/750000000000000/batches', 'a'],
    ['POST', '/jobs/query', { operation: 'query', query: 'SELECT' }],
    ['GET', '/jobs/query/constructor/results'],
  ];
  for (const [method, path, body] of requests) {
    it(`${method} ${path.slice(0, 60)} ${body === undefined ? '' : JSON.stringify(body).slice(0, 60)} gets an error array or a per-part error, never a crash`, async () => {
      const answer = await rig().send(method, path, body === undefined ? {} : { body });
      expect(answer.status).toBeLessThan(500);
      const errors = answer.status === 200 ? answer.json['compositeResponse']?.at(0)?.['body'] : answer.json;
      expect(errors?.at(0)?.['errorCode']).toMatch(/^[A-Z_]+$/);
    });
  }

  it('a wrong content type is 415, a LIKE made to backtrack answers at once', async () => {
    const r = rig();
    const answer = await r.send('POST', '/sobjects/Lead', { body: 'a,b', headers: { 'content-type': 'text/csv' } });
    expect([answer.status, answer.json.at(0)?.['errorCode']]).toEqual([415, 'UNSUPPORTED_MEDIA_TYPE']);
    await r.send('POST', '/sobjects/Lead', { body: { LastName: 'x', Company: 'a'.repeat(255) } });
    expect(await r.records(`SELECT Id FROM Lead WHERE Company LIKE '${'%a'.repeat(60)}%b'`)).toHaveLength(0);
  });

  it('whatever bytes arrive, the answer is one of HTTP', async () => {
    const r = rig();
    await assert(
      asyncProperty(
        constantFrom('GET', 'POST', 'PATCH', 'DELETE'),
        constantFrom(`${V}/`, `${V}/sobjects/`, `${V}/query?q=`, `${V}/composite/`, '/services/', '/services/Soap/u/67.0'),
        string(),
        oneof(string(), json()),
        async (method, prefix, tail, body) => {
          const answer = await r.half.handle({
            method,
            url: prefix + tail,
            headers: { authorization: 'Bearer user-token', 'content-type': 'application/json' },
            body: Buffer.from(body),
            origin: 'http://127.0.0.1:1',
          });
          expect(answer.status).toBeGreaterThanOrEqual(200);
          expect(answer.status === 500 && !String(answer.body).includes('sf:')).toBe(false);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe('ids', () => {
  it('has the check letters that Salesforce gives', () => {
    // Pairs from Salesforce's own documentation and recorded answers.
    for (const id of ['001D000000INjVeIAL', '001D000000IqhSLIAZ', '0015000000VALDtAAP', '00QD000000FP14JMAT']) {
      expect(id.slice(0, 15) + checkLetters(id.slice(0, 15))).toBe(id);
    }
  });

  it('restores the case of 18 characters from the check letters, and refuses what they contradict', () => {
    assert(
      property(stringMatching(/^[0-9A-Za-z]{15}$/), (id15) => {
        const id = to18(id15) ?? '';
        expect(to18(id)).toBe(id);
        expect(to18(id.toLowerCase())).toBe(id);
        expect(to18(id.toUpperCase())).toBe(id);
      }),
    );
    expect(to18('00Q5g0000000001EAB')).toBeNull();
    expect(to18('short')).toBeNull();
    expect(to18('00Q5g00000000-1')).toBeNull();
  });

  it('mints ids that sort by creation', () => {
    const mint = idMint();
    const ids = Array.from({ length: 5000 }, () => mint.next('00Q'));
    expect(new Set(ids).size).toBe(5000);
    expect([...ids].sort()).toEqual(ids);
  });
});
