import { describe, expect, it } from 'vitest';
import { sandbox } from 'truce/sandbox';
import { userHttp } from '../support/user-http.ts';
import { api, desk, office, type Ran } from './support.ts';

describe('truce check', () => {
  it('names the rules of Salesforce that use a mapped field, and what it could not look at', async () => {
    await using o = await office();
    using d = desk(o.box);
    const admin = userHttp(o.box.salesforce.url, o.box.salesforce.accessToken);
    const formula = 'ISPICKVAL(Status, "Closed - Not Converted")';
    const Metadata = { active: true, errorConditionFormula: formula, errorMessage: 'Say why.' };
    await admin.send('POST', `${api}/tooling/sobjects/ValidationRule`, { FullName: 'Lead.Reason', Metadata });
    const text = await d.run(['check']);
    expect(text.text).toContain('sales: Status is used by validation rule "Reason" (AUTOMATION)');
    expect(text.text).toContain('marketing: not checked for use of the mapped fields: workflows');
    const json = (await d.run(['check', '--json'])).json();
    expect(json.automation).toEqual({ marketing: null, sales: [{ field: 'Status', name: 'Reason', kind: 'validation rule' }] });
    expect(json.exit).toBe(0);
  });

  it('estimates the calls of a first pull, near to what it then takes, and pulls nothing for it', async () => {
    await using box = await sandbox({ people: 600, seed: 3, clock: 'real', limits: 'none', lagMs: 0 });
    using d = desk(box);
    const taken = async (work: () => Promise<unknown>) => {
      const before = box.calls.totals();
      await work();
      const after = box.calls.totals();
      return {
        marketing: after.hubspot.integration - before.hubspot.integration,
        sales: after.salesforce.integration - before.salesforce.integration,
      };
    };
    const plain = await taken(() => d.run(['check', '--json']));
    let json: any; // oxlint-disable-line typescript/no-explicit-any -- an answer of any shape
    const counting = await taken(async () => (json = (await d.run(['check', '--json', '--estimate'])).json()));
    expect(counting.marketing - plain.marketing).toBeLessThanOrEqual(9);
    expect(counting.sales - plain.sales).toBeLessThanOrEqual(3);
    let run: Ran | null = null;
    const pulled = await taken(async () => (run = await d.run(['pull'])));
    expect(run, 'the pull went through').toMatchObject({ exit: 0 });
    for (const side of ['marketing', 'sales'] as const) {
      const { calls, streams } = json.estimate[side];
      expect(calls).toBeGreaterThan(0.75 * pulled[side]);
      expect(calls).toBeLessThan(1.25 * pulled[side] + 2);
      expect(streams.map(({ stream }: { stream: string }) => stream)).toContain('touches');
      expect(json.estimate[side].shareOfDay).toBeGreaterThan(0);
    }
    const people = json.estimate.marketing.streams.find(({ stream }: { stream: string }) => stream === 'people');
    expect(people.records).toBe(
      json.estimate.marketing.streams.find(({ stream }: { stream: string }) => stream === 'status-history').records,
    );
    expect((await d.run(['check', '--estimate'])).text).toMatch(
      /First pull, marketing: about \d+ calls, .*% of what is left today, 1 minute/,
    );
  });
});
