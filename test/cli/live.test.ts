import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { api, desk, office } from './support.ts';

interface Line {
  readonly id: string;
  readonly verdict: string;
  readonly found: string;
}

describe('truce check --live', () => {
  it('reads only, unless it is told otherwise, and says what it could not settle', async () => {
    await using o = await office();
    using d = desk(o.box);
    for (const name of ['ann', 'bob', 'cas']) await o.person({ email: `${name}@example.com` });
    const before = await o.everything();
    const ran = await d.run(['check', '--live', '--json']);
    expect(await o.everything()).toBe(before);
    const { live, left, exit } = ran.json();
    expect([left, exit]).toEqual([[], 0]);
    const verdicts = [...live.marketing, ...live.sales].map(({ id, verdict }: Line) => [id, verdict]);
    expect(verdicts).toEqual([
      ['hubspot.list-after', 'as-assumed'],
      ['hubspot.history-depth', 'not-settled'],
      ['salesforce.history-age', 'not-settled'],
      ['salesforce.bulk-allowed', 'as-assumed'],
    ]);
    expect(ran.text).toContain('--consent write');
  });

  it('with consent writes on one record of its own in each CRM, settles what is open, and removes both', async () => {
    await using o = await office();
    using d = desk(o.box);
    await o.person({ email: 'ann@example.com' });
    const ran = await d.run(['check', '--live', '--consent', 'write', '--share', 'found.json']);
    expect(ran.exit, ran.text).toBe(0);
    for (const id of ['own-source', 'invalid-option', 'lifecycle-backward', 'index-lag'])
      expect(ran.text).toContain(`✓ hubspot.${id}: as assumed.`);
    for (const id of ['if-unmodified-since', 'if-unmodified-since-composite', 'unknown-status'])
      expect(ran.text).toContain(`✓ salesforce.${id}: as assumed.`);
    const { results } = await o.hubspot('GET', '/crm/v3/objects/contacts?properties=email');
    expect(results).toHaveLength(1);
    const leads = await o.salesforce('GET', `${api}/query?q=${encodeURIComponent('SELECT Id FROM Lead')}`);
    expect(leads.records).toHaveLength(1);
    const shared = readFileSync(d.path('found.json'), 'utf8');
    expect(JSON.parse(shared)).toMatchObject({ format: 'truce-live/1' });
    expect(shared).not.toMatch(/@|00Q|\d{9,}|ann/);
  });

  it('says when an account is otherwise than assumed, with exit code 1, and still removes its record', async () => {
    await using o = await office();
    using d = desk(o.box);
    await o.person({ email: 'ann@example.com' });
    const effect = { type: 'status', status: 204, body: '' } as const;
    o.box.faults.add([{ side: 'salesforce', match: { method: 'PATCH', path: 'sobjects/Lead/' }, nth: 1, effect }]);
    const ran = await d.run(['check', '--live', '--consent', 'write']);
    expect(ran.exit).toBe(1);
    expect(ran.text).toContain('✗ salesforce.if-unmodified-since: otherwise than assumed. It was answered with 204.');
    const leads = await o.salesforce('GET', `${api}/query?q=${encodeURIComponent('SELECT Id FROM Lead')}`);
    expect(leads.records).toHaveLength(1);
  });

  it('names the record that it could not remove, outside the shared file', async () => {
    await using o = await office();
    using d = desk(o.box);
    await o.person({ email: 'ann@example.com' });
    const effect = { type: 'status', status: 403, body: [{ errorCode: 'INSUFFICIENT_ACCESS_OR_READONLY', message: 'no' }] };
    o.box.faults.add([{ side: 'salesforce', match: { method: 'DELETE' }, effect: { ...effect, type: 'status' } }]);
    const ran = await d.run(['check', '--live', '--consent', 'write', '--share', 'found.json']);
    expect(ran.exit).toBe(1);
    expect(ran.text).toMatch(/could not be removed: lead 00Q\w{15}/);
    expect(readFileSync(d.path('found.json'), 'utf8')).not.toContain('00Q');
  });

  it('refuses a consent without --live, or to anything else', async () => {
    using d = desk(null);
    expect((await d.run(['check', '--consent', 'write'])).exit).toBe(2);
    expect((await d.run(['check', '--live', '--consent', 'delete'])).exit).toBe(2);
  });
});
