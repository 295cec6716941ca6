import { describe, expect, test } from 'vitest';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import type { OwnStem, ReadAnswer, Ref } from '../../../src/crm.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import { describes, fakeOrg, instanceUrl, refused, rows } from './fake.ts';
import { sandboxOrg } from './org.ts';

const fields = { fields: ['Status'] };
const idsIn = (answers: readonly ReadAnswer<'person'>[]): readonly (readonly string[])[] =>
  answers.map((answer) => answer.found.map((one) => one.record.id));
const lead = (email: string | null, more: object = {}): Record<string, unknown> => ({
  LastName: 'Doe',
  Company: 'Acme',
  Email: email,
  ...more,
});

describe('reading people', () => {
  test('by id takes the short form of an id too, and answers in the order asked', async () => {
    const org = sandboxOrg();
    const [a = '', b = ''] = ['a@example.com', 'b@example.com'].map((email) =>
      org.half.seed.insert('Lead', lead(email), { at: org.clock.now() }),
    );
    const refs: Ref[] = [
      { id: b.slice(0, 15) as RecordId },
      { id: '00Q5g0000000099' as RecordId },
      { id: a as RecordId },
      { id: "x' OR Id != '" as RecordId },
    ];
    const answers = await org.crm.read('person', refs, fields);
    expect(answers.map((answer) => answer.ref)).toEqual(refs);
    expect(idsIn(answers)).toEqual([[b], [], [a], []]);
  });

  test('by address finds leads and contacts alike, whatever stands in the address', async () => {
    const org = sandboxOrg();
    const at = org.clock.now();
    const account = org.half.seed.insert('Account', { Name: 'Acme' }, { at });
    const quoted = org.half.seed.insert('Lead', lead("o'neil@example.com"), { at });
    const contact = org.half.seed.insert('Contact', { LastName: 'Doe', Email: 'shared@example.com', AccountId: account }, { at });
    const twin = org.half.seed.insert('Lead', lead('Shared@Example.com'), { at });
    const answers = await org.crm.read(
      'person',
      [{ email: " O'NEIL@example.com " }, { email: 'shared@example.com' }, { email: "') OR Id != null OR Email IN ('" }],
      fields,
    );
    expect(idsIn(answers)).toEqual([[quoted], [twin, contact], []]);
  });

  test('by an empty address or key finds nobody, even where records have none', async () => {
    const org = sandboxOrg();
    const id = org.half.seed.insert('Lead', lead(null), { at: org.clock.now() });
    const answers = await org.crm.read(
      'person',
      [{ email: '' }, { email: '  ' }, { key: '' }, { email: 'x\ud800@example.com' }, { id: id as RecordId }],
      fields,
    );
    expect(idsIn(answers)).toEqual([[], [], [], [], [id]]);
  });

  test('takes one call for each 2,000 ids', async () => {
    const org = sandboxOrg();
    const ids = Array.from({ length: 2_001 }, (_, n) => org.half.seed.insert('Lead', lead(`p${n}@example.com`), { at: org.clock.now() }));
    await org.crm.describe();
    await org.crm.read('person', [{ id: ids[0] as RecordId }], fields);
    const before = org.half.counts().calls;
    const answers = await org.crm.read(
      'person',
      ids.map((id) => ({ id: id as RecordId })),
      fields,
    );
    expect(org.half.counts().calls - before).toBe(2);
    expect(answers.every((answer) => answer.found.length === 1)).toBe(true);
  });

  test('gives the history of a lead with the value it was created with, and none where nothing is kept', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 60_000;
    const id = org.half.seed.insert('Lead', lead('a@example.com'), { at });
    org.half.seed.update('Lead', id, { Status: 'Working - Contacted' }, { at: at + 30_000 });
    const self = (await org.crm.account()).self.userId ?? '';
    await org.crm.write('person', [
      { intentId: 'i', op: 'update', id: id as RecordId, fields: new Map([['Status', 'Closed - Not Converted']]) },
    ]);
    const [answer] = await org.crm.read('person', [{ id: id as RecordId }], { fields: ['Status', 'Title'], history: true });
    const history = answer?.found[0]?.history;
    expect(history?.get('Status')?.map((entry) => [entry.value, entry.actor.kind, entry.at - at])).toEqual([
      ['Closed - Not Converted', 'truce', 60_000],
      ['Working - Contacted', 'human', 30_000],
      ['Open - Not Contacted', 'human', 0],
    ]);
    expect(history?.get('Status')?.[0]?.actor.userId).toBe(self);
    expect(history?.has('Nope__c')).toBe(false);
  });

  test('says nothing about a value’s beginning when the history does not reach back to the creation', async () => {
    const row = {
      Id: '00Q5f0000000001EAA',
      SystemModstamp: '2026-05-01T00:00:00.000+0000',
      CreatedDate: '2020-05-01T00:00:00.000+0000',
      Status: 'Working',
    };
    const step = {
      Id: '0175f0000000001AAA',
      LeadId: row.Id,
      Field: 'Status',
      OldValue: 'Open',
      NewValue: 'Working',
      CreatedDate: '2026-04-01T00:00:00.000+0000',
      CreatedById: null,
    };
    const fake = fakeOrg(
      (asked) => describes(asked) ?? (asked.method === 'POST' ? { body: [row] } : rows(asked.soql.includes('LeadHistory') ? [step] : [])),
    );
    const [answer] = await salesforce({ instanceUrl, accessToken: 'x' })
      .connect(fake.ports)
      .read('person', [{ id: row.Id as RecordId }], { fields: ['Status', 'Company'], history: true });
    expect(answer?.found[0]?.history).toEqual(
      new Map([
        [
          'Status',
          [{ value: 'Working', at: Date.UTC(2026, 3, 1), precision: 'second', actor: { kind: 'unknown', userId: null, label: null } }],
        ],
      ]),
    );
  });

  test('works without any history where the organisation keeps none', async () => {
    const row = {
      Id: '00Q5f0000000001EAA',
      SystemModstamp: '2026-05-01T00:00:00.000+0000',
      CreatedDate: '2020-05-01T00:00:00.000+0000',
      Status: 'Working',
    };
    const fake = fakeOrg(
      (asked) =>
        describes(asked) ??
        (asked.method === 'POST' ? { body: [row] } : refused('INVALID_TYPE', "sObject type 'LeadHistory' is not supported.")),
    );
    const [answer] = await salesforce({ instanceUrl, accessToken: 'x' })
      .connect(fake.ports)
      .read('person', [{ id: row.Id as RecordId }], { ...fields, history: true });
    expect(answer?.found[0]?.history.size).toBe(0);
  });

  test('refuses a collection with another number of records than asked for', async () => {
    const fake = fakeOrg((asked) => describes(asked) ?? { body: [] });
    const crm = salesforce({ instanceUrl, accessToken: 'x' }).connect(fake.ports);
    await expect(crm.read('person', [{ id: '00Q5f0000000001EAA' as RecordId }], fields)).rejects.toMatchObject({ code: 'BAD_ANSWER' });
  });
});

describe('reading campaigns and members', () => {
  test('gives Truce’s own fields by stem', async () => {
    const org = sandboxOrg();
    const id = org.half.seed.insert('Campaign', { Name: 'Spring', BudgetedCost: 900 }, { at: org.clock.now() }) as RecordId;
    const own = new Map<OwnStem, FieldValue>([
      ['won_deals', 3],
      ['won_amount', '1234.50'],
      ['win_rate', 37.5],
      ['loss_reasons', 'Price: 2\nTiming: 1'],
      ['first_closed_at', '2026-05-01T10:00:00.000Z'],
    ]);
    expect(await org.crm.write('campaign', [{ intentId: 'i', op: 'update', id, fields: new Map(), own }])).toMatchObject([
      { status: 'applied' },
    ]);
    const [answer] = await org.crm.read('campaign', [{ id }], { fields: ['Name'], own: [...own.keys()] });
    expect(answer?.found[0]?.own).toEqual(new Map<string, unknown>([...own, ['won_amount', '1234.5']]));
    expect(answer?.found[0]?.record).toMatchObject({ name: 'Spring', cost: { minor: 90_000n, currency: 'USD' } });
    expect(await org.user('GET', `/sobjects/Campaign/${id}`)).toMatchObject({
      Truce_Won_Deals__c: 3,
      Truce_Won_Amount__c: 1234.5,
      Truce_Win_Rate__c: 37.5,
    });
  });

  test('writes outcomes on members without touching the person', async () => {
    const org = sandboxOrg();
    const at = org.clock.now() - 60_000;
    const campaign = org.half.seed.insert('Campaign', { Name: 'Spring' }, { at });
    const person = org.half.seed.insert('Lead', lead('a@example.com'), { at });
    const id = org.half.seed.insert('CampaignMember', { CampaignId: campaign, LeadId: person, Status: 'Sent' }, { at }) as RecordId;
    expect(
      await org.crm.write('member', [{ intentId: 'i', op: 'update', id, fields: new Map(), own: new Map([['outcome', 'won']]) }]),
    ).toMatchObject([{ status: 'applied', id }]);
    const [answer] = await org.crm.read('member', [{ id }], { fields: [], own: ['outcome'] });
    expect(answer?.found[0]).toMatchObject({ record: { campaignId: campaign, personId: person }, own: new Map([['outcome', 'won']]) });
  });
});
