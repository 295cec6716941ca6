import { describe, expect, test } from 'vitest';
import type { RecordId } from '../../src/model/words.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

const group = { ambiguous: 'group' } as const;

/** One contact and several leads with her address, each with a status. */
function ann(crms: TwoCrms, statuses: readonly string[], marketing = 'Ready') {
  const email = 'ann@example.com';
  const m = crms.marketing.world.addPerson({ id: 'm-ann', email, status: marketing, at: crms.now() });
  const leads = statuses.map((status, index) => {
    crms.later();
    return crms.sales.world.addPerson({ id: `s-ann${index}`, email, status, at: crms.now() });
  });
  const shown = (): readonly unknown[] => [m, ...leads].map((id) => world(crms, id).person(id)?.fields.get('status'));
  return { m, leads, shown };
}

function world(crms: TwoCrms, id: RecordId) {
  return id.startsWith('m-') ? crms.marketing.world : crms.sales.world;
}

async function quiet(crms: TwoCrms, t: Awaited<ReturnType<TwoCrms['open']>>): Promise<void> {
  crms.later();
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0, conflict: 0 } });
}

describe('several leads of one person, grouped', () => {
  test('stand where the lead furthest on stands, and what marketing decides goes to all open ones', async () => {
    await using crms = twoCrms({ config: group });
    const { m, shown } = ann(crms, ['Open', 'Working', 'Closed']);
    const t = await crms.open();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['In progress', 'Open', 'Working', 'Closed']);
    expect((await t.status()).people).toMatchObject({ linked: 1, ambiguous: 0 });
    await quiet(crms, t);
    crms.marketing.world.edit(m, 'status', 'Not a fit', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 2 });
    expect(shown()).toEqual(['Not a fit', 'Closed', 'Closed', 'Closed']);
    await quiet(crms, t);
  });

  test('are rejected only when the last open one is, and taken up again by one of them', async () => {
    await using crms = twoCrms({ config: group });
    const { leads, shown } = ann(crms, ['Open', 'Open']);
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.sales.world.edit(leads[0] as RecordId, 'status', 'Closed', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['Ready', 'Closed', 'Open']);
    crms.sales.world.edit(leads[1] as RecordId, 'status', 'Closed', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['Not a fit', 'Closed', 'Closed']);
    crms.sales.world.edit(leads[0] as RecordId, 'status', 'Working', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['In progress', 'Working', 'Closed']);
    await quiet(crms, t);
  });

  test('that differ in another field are left as they are, and get it when they are the same', async () => {
    const fields = [
      {
        name: 'company',
        marketing: 'company',
        sales: 'company',
        policy: 'prefer-sales' as const,
        direction: 'both' as const,
        prefer: 'sales' as const,
        blankOverwrites: false,
      },
    ];
    await using crms = twoCrms({ config: { ...group, fields } });
    const { m, leads } = ann(crms, ['Open', 'Open']);
    const companies = (): readonly unknown[] => [m, ...leads].map((id) => world(crms, id).person(id)?.fields.get('company'));
    crms.marketing.world.edit(m, 'company', 'Acme', { at: crms.later() });
    crms.sales.world.edit(leads[0] as RecordId, 'company', 'Acme Ltd', { at: crms.later() });
    crms.sales.world.edit(leads[1] as RecordId, 'company', 'Umbrella', { at: crms.later() });
    crms.later();
    const t = await crms.open();
    await t.sync({ yes: true });
    expect(companies()).toEqual(['Acme', 'Acme Ltd', 'Umbrella']);
    crms.sales.world.edit(leads[1] as RecordId, 'company', 'Acme Ltd', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(companies()).toEqual(['Acme Ltd', 'Acme Ltd', 'Acme Ltd']);
    crms.marketing.world.edit(m, 'company', 'Acme AG', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(companies()).toEqual(['Acme AG', 'Acme AG', 'Acme AG']);
    await quiet(crms, t);
  });

  test('of which one is deleted: the rest is compared afresh, and marketing is not set back', async () => {
    await using crms = twoCrms({ config: group });
    const { leads, shown } = ann(crms, ['Open', 'Working']);
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.sales.world.remove(leads[1] as RecordId, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 1 } });
    expect(shown()).toEqual(['In progress', 'Working', undefined]);
    await quiet(crms, t);
  });

  test('a lead and a contact with the address are one person: the lead has the status', async () => {
    await using crms = twoCrms({ config: group });
    const { m, leads, shown } = ann(crms, ['Open']);
    crms.sales.world.addPerson({ id: 's-contact', object: 'Contact', email: 'ann@example.com', at: crms.later() });
    const t = await crms.open();
    await t.sync({ yes: true });
    expect((await t.status()).people).toMatchObject({ linked: 1, ambiguous: 0 });
    crms.sales.world.edit(leads[0] as RecordId, 'status', 'Working', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['In progress', 'Working']);
    expect(m).toBe('m-ann');
    await quiet(crms, t);
  });

  test('two contacts of marketing stay two people: nobody is guessed', async () => {
    await using crms = twoCrms({ config: group, marketing: { uniqueEmail: false } });
    const { shown } = ann(crms, ['Working', 'Open']);
    crms.marketing.world.addPerson({ id: 'm-other', email: 'ann@example.com', status: 'Ready', at: crms.now() });
    const t = await crms.open();
    await t.sync({ yes: true });
    expect(shown()).toEqual(['Ready', 'Working', 'Open']);
    expect((await t.status()).people.linked).toBe(0);
  });
});

describe('all addresses of a person', () => {
  test('a secondary address finds the counterpart', async () => {
    await using crms = twoCrms();
    const at = crms.now();
    const m = crms.marketing.world.addPerson({
      id: 'm-1',
      email: 'new@example.com',
      otherEmails: ['Old@Example.com '],
      status: 'Ready',
      at,
    });
    const s = crms.sales.world.addPerson({ id: 's-1', email: 'old@example.com', status: 'Working', at });
    const t = await crms.open();
    await t.sync({ yes: true });
    expect(crms.statuses({ m, s })).toEqual(['In progress', 'Working']);
  });
});

describe('a deleted record', () => {
  test('is not replaced by a newcomer with the same address: somebody has to say so', async () => {
    await using crms = twoCrms();
    const pair = crms.pair('ann@example.com');
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.remove(pair.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 1 } });
    const m = crms.marketing.world.addPerson({ id: 'm-new', email: 'ann@example.com', status: 'In progress', at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 1 });
    expect(await t.quarantine()).toMatchObject([{ recordId: m, code: 'COUNTERPART_DELETED', fix: expect.stringContaining('link review') }]);
    expect(crms.statuses({ m, s: pair.s })).toEqual(['In progress', 'Open']);
    await quiet(crms, t);
  });

  test('is linked anew where the configuration says so', async () => {
    await using crms = twoCrms({ config: { deletes: { returning: 'link' } } });
    const pair = crms.pair('ann@example.com');
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.remove(pair.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 1 } });
    const m = crms.marketing.world.addPerson({ id: 'm-new', email: 'ann@example.com', status: 'In progress', at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses({ m, s: pair.s })).toEqual(['In progress', 'Working']);
  });
});

describe('a merge', () => {
  test('in marketing joins two pairs: the survivor keeps its lead, the other lead waits, nothing is made again', async () => {
    await using crms = twoCrms();
    const [ann, double] = [crms.pair('ann@example.com'), crms.pair('ann@old.example.com')];
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.merge(ann.m, double.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 2 } });
    expect((await t.status()).people).toMatchObject({ linked: 1 });
    expect(await t.quarantine(double.s)).toMatchObject([{ code: 'AMBIGUOUS_MATCH', side: 'sales', recordId: double.s }]);
    await quiet(crms, t);
  });

  test('in marketing joins two pairs to one person where leads are grouped', async () => {
    await using crms = twoCrms({ config: group });
    const [ann, double] = [crms.pair('ann@example.com'), crms.pair('ann@old.example.com')];
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.marketing.world.merge(ann.m, double.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 2 } });
    expect((await t.status()).people).toMatchObject({ linked: 1, ambiguous: 0 });
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect([ann.s, double.s].map((id) => crms.sales.world.person(id)?.fields.get('status'))).toEqual(['Closed', 'Closed']);
  });

  test('in sales joins two pairs as well, and a conversion is followed: one person, nothing lost, nothing made again', async () => {
    await using crms = twoCrms();
    const [ann, double] = [crms.pair('ann@example.com'), crms.pair('ann@old.example.com')];
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.sales.world.merge(ann.s, double.s, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true, allow: { unlinks: 2 } });
    expect((await t.status()).people).toMatchObject({ linked: 1 });
    expect(await t.quarantine(double.m)).toMatchObject([{ code: 'AMBIGUOUS_MATCH', side: 'marketing', recordId: double.m }]);
    const { contactId } = crms.sales.world.convert(ann.s, { at: crms.later(), deal: { outcome: 'open' } });
    crms.later();
    await t.sync({ yes: true });
    expect((await t.identity(ann.m))[0]?.records.map((record) => record.id).toSorted()).toEqual([contactId, ann.m, ann.s].toSorted());
    expect(crms.marketing.world.person(ann.m)?.fields.get('status')).toBe('Deal');
    await quiet(crms, t);
  });
});
