import { expect, it } from 'vitest';
import { sandbox } from 'truce/sandbox';
import { desk } from './support.ts';

it('check proves every value of both picklists, live and offline from the same schema file, as a table and as JSON', async () => {
  await using box = await sandbox({ people: 5, clock: 'real', limits: 'none', lagMs: 0 });
  using d = desk(box);
  const live = (await d.run(['check', '--json', '--save-schema', 'schema.json'])).json();
  using elsewhere = desk(null);
  const file = d.path('schema.json');
  const offline = (await elsewhere.run(['check', '--json', '--schema', file])).json();
  expect(offline.maps).toEqual(live.maps);
  expect(offline.maps).toContainEqual(
    expect.objectContaining({
      field: 'status',
      from: 'marketing',
      value: 'CONNECTED',
      there: 'Working - Contacted',
      back: 'IN_PROGRESS',
      verdict: 'kept',
    }),
  );
  const { out } = await elsewhere.run(['check', '--schema', file]);
  expect(out.join('\n')).toMatch(/maps: \d+ of \d+ values go to the other side and come back; the others:/);
  expect(out.some((line) => /marketing status +CONNECTED +-> Working - Contacted +-> IN_PROGRESS +kept +Stays as it is/.test(line))).toBe(
    true,
  );
});

it('check names what keeps the two ends of a mapped field apart, each with the fix', async () => {
  await using box = await sandbox({ people: 5, clock: 'real', limits: 'none', lagMs: 0 });
  using d = desk(box);
  d.write('truce.config.json', {
    mode: 'sync',
    status: { marketing: { also: [{ field: 'lifecyclestage', writes: { handed: 'salesqualifiedlead', customer: 'buyer' } }] } },
    fields: [
      { name: 'owner', marketing: 'hubspot_owner_id', sales: 'OwnerId' },
      { name: 'clicked', marketing: 'hs_email_last_click_date', sales: 'Company', direction: 'to-sales' },
      { name: 'title', marketing: 'jobtitle', sales: 'Title' },
      { name: 'last', marketing: 'firstname', sales: 'HasOptedOutOfEmail', direction: 'to-sales' },
      { name: 'size', marketing: 'city', sales: 'NumberOfEmployees' },
      { name: 'rating', marketing: 'firstname', sales: 'LeadSource', direction: 'to-marketing' },
    ],
  });
  const { problems } = (await d.run(['check', '--json'])).json();
  const said = (code: string): readonly string[] =>
    problems
      .filter((one: { code: string }) => one.code === code)
      .map((one: { message: string; fix: string }) => `${one.message} ${one.fix}`);
  expect(said('FIELD_TYPES_DIFFER')).toEqual([expect.stringMatching(/owner: hubspot_owner_id .* OwnerId .*owner-by-email/)]);
  expect(said('FIELD_TOO_SHORT').join()).toMatch(/Title holds 128 characters/);
  expect(said('FIELD_LOSSY').join()).toMatch(/last: .*capital letters is lost/);
  expect(said('VALUE_MISSING').join()).toMatch(/lifecyclestage has no option "buyer"/);
  expect(said('FIELD_TYPES_VARY')).toEqual([]);
});
