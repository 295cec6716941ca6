import { expect, it } from 'vitest';

import type { Stream, StreamRecords } from '../../src/crm.ts';
import type { Side } from '../../src/model/words.ts';
import type { OutcomeLead } from '../../src/outcomes/facts.ts';
import { memorySource, openLedger, originOf, planOutcomes, warehouseSource } from '../../src/outcomes/index.ts';
import { openWarehouse } from '../../src/warehouse/duckdb.ts';
import * as make from '../warehouse/records.ts';
import { day, id, links, page, settings, start } from '../warehouse/records.ts';
import { FieldStore, MemoryLedger } from './facts.ts';

const collect = async <T>(rows: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
};

it('what both CRMs hold becomes campaigns, deals with evidence, leads and members', async () => {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  const load = <S extends Stream>(side: Side, stream: S, ...records: StreamRecords[S][]): Promise<void> =>
    warehouse.load(side, stream, page<S>(records));
  await load(
    'marketing',
    'campaigns',
    make.campaign('m1', { name: 'Spring', utm: 'spring', currency: 'EUR', cost: { minor: 900n, currency: 'EUR' } }),
  );
  await load('sales', 'campaigns', make.campaign('s1', { name: 'Spring' }), make.campaign('s2', { name: 'Fair' }));
  await load('sales', 'users', make.user('Seller', { teams: ['field sales'] }));
  await load(
    'marketing',
    'people',
    make.person('C1', { hints: new Map([['utm_campaign', 'Spring']]) }),
    make.person('C2', { emails: ['boss@us.example'] }),
  );
  await load(
    'sales',
    'people',
    make.person('L1', {
      object: 'Lead',
      createdAt: start + day,
      converted: { contactId: id('K1'), accountId: null, dealId: id('O1'), at: start + 5 * day, precision: 'ms' },
      dealOutcomes: ['won'],
      fields: new Map([['status', 'Accepted']]),
    }),
    make.person('K1', { object: 'Contact', createdAt: start + 5 * day }),
    make.person('L2', { object: 'Lead', fields: new Map([['status', 'Rejected']]) }),
  );
  await load(
    'sales',
    'members',
    make.member('cm1', 's2', 'L1', { addedAt: start + 2 * day, respondedAt: start + 3 * day, responded: true }),
  );
  await load(
    'sales',
    'deals',
    make.deal('O1', {
      outcome: 'won',
      closedAt: start + 20 * day,
      amount: { minor: 5n, currency: 'EUR' },
      campaignId: id('s1'),
      campaignSetByPerson: false,
    }),
  );
  await load(
    'sales',
    'touches',
    make.touch('T1', 'L1', start + 2 * day, { actor: { kind: 'human', userId: id('Seller'), label: null } }),
    make.touch('T2', 'L2', start + 2 * day, {
      actor: { kind: 'human', userId: id('Seller'), label: null },
      result: 'bounced',
      kind: 'email',
    }),
  );
  await load(
    'sales',
    'status-history',
    make.change('H1', 'L1', ['New', 'Handed']),
    make.change('H2', 'L2', ['Handed', 'Rejected'], { at: start + 4 * day }),
  );
  await warehouse.merge(links(['marketing', 'C1', 'P1'], ['sales', 'L1', 'P1']), settings);

  const source = warehouseSource(warehouse, settings);
  expect(await collect(source.campaigns())).toEqual([
    {
      id: 'marketing:m1',
      name: 'Spring',
      records: [
        { side: 'marketing', id: 'm1', currency: 'EUR' },
        { side: 'sales', id: 's1', currency: null },
      ],
      cost: { minor: 900n, currency: 'EUR' },
    },
    { id: 'sales:s2', name: 'Fair', records: [{ side: 'sales', id: 's2', currency: null }], cost: null },
  ]);
  const [deal] = await collect(source.deals());
  expect(deal).toMatchObject({
    id: 'sales:O1',
    outcome: 'won',
    closedAt: start + 20 * day,
    amount: { minor: 5n, currency: 'EUR' },
    campaignId: 'marketing:m1',
    campaignSetByPerson: false,
    leadIds: ['P1'],
  });
  expect(originOf(deal!, settings.outcomes.rules)).toMatchObject({
    rule: 'first-responded-member',
    campaignId: 'sales:s2',
    chain: ['response of campaign member cm1 on 2026-01-08', 'person P1', 'deal sales:O1'],
    answers: [
      { rule: 'primary-campaign-by-person', campaignId: null },
      { rule: 'first-responded-member', campaignId: 'sales:s2' },
      { rule: 'marketing-campaign', campaignId: 'marketing:m1' },
      { rule: 'utm', campaignId: 'marketing:m1' },
    ],
  });
  const rejected: OutcomeLead = {
    id: 'sales:L2',
    campaignId: null,
    createdAt: start,
    handed: true,
    handedAt: start,
    lastAttemptAt: null,
    rejected: true,
    everRejected: true,
    rejectionReason: null,
    rejectedAt: start + 4 * day,
    dealIds: [],
    targets: [{ side: 'sales', id: id('L2'), object: 'Lead' }],
  };
  expect(await collect(source.leads())).toEqual([
    {
      id: 'P1',
      campaignId: 'marketing:m1',
      createdAt: start,
      handed: true,
      handedAt: start + day,
      lastAttemptAt: start + 2 * day,
      rejected: false,
      everRejected: false,
      rejectionReason: null,
      rejectedAt: null,
      dealIds: ['sales:O1'],
      targets: [
        { side: 'marketing', id: 'C1', object: 'contact' },
        { side: 'sales', id: 'K1', object: 'Contact' },
      ],
    },
    rejected,
  ]);
  expect(await collect(source.members())).toEqual([{ side: 'sales', id: 'cm1', leadId: 'P1' }]);
});

it('the same rows give the same plan from the warehouse and from memory, in any order', async () => {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  await warehouse.load('marketing', 'campaigns', page<'campaigns'>([make.campaign('m1'), make.campaign('m2')]));
  await warehouse.load(
    'marketing',
    'people',
    page<'people'>([1, 2, 3].map((n) => make.person(`C${n}`, { hints: new Map([['utm_campaign', `m${(n % 2) + 1}`]]) }))),
  );
  await warehouse.load(
    'marketing',
    'deals',
    page<'deals'>(
      [1, 2, 3].map((n) =>
        make.deal(`D${n}`, {
          outcome: n === 3 ? 'lost' : 'won',
          closedAt: start + 20 * day,
          amount: { minor: BigInt(n), currency: 'EUR' },
        }),
      ),
    ),
  );
  await warehouse.load('marketing', 'deal-people', page<'deal-people'>([1, 2, 3].map((n) => make.dealPerson(`R${n}`, `D${n}`, `C${n}`))));
  await warehouse.merge(links(), settings);
  const stored = warehouseSource(warehouse, settings);
  const memory = memorySource({
    campaigns: (await collect(stored.campaigns())).toReversed(),
    deals: (await collect(stored.deals())).toReversed(),
    leads: (await collect(stored.leads())).toReversed(),
    coverage: await stored.coverage(),
  });
  const plan = async (source: typeof stored): Promise<unknown> => {
    const side = (name: Side) => {
      const { port } = new FieldStore(name);
      return { ...port, crm: { ...port.crm, capabilities: { ...port.crm.capabilities, streams: {} } } };
    };
    const made = await planOutcomes({
      source,
      settings,
      ledger: new MemoryLedger(),
      sides: { marketing: side('marketing'), sales: side('sales') },
      written: () => Promise.resolve(null),
      now: start + 60 * day,
    });
    const lines = await collect(made.lines());
    return lines.toSorted((a, b) => (a.id < b.id ? -1 : 1));
  };
  const fromWarehouse = await plan(stored);
  expect(fromWarehouse).toEqual(await plan(memory));
  expect(fromWarehouse).toHaveLength(5);
  const ledger = await openLedger(new MemoryLedger(), await collect(stored.campaigns()), settings.outcomes.rules);
  const campaigns = (await collect(stored.deals())).map((deal) => ledger.campaignOf(deal));
  expect(campaigns).toEqual(['marketing:m2', 'marketing:m1', 'marketing:m2']);
});

it('a warehouse that was made anew writes no outcome until every stream is read to its end again', async () => {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  const sides = { marketing: new FieldStore('marketing').port, sales: new FieldStore('sales').port };
  const plan = async (): Promise<number> => {
    await warehouse.merge(links(), settings);
    const source = warehouseSource(warehouse, settings);
    const made = await planOutcomes({
      source,
      settings,
      ledger: new MemoryLedger(),
      sides,
      written: () => Promise.resolve(null),
      now: start + 60 * day,
    });
    return (await collect(made.lines())).length;
  };
  for (const side of ['marketing', 'sales'] as const) {
    await warehouse.load(side, 'campaigns', page<'campaigns'>([make.campaign(`${side}-k`)]));
    await warehouse.load(side, 'people', page<'people'>([make.person(`${side}-p`)]));
  }
  await warehouse.load('marketing', 'deals', page<'deals'>([]));
  await warehouse.load('sales', 'deals', page<'deals'>([make.deal('O1')], { done: false }));
  await expect(plan()).rejects.toMatchObject({ code: 'COVERAGE_INCOMPLETE', message: expect.stringMatching(/: sales deals\.$/u) });
  await warehouse.load('sales', 'deals', page<'deals'>([make.deal('O2')]));
  expect(await plan()).toBe(2);
});

it('a rejection that a sync copied to the other CRM stays the rejection it was', async () => {
  await using warehouse = await openWarehouse(':memory:', { memoryLimit: '512MB', threads: 1 });
  const rejectedAt = start + 4 * day;
  const lead = async (): Promise<OutcomeLead | undefined> => {
    await warehouse.merge(links(['marketing', 'C1', 'P1'], ['sales', 'L1', 'P1']), settings);
    return (await collect(warehouseSource(warehouse, settings).leads()))[0];
  };
  await warehouse.load('marketing', 'people', page<'people'>([make.person('C1', { fields: new Map([['status', 'Rejected']]) })]));
  await warehouse.load('sales', 'people', page<'people'>([make.person('L1', { object: 'Lead', fields: new Map([['status', 'Handed']]) })]));
  await warehouse.load(
    'marketing',
    'status-history',
    page<'status-history'>([make.change('H1', 'C1', ['Handed', 'Rejected'], { at: rejectedAt })]),
  );
  const before = await lead();
  expect(before).toMatchObject({ rejected: true, rejectedAt });
  await warehouse.load(
    'sales',
    'people',
    page<'people'>([make.person('L1', { object: 'Lead', fields: new Map([['status', 'Rejected']]) })]),
  );
  await warehouse.load(
    'sales',
    'status-history',
    page<'status-history'>([make.change('H2', 'L1', ['Handed', 'Rejected'], { at: rejectedAt + 30 * day })]),
  );
  expect(await lead()).toEqual(before);
});
