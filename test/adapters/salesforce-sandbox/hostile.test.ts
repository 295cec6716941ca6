import { assert, asyncProperty, constantFrom, json, oneof, property, string, stringMatching } from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkLetters, idMint, to18 } from '../../../adapters/salesforce/sandbox/ids.ts';
import { V, rig } from './rig.ts';

describe('hostile requests', () => {
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
