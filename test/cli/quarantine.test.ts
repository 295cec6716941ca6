import { expect, it } from 'vitest';
import { desk, office } from './support.ts';

const noKeys = { HUBSPOT_ACCESS_TOKEN: undefined, SALESFORCE_ACCESS_TOKEN: undefined, SALESFORCE_INSTANCE_URL: undefined };

it('truce quarantine lists who is held back with the fix, has them tried again, and takes a decision, without a CRM', async () => {
  await using o = await office();
  using d = desk(o.box, { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' });
  d.write('truce.config.json', { status: { policy: 'ask' } });
  const ann = await o.person({ email: 'ann@example.com', marketing: 'UNQUALIFIED', sales: 'Working - Contacted' });
  expect((await d.run(['sync'])).exit).toBe(0);
  expect(await o.statuses(ann)).toEqual(['UNQUALIFIED', 'Working - Contacted']);
  const calls = o.box.calls.totals();
  const listed = await d.run(['quarantine'], { env: noKeys });
  expect(listed.exit).toBe(0);
  expect(listed.out).toHaveLength(1);
  expect(listed.out[0]?.split('\t').slice(2, 6)).toEqual(['marketing', 'person', ann.contact, 'CONFLICT']);
  expect((await d.run(['quarantine', 'show', 'ann@example.com', '--json'], { env: noKeys })).json()).toMatchObject([{ code: 'CONFLICT' }]);
  expect((await d.run(['quarantine', 'show', 'bob@example.com'], { env: noKeys })).out).toEqual(['Nothing is held back.']);
  expect((await d.run(['quarantine', 'retry'], { env: noKeys })).out).toEqual(['1 record will be tried with the next run.']);
  expect((await d.run(['quarantine', 'settle', 'ann@example.com'], { env: noKeys })).text).toContain(
    'Add --prefer marketing or --prefer sales.',
  );
  expect((await d.run(['quarantine', 'show'], { env: noKeys })).exit).toBe(2);
  const settled = await d.run(['quarantine', 'settle', 'ann@example.com', '--prefer', 'sales'], { env: noKeys });
  expect([settled.exit, settled.out[0]]).toEqual([0, expect.stringContaining('goes to marketing with the next sync')]);
  expect(o.box.calls.totals()).toEqual(calls);
  expect((await d.run(['sync', '--json'])).json()).toMatchObject({ applied: 1, quarantined: 0 });
  expect(await o.statuses(ann)).toEqual(['IN_PROGRESS', 'Working - Contacted']);
});
