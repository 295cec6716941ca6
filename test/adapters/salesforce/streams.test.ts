import { describe, expect, test } from 'vitest';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { Cursor, Stream } from '../../../src/crm.ts';
import { describeOf, describes, fakeOrg, instanceUrl, refused, rows } from './fake.ts';
import type { Asked, Told } from './fake.ts';
import { pass, recordsIn, sandboxOrg } from './org.ts';
import type { SandboxOrg } from './org.ts';

const minute = 60_000;
const day = 24 * 60 * minute;
const asked = { fields: ['Status'], historyFields: ['Status'] };
const person = (n: number): Record<string, unknown> => ({ LastName: `Doe ${n}`, Company: 'Acme', Email: `doe-${n}@example.com` });

function convertedLead(org: SandboxOrg, at: number): { lead: string; contactId: string; opportunityId: string } {
  const lead = org.half.seed.insert('Lead', person(1), { at });
  const opportunity = { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-08-31', Amount: 1200.5 };
  const { contactId, opportunityId } = org.half.seed.convertLead(lead, { at: at + minute, opportunity });
  return { lead, contactId, opportunityId: opportunityId ?? '' };
}

describe('people', () => {
  test('edited by thousands in one second are all read, also by a pass that was broken off after every page', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - day;
    const ids = Array.from({ length: 4_001 }, (_, n) => org.half.seed.insert('Lead', person(n), { at }));
    const seen = new Set<string>();
    let cursor: Cursor | null = null;
    for (let done = false; !done;) {
      for await (const page of org.connect().changes('people', cursor, asked)) {
        for (const event of page.events) {
          expect(seen.has(event.id)).toBe(false);
          seen.add(event.id);
        }
        cursor = page.cursor;
        done = page.done;
        break;
      }
    }
    expect(seen).toEqual(new Set(ids));
  });

  test('whose row became visible late, with an older stamp than rows already read, are read by the next pass', async () => {
    const org = sandboxOrg();
    org.half.seed.insert('Lead', person(1), { at: org.clock.now() });
    const first = await pass(org.crm, 'people', null, asked);
    const late = org.half.seed.insert('Lead', person(2), { at: org.clock.now() - 9 * minute });
    await org.clock.advance(5 * minute);
    expect([...recordsIn(await pass(org.crm, 'people', first.cursor, asked)).keys()]).toContain(late);
  });

  test('changed twice within one second have two versions', async () => {
    const org = sandboxOrg();
    const id = org.half.seed.insert('Lead', person(1), { at: org.clock.now() });
    const versionOf = async (): Promise<string | undefined> =>
      (await pass(org.crm, 'people', null, asked)).events.flatMap((event) => (event.type === 'upsert' ? [event.version] : []))[0];
    const before = await versionOf();
    await org.user('PATCH', `/sobjects/Lead/${id}`, { Status: 'Working - Contacted' });
    const after = await versionOf();
    expect(after).not.toBe(before);
    expect(after?.split('-')[0]).toBe(before?.split('-')[0]);
    expect(await versionOf()).toBe(after);
  });

  test('that were converted say when, into what, and how their deals ended; the lead and its contact alike', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 2 * day;
    const { lead, contactId, opportunityId } = convertedLead(org, at);
    const found = recordsIn(await pass(org.crm, 'people', null, asked));
    expect(found.get(lead)).toMatchObject({
      object: 'Lead',
      converted: { contactId, dealId: opportunityId, at: at + minute, precision: 'second' },
      dealOutcomes: ['open'],
    });
    expect(found.get(contactId)).toMatchObject({ object: 'Contact', converted: null, dealOutcomes: ['open'], company: 'Acme' });
  });

  test('come again with another version when only their deal changed', async () => {
    const org = sandboxOrg();
    const { lead, contactId, opportunityId } = convertedLead(org, org.clock.now() - 2 * day);
    const first = await pass(org.crm, 'people', null, asked);
    await org.clock.advance(60 * minute);
    const quiet = await pass(org.crm, 'people', first.cursor, asked);
    expect(quiet.events).toEqual([]);
    await org.user('PATCH', `/sobjects/Opportunity/${opportunityId}`, { StageName: 'Closed Won' });
    await org.clock.advance(minute);
    const again = await pass(org.crm, 'people', quiet.cursor, asked);
    expect(new Set(again.events.map((event) => event.id))).toEqual(new Set([lead, contactId]));
    for (const event of again.events) {
      const before = first.events.find((one) => one.id === event.id);
      expect(event).toMatchObject({ type: 'upsert', record: { dealOutcomes: ['won'] } });
      expect(event.type === 'upsert' && before?.type === 'upsert' && event.version !== before.version && event.at === before.at).toBe(true);
    }
  });

  test('come again when they lose their part in a deal', async () => {
    const org = sandboxOrg();
    const { contactId, opportunityId } = convertedLead(org, org.clock.now() - 2 * day);
    const first = await pass(org.crm, 'people', null, asked);
    const role = [...recordsIn(await pass(org.crm, 'deal-people')).values()].find((one) => one.dealId === opportunityId);
    await org.clock.advance(60 * minute);
    await org.user('DELETE', `/sobjects/OpportunityContactRole/${role?.id ?? ''}`);
    const again = recordsIn(await pass(org.crm, 'people', first.cursor, asked));
    expect(again.get(contactId)?.dealOutcomes).toEqual([]);
  });

  test('that were deleted or merged away say so', async () => {
    const org = sandboxOrg();
    const [a = '', b = '', c = ''] = [1, 2, 3].map((n) => org.half.seed.insert('Lead', person(n), { at: org.clock.now() - day }));
    const first = await pass(org.crm, 'people', null, asked);
    await org.clock.advance(60 * minute);
    await org.user('DELETE', `/sobjects/Lead/${a}`);
    await org.merge('Lead', c, b);
    const { events } = await pass(org.crm, 'people', first.cursor, asked);
    expect(events.find((event) => event.id === a)).toMatchObject({ type: 'deleted' });
    expect(events.find((event) => event.id === b)).toMatchObject({ type: 'merged', into: c });
  });

  test('outside the scope do not take part, and leave when they stop matching it', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - day;
    const inside = org.half.seed.insert('Lead', { ...person(1), LeadSource: 'Web' }, { at });
    org.half.seed.insert('Lead', { ...person(2), LeadSource: 'Other' }, { at });
    const scoped = { ...asked, scope: "LeadSource = 'Web' OR LeadSource = 'Phone Inquiry'" };
    const first = await pass(org.crm, 'people', null, scoped);
    expect(first.events.map((event) => event.id)).toEqual([inside]);
    await org.clock.advance(60 * minute);
    await org.user('PATCH', `/sobjects/Lead/${inside}`, { LeadSource: 'Other' });
    const { events } = await pass(org.crm, 'people', first.cursor, scoped);
    expect(events).toMatchObject([{ type: 'left', id: inside }]);
  });

  test('carry only the fields that these credentials see: a hidden field is absent, an empty one is null', async () => {
    const org = sandboxOrg();
    const id = org.half.seed.insert('Lead', person(1), { at: org.clock.now() });
    const options = { fields: ['Status', 'Title', 'Nope__c', '__proto__'] };
    expect(recordsIn(await pass(org.crm, 'people', null, options)).get(id)?.fields).toEqual(
      new Map([
        ['Status', 'Open - Not Contacted'],
        ['Title', null],
      ]),
    );
  });
});

describe('deals', () => {
  const history = (org: SandboxOrg, id: string, steps: readonly (readonly [string, number])[]): void => {
    for (const [StageName, at] of steps) org.half.seed.update('Opportunity', id, { StageName }, { at });
  };

  test('close when their stage says so, not on the date that people type, and count how often they came back', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 20 * day;
    const { opportunityId } = convertedLead(org, at);
    history(org, opportunityId, [
      ['Closed Lost', at + day],
      ['Negotiation/Review', at + 2 * day],
      ['Closed Won', at + 3 * day + 7_000],
    ]);
    const deal = recordsIn(await pass(org.crm, 'deals')).get(opportunityId);
    expect(deal).toMatchObject({
      outcome: 'won',
      closedAt: at + 3 * day + 7_000,
      closedPrecision: 'second',
      reopened: 1,
      amount: { minor: 120_050n, currency: 'USD' },
    });
  });

  test('that are open have no close, whatever their close date says', async () => {
    const org = sandboxOrg();
    const { opportunityId } = convertedLead(org, org.clock.now() - day);
    expect(recordsIn(await pass(org.crm, 'deals')).get(opportunityId)).toMatchObject({ outcome: 'open', closedAt: null });
  });

  test('say whether a person chose the campaign, and nothing where no history tells', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 3 * day;
    const { seed } = org.half;
    const campaign = seed.insert('Campaign', { Name: 'Spring' }, { at });
    const account = seed.insert('Account', { Name: 'Acme' }, { at });
    const deal = (CampaignId: string | null): string =>
      seed.insert(
        'Opportunity',
        { Name: 'Deal', AccountId: account, StageName: 'Prospecting', CloseDate: '2026-08-31', CampaignId },
        { at },
      );
    const [silent, byHand, byProgram, none] = [deal(campaign), deal(null), deal(null), deal(null)];
    seed.update('Opportunity', byHand, { CampaignId: campaign }, { at: at + day });
    const self = (await org.crm.account()).self.userId ?? '';
    seed.update('Opportunity', byProgram, { CampaignId: campaign }, { at: at + day, userId: self });
    const found = recordsIn(await pass(org.crm, 'deals'));
    expect([silent, byHand, byProgram, none].map((id) => found.get(id)?.campaignSetByPerson)).toEqual([null, true, false, null]);
  });

  test('have their own currency where the organisation has several, and its rates', async () => {
    const org = sandboxOrg({ multiCurrency: true, currency: 'EUR' });
    const at = org.clock.now() - day;
    const account = org.half.seed.insert('Account', { Name: 'Acme' }, { at });
    const id = org.half.seed.insert(
      'Opportunity',
      { Name: 'Deal', AccountId: account, StageName: 'Prospecting', CloseDate: '2026-08-31', Amount: 10, CurrencyIsoCode: 'EUR' },
      { at },
    );
    expect(await org.crm.account()).toMatchObject({ multiCurrency: true, currency: 'EUR' });
    expect(recordsIn(await pass(org.crm, 'deals')).get(id)?.amount).toEqual({ minor: 1000n, currency: 'EUR' });
    expect([...recordsIn(await pass(org.crm, 'rates')).values()]).toMatchObject([{ currency: 'EUR', rate: '1', corporate: true }]);
    expect((await pass(sandboxOrg().crm, 'rates')).events).toEqual([]);
  });
});

describe('touches', () => {
  test('of years ago are read although Salesforce has archived them', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 900 * day;
    const lead = org.half.seed.insert('Lead', person(1), { at });
    const old = org.half.seed.insert(
      'Task',
      { WhoId: lead, Subject: 'Call', Status: 'Completed', TaskSubtype: 'Call', ActivityDate: '2024-01-05' },
      { at },
    );
    expect(recordsIn(await pass(org.crm, 'touches')).get(old)).toMatchObject({ kind: 'call', personIds: [lead], actor: { kind: 'human' } });
  });

  test('that are open tasks are only scheduled, and known to the day', async () => {
    const org = sandboxOrg();
    const lead = org.half.seed.insert('Lead', person(1), { at: org.clock.now() });
    const task = org.half.seed.insert(
      'Task',
      { WhoId: lead, Subject: 'Call', Status: 'Not Started', TaskSubtype: 'Call', ActivityDate: '2026-06-03' },
      { at: org.clock.now() },
    );
    expect(recordsIn(await pass(org.crm, 'touches')).get(task)).toMatchObject({
      result: 'scheduled',
      occurredAt: Date.UTC(2026, 5, 3),
      precision: 'day',
    });
  });

  test('that are meetings are read again when their time has come', async () => {
    const org = sandboxOrg();
    const lead = org.half.seed.insert('Lead', person(1), { at: org.clock.now() - day });
    const StartDateTime = new Date(org.clock.now() + 3 * 60 * minute).toISOString();
    const event = org.half.seed.insert(
      'Event',
      { WhoId: lead, Subject: 'Meeting', StartDateTime, DurationInMinutes: 30 },
      { at: org.clock.now() - day },
    );
    const first = await pass(org.crm, 'touches');
    expect(recordsIn(first).get(event)).toMatchObject({ kind: 'meeting', result: 'scheduled' });
    await org.clock.advance(60 * minute);
    const between = await pass(org.crm, 'touches', first.cursor);
    expect(between.events).toEqual([]);
    await org.clock.advance(150 * minute);
    expect(recordsIn(await pass(org.crm, 'touches', between.cursor)).get(event)).toMatchObject({ result: 'held' });
  });
});

describe('the status history', () => {
  test('tells creation, status, owner and conversion of leads and the stages of deals, with both values', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 3 * day;
    const queue = [...recordsIn(await pass(org.crm, 'users')).values()].find((user) => user.kind === 'queue');
    const lead = org.half.seed.insert('Lead', { ...person(1), OwnerId: queue?.id }, { at });
    org.half.seed.update('Lead', lead, { Status: 'Working - Contacted' }, { at: at + minute });
    org.half.seed.update('Lead', lead, { OwnerId: '0055g0000000002AAA' }, { at: at + 2 * minute });
    const { opportunityId } = org.half.seed.convertLead(lead, {
      at: at + 3 * minute,
      opportunity: { Name: 'Deal', StageName: 'Prospecting', CloseDate: '2026-08-31' },
    });
    org.half.seed.update('Opportunity', opportunityId ?? '', { Amount: 5 }, { at: at + 4 * minute });
    const first = await pass(org.crm, 'status-history', null, asked);
    const told = [...recordsIn(first).values()].map((change) => [
      change.entity,
      change.field,
      change.from,
      change.to,
      (change.at - at) / minute,
    ]);
    expect(told).toEqual([
      ['person', 'created', null, null, 0],
      ['person', 'Status', 'Open - Not Contacted', 'Working - Contacted', 1],
      ['person', 'owner', queue?.id, '0055g0000000002AAA', 2],
      ['person', 'converted', null, null, 3],
      ['person', 'Status', 'Working - Contacted', 'Closed - Converted', 3],
      ['deal', 'StageName', null, 'Prospecting', 3],
    ]);
    expect(first.historyFrom).toBe(at);

    await org.clock.advance(60 * minute);
    org.half.seed.update('Opportunity', opportunityId ?? '', { StageName: 'Closed Lost' }, { at: org.clock.now() });
    const next = await pass(org.crm, 'status-history', first.cursor, asked);
    expect([...recordsIn(next).values()]).toMatchObject([{ from: 'Prospecting', to: 'Closed Lost', outcome: 'lost' }]);
    expect(next.historyFrom).toBe(at);
  });
});

describe('a pass', () => {
  const page = (records: readonly object[], more: { readonly total: number; readonly next?: string }): Told => ({
    body: {
      totalSize: more.total,
      done: more.next === undefined,
      records,
      ...(more.next === undefined ? {} : { nextRecordsUrl: more.next }),
    },
  });
  const account = (n: number): object => ({
    Id: `0015f${String(n).padStart(10, '0')}EAA`,
    Name: `A${n}`,
    SystemModstamp: `2026-05-01T00:00:0${n}.000+0000`,
    IsDeleted: false,
  });
  const org = (answer: (one: Asked) => Told) => fakeOrg((one) => describes(one) ?? answer(one));
  const crmOf = (fake: ReturnType<typeof org>) => salesforce({ instanceUrl, accessToken: 'x' }).connect(fake.ports);
  const locator = '/services/data/v67.0/query/01gD0000002HU6KIAW-2000';
  const following = (one: Asked): boolean => one.path.startsWith('/query/');

  test('follows the next pages on our own origin, whatever address the answer names', async () => {
    const fake = org((one) =>
      following(one) ? page([account(2)], { total: 2 }) : page([account(1)], { total: 2, next: `https://evil.example${locator}` }),
    );
    expect((await pass(crmOf(fake), 'accounts')).events).toHaveLength(2);
    expect(fake.sent.at(-1)).toMatchObject({ path: '/query/01gD0000002HU6KIAW-2000' });
  });

  test.each([
    'https://evil.example/steal',
    '/services/data/v67.0/sobjects/Lead',
    '//evil.example/services/data/v67.0/query/x',
    `${locator}?a=1`,
  ])('refuses %s as a next page', async (next) => {
    const fake = org(() => page([account(1)], { total: 2, next }));
    await expect(pass(crmOf(fake), 'accounts')).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });

  test('that delivers fewer rows than announced fails and leaves the cursor where it was', async () => {
    const fake = org((one) => (following(one) ? page([], { total: 2 }) : page([account(1)], { total: 2, next: locator })));
    await expect(pass(crmOf(fake), 'accounts')).rejects.toMatchObject({ code: 'INCOMPLETE_RESULT', retryable: true });
  });

  test('that comes to the same page twice halts', async () => {
    const fake = org(() => page([account(1)], { total: 9, next: locator }));
    await expect(pass(crmOf(fake), 'accounts')).rejects.toMatchObject({ code: 'REPEATED_PAGE' });
  });

  test('whose locator has expired goes on behind the last row with a new query', async () => {
    const fake = org((one) => {
      if (following(one)) return refused('INVALID_QUERY_LOCATOR', 'invalid query locator');
      return one.soql.includes('Id >') ? page([account(2)], { total: 1 }) : page([account(1)], { total: 2, next: locator });
    });
    const { events } = await pass(crmOf(fake), 'accounts');
    expect(events.map((event) => event.type === 'upsert' && event.record.name)).toEqual(['A1', 'A2']);
    expect(fake.sent.at(-1)?.soql).toContain(
      "(SystemModstamp > 2026-05-01T00:00:01Z OR (SystemModstamp = 2026-05-01T00:00:01Z AND Id > '0015f0000000001EAA'))",
    );
  });

  test('is refused when the cursor lies in the future of the server’s clock, instead of finding nothing for ever', async () => {
    const fake = org(() => rows([]));
    const ahead = JSON.stringify({
      v: 1,
      stream: 'accounts',
      since: [['Account', { at: fake.clock.now() + 3_600_000, id: null }]],
      from: null,
      pass: null,
    });
    await expect(pass(crmOf(fake), 'accounts', ahead as Cursor)).rejects.toMatchObject({ code: 'CURSOR_IN_FUTURE' });
  });

  test.each(['', 'nonsense', '{"v":2}', '{"v":1,"stream":"people","since":[],"from":null,"pass":null}'])(
    'is refused with the cursor %j',
    async (cursor) => {
      await expect(pass(crmOf(org(() => rows([]))), 'accounts', cursor as Cursor)).rejects.toMatchObject({ code: 'BAD_CURSOR' });
    },
  );

  test('over users goes on without profiles and roles where these are hidden', async () => {
    const user = { Id: '0055f0000000001AAA', Name: 'Sasha', SystemModstamp: '2026-05-01T00:00:00.000+0000', UserType: 'Standard' };
    const fake = fakeOrg((one) => {
      if (one.path === '/services/oauth2/userinfo') return { body: { user_id: user.Id, organization_id: '00D5f0000000001' } };
      if (one.path === '/sobjects/User/describe') return describeOf('User', ['Id', 'Name', 'SystemModstamp', 'UserType']);
      if (one.soql.includes('FROM Organization')) return rows([{ Id: '00D5f0000000001', Name: 'Acme' }]);
      if (one.soql.includes('Profile.Name')) return refused('INVALID_FIELD', "No such column 'Name' on entity 'Profile'");
      if (one.soql.includes('FROM User')) return rows([user]);
      return describes(one) ?? (one.soql.includes('FROM Group') ? rows([]) : refused('INVALID_TYPE'));
    });
    const { events } = await pass(crmOf(fake), 'users');
    expect(events).toMatchObject([{ id: user.Id, record: { name: 'Sasha', kind: 'integration', teams: [] } }]);
  });

  test('over an object that is hidden says which permission is missing, and the other streams go on', async () => {
    const fake = org(() => rows([]));
    await expect(pass(crmOf(fake), 'deals')).rejects.toMatchObject({ code: 'NO_PERMISSION', failure: 'permission' });
    expect((await pass(crmOf(fake), 'accounts')).events).toEqual([]);
  });
});

describe('the cost in calls', () => {
  const streams: readonly Stream[] = [
    'people',
    'accounts',
    'campaigns',
    'members',
    'deals',
    'deal-people',
    'touches',
    'status-history',
    'users',
    'rates',
  ];

  test('of an idle run over all streams with the account and the descriptions is 13', async () => {
    const org = sandboxOrg();
    convertedLead(org, org.clock.now() - 2 * day);
    const cursors = new Map<Stream, Cursor>();
    for (let round = 0; round < 2; round += 1) {
      for (const stream of streams) cursors.set(stream, (await pass(org.crm, stream, cursors.get(stream) ?? null, asked)).cursor);
      await org.clock.advance(60 * minute);
    }
    const before = org.half.counts().calls;
    const run = org.connect();
    await run.account();
    for (const stream of streams) {
      const found = await pass(run, stream, cursors.get(stream) ?? null, asked);
      expect(found.events).toEqual([]);
    }
    expect(org.half.counts().calls - before).toBe(13);
  });

  test('of finding, reading again, writing and checking 4,000 changed leads is their number by the sizes, and little more', async () => {
    const org = sandboxOrg({ edition: 'unlimited' });
    const at = org.clock.now() - 5 * minute;
    const ids = Array.from({ length: 4_000 }, (_, n) => org.half.seed.insert('Lead', person(n), { at }));
    const run = org.connect();
    await run.account();
    await run.describe();
    const since = async (work: () => Promise<unknown>): Promise<number> => {
      const before = org.half.counts().calls;
      await work();
      return org.half.counts().calls - before;
    };
    const refs = ids.map((id) => ({ id: id as never, object: 'Lead' }));
    const find = await since(() => pass(run, 'people', null, asked));
    const read = await since(() => run.read('person', refs, { fields: ['Status'] }));
    const write = await since(() =>
      run.write(
        'person',
        refs.map((ref, n) => ({ intentId: `i${n}`, op: 'update', ...ref, fields: new Map([['Status', 'Working - Contacted']]) })),
      ),
    );
    const check = await since(() => run.read('person', refs.slice(0, 2_000), { fields: ['Status'], history: true }));
    // Finding: two pages and who made the leads; checking: the records and one call for four queries of histories.
    expect({ find, read, write, check }).toEqual({ find: 3, read: 2, write: 4, check: 3 });
  });
});
