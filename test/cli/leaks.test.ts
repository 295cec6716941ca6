import { mkdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { Leaks } from '../../src/leaks/find.ts';
import { desk, office, type Desk } from './support.ts';

const days = (n: number): string => new Date(Date.UTC(2026, 2, 31) - n * 86_400_000).toISOString();

/** A company in CSV files: who is handed when, tried how often, owned by whom. The last thing that happened was on 31 March. */
function company(d: Desk): string {
  mkdirSync(d.path('data'));
  const file = (name: string, ...rows: readonly string[]): void => void d.write(`data/${name}.csv`, `${rows.join('\n')}\n`);
  const lead = (name: string, owner: string, more = ',,,') => `${name},${name},${owner},handed${more}`;
  file(
    'leads',
    'lead_id,name,owner_id,sales_rung,sales_lead_id,sales_contact_id,account_id',
    lead('untouched', 'rep'),
    lead('fresh', 'rep'),
    lead('nobody', ''),
    lead('orphan', 'gone'),
    lead('given-up', 'rep'),
    lead('tried-enough', 'rep'),
    lead('answered', 'rep'),
    'won,won,rep,customer,,,',
    'converted,converted,rep,opportunity,00Q1,0031,acc',
    'credited,credited,rep,opportunity,00Q2,0032,acc2',
    '=cmd(),=cmd(),rep,handed,,,',
  );
  file('users', 'user_id,name,is_active', 'rep,Ray Rep,true', 'gone,Gus Gone,false');
  const handed = (name: string, ago: number) => `c-${name},lead,${name},sales,status,handed,${days(ago)}`;
  file(
    'status_changes',
    'change_id,entity,entity_id,recorded_in,field,to_status,occurred_at',
    handed('untouched', 20),
    handed('fresh', 0.5),
    handed('nobody', 10),
    handed('orphan', 5),
    handed('given-up', 40),
    handed('tried-enough', 40),
    handed('answered', 30),
    handed('won', 50),
    handed('=cmd()', 3),
  );
  const touch = (id: string, name: string, ago: number, direction = 'out') => `${id},${name},${days(ago)},call,sales,${direction},human`;
  file(
    'touches',
    'touch_id,lead_id,occurred_at,kind,side,direction,actor_kind',
    touch('t0', 'untouched', 25),
    touch('t1', 'given-up', 39),
    touch('t2', 'given-up', 30),
    ...[1, 2, 3, 4].map((n) => touch(`e${n}`, 'tried-enough', 39 - n)),
    touch('a1', 'answered', 29),
    touch('a2', 'answered', 28, 'in'),
    touch('o1', 'orphan', 1),
    touch('n1', 'nobody', 1),
    touch('last', 'won', 0),
  );
  file('deals', 'deal_id,account_id,outcome,created_at', `d1,acc,open,${days(2)}`, `d2,acc2,open,${days(2)}`);
  file('deal_contacts', 'deal_contact_id,deal_id,lead_id', 'dc1,d2,credited');
  return d.path('data');
}

const causesOf = (found: Leaks) => found.leaks.map((leak) => [leak.name, ...leak.causes.map(({ cause }) => cause)]);

describe('truce leaks', () => {
  it('lists who is being lost and why, the oldest promise first, and nobody who is not', async () => {
    using d = desk(null);
    expect((await d.run(['import', company(d)])).exit).toBe(0);
    const ran = await d.run(['leaks', '--json']);
    expect(ran.exit).toBe(0);
    expect(causesOf(ran.json() as Leaks)).toEqual([
      ['given-up', 'given-up'],
      ['untouched', 'untouched'],
      ['nobody', 'no-owner'],
      ['orphan', 'inactive-owner'],
      ['=cmd()', 'untouched'],
      ['converted', 'no-contact-role'],
    ]);
    const [first, second] = (ran.json() as Leaks).leaks;
    expect(first?.causes[0]?.text).toBe('2 of 4 attempts without an answer, the last 30 days ago.');
    expect(second).toMatchObject({ owner: 'Ray Rep', promisedAt: days(20), causes: [{ text: expect.stringContaining('20 days ago') }] });
    expect(ran.err.at(-1)).toBe('6 leads being lost, as of 2026-03-31T00:00:00.000Z.');
  });

  it('goes by the configured hours, days and attempts', async () => {
    using d = desk(null);
    await d.run(['import', company(d)]);
    d.write('truce.config.json', { leaks: { slaHours: 480, idleDays: 31 }, report: { attempts: 2 } });
    expect(causesOf((await d.run(['leaks', '--json'])).json() as Leaks)).toEqual([
      ['untouched', 'untouched'],
      ['nobody', 'no-owner'],
      ['orphan', 'inactive-owner'],
      ['converted', 'no-contact-role'],
    ]);
  });

  it('writes CSV that no spreadsheet runs, and text that a person reads', async () => {
    using d = desk(null);
    await d.run(['import', company(d)]);
    await d.run(['leaks', '--format', 'csv', '--out', 'leaks.csv']);
    const lines = readFileSync(d.path('leaks.csv'), 'utf8').trimEnd().split('\n');
    expect(lines[0]).toBe('promised_at,cause,name,owner,text,fix,marketing_url,sales_url,lead_id');
    expect(lines).toHaveLength(7);
    expect(lines.find((line) => line.includes('cmd'))).toContain("'=cmd()");
    expect((await d.run(['leaks'])).out.slice(0, 2)).toEqual([
      '2026-02-19  given-up, owner Ray Rep',
      expect.stringMatching(/^ {4}given-up: 2 of 4 attempts .* -> Try again/),
    ]);
  });

  it('calls nobody untouched where the activities of sales were not read, and says so', async () => {
    using d = desk(null);
    company(d);
    d.write('data/touches.csv', 'touch_id,lead_id,occurred_at,kind,side,direction,actor_kind\n');
    await d.run(['import', d.path('data')]);
    const ran = await d.run(['leaks', '--json']);
    const found = ran.json() as Leaks;
    expect(causesOf(found).flat()).not.toContain('untouched');
    expect(found.notMeasured.map(({ cause }) => cause)).toEqual(['untouched', 'given-up']);
    expect(ran.text).toContain('! Not looked for: untouched.');
  });

  it('names who is in quarantine, with deep links to both CRMs, and contacts nobody', async () => {
    await using o = await office();
    using d = desk(o.box, { TRUCE_MODE: 'sync' });
    d.write('truce.config.json', { mode: 'sync', status: { policy: 'ask' } });
    const pair = await o.person({ email: 'jane@example.com', marketing: 'BAD_TIMING', sales: 'Working - Contacted' });
    await d.run(['sync', '--yes']);
    const before = o.box.calls.totals();
    const ran = await d.run(['leaks', '--json'], { env: { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: undefined } });
    expect(o.box.calls.totals()).toEqual(before);
    const held = (ran.json() as Leaks).leaks.filter((leak) => leak.causes.some(({ cause }) => cause === 'quarantine'));
    expect(held).toHaveLength(1);
    expect(JSON.stringify(held[0]?.urls)).toMatch(new RegExp(`${pair.contact}|${pair.lead}`));
    expect(held[0]?.causes.find(({ cause }) => cause === 'quarantine')).toMatchObject({ text: expect.stringContaining('(CONFLICT)') });
  });

  it('needs a warehouse', async () => {
    using d = desk(null);
    expect((await d.run(['leaks', '--warehouse', 'none'])).exit).toBe(2);
    expect((await d.run(['leaks'])).exit).not.toBe(0);
    expect(d.hashes()).toEqual({});
  });
});
