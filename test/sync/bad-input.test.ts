import { describe, expect, test } from 'vitest';
import { CrmError } from '../../src/errors.ts';
import type { ChangePage, Cursor, Stream } from '../../src/crm.ts';
import type { RecordId, Side } from '../../src/model/words.ts';
import type { Coverage, Warehouse } from '../../src/warehouse/types.ts';
import { openState } from '../../src/state/open.ts';
import { testConfig } from '../support/settings.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

describe('what is held back', () => {
  test('two leads with one address: nobody is written to, both ids are named, and the merge lets them go', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com', { sales: 'Working' });
    const other = crms.sales.world.addPerson({ email: 'ANN@example.com', status: 'Closed', at: crms.later() });
    const bob = crms.pair('bob@example.com', { sales: 'Working' });
    const t = await crms.open();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 1 });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Working']);
    expect(crms.statuses(bob)).toEqual(['In progress', 'Working']);
    const [entry] = (await t.status()).quarantine;
    expect(entry).toMatchObject({ side: 'marketing', recordId: ann.m, code: 'AMBIGUOUS_MATCH', cause: expect.stringContaining(other) });
    crms.sales.world.merge(ann.s, other, { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
    expect(crms.statuses(ann)[0]).toBe('In progress');
  });

  test('a status without a rung holds its person back, and the corrected configuration lets it go', async () => {
    await using crms = twoCrms({ sales: { statusOptions: ['Open', 'Working', 'Closed', 'Nurturing'] } });
    const ann = crms.pair('ann@example.com', { sales: 'Nurturing' });
    const bob = crms.pair('bob@example.com', { sales: 'Working' });
    const t = await crms.open();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 1 });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Nurturing']);
    expect(crms.statuses(bob)[0]).toBe('In progress');
    expect((await t.status()).quarantine).toMatchObject([
      { side: 'sales', code: 'UNKNOWN_STATUS', fix: expect.stringContaining('status.sales.reads') },
    ]);
    await t.close();
    const { status } = testConfig();
    const reads = { ...status?.sales?.reads, Nurturing: 'recycled' as const };
    const again = await crms.open({ config: testConfig({ status: { ...status, sales: { ...status?.sales, reads } } }) });
    crms.later();
    expect(await again.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
    expect(crms.statuses(ann)).toEqual(['Later', 'Nurturing']);
  });

  test('a malformed address is named with the fix; the record is kept and synced once it is mended', async () => {
    await using crms = twoCrms();
    const m = crms.marketing.world.addPerson({ email: 'ann(at)example.com', status: 'Ready' });
    const s = crms.sales.world.addPerson({ email: 'ann@example.com', status: 'Working' });
    const t = await crms.open();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 1 });
    expect((await t.status()).quarantine).toMatchObject([
      { recordId: m, code: 'MALFORMED_EMAIL', fix: expect.stringContaining('address') },
    ]);
    crms.marketing.world.edit(m, 'email', 'ann@example.com', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
    expect(crms.statuses({ m, s })[0]).toBe('In progress');
  });

  test('a record that the CRM refuses is isolated, tried again with back-off, and at once when somebody changes it', async () => {
    await using crms = twoCrms();
    const pairs = ['a', 'b', 'c'].map((name) => crms.pair(`${name}@example.com`, { sales: 'Working' }));
    const poison = pairs[1]!.m;
    let poisoned = true;
    const connect = crms.marketing.connect.bind(crms.marketing);
    const marketing = {
      ...crms.marketing,
      connect: (ports: Parameters<typeof connect>[0]) => {
        const crm = connect(ports);
        const write: typeof crm.write = async (kind, batch) => {
          const good = await crm.write(
            kind,
            batch.filter((item) => !poisoned || item.id !== poison),
          );
          const bad = batch.filter((item) => poisoned && item.id === poison);
          // In another order than asked: results are matched by intent.
          return [
            ...bad.map(({ intentId }) => ({
              intentId,
              status: 'rejected' as const,
              code: 'VALIDATION_RULE' as const,
              cause: 'rule',
              fix: 'ask an admin',
              retryable: false,
            })),
            ...good,
          ].toReversed();
        };
        return { ...crm, write };
      },
    };
    const t = await crms.open({ marketing });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 2, rejected: 1, quarantined: 1 });
    expect(pairs.map((pair) => crms.statuses(pair)[0])).toEqual(['In progress', 'Ready', 'In progress']);
    expect((await t.status()).quarantine).toMatchObject([{ recordId: poison, code: 'VALIDATION_RULE', fix: 'ask an admin', attempts: 1 }]);
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, rejected: 0, quarantined: 1 });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ rejected: 1, quarantined: 1 });
    expect((await t.status()).quarantine).toMatchObject([{ attempts: 2 }]);
    poisoned = false;
    crms.sales.world.edit(pairs[1]!.s, 'status', 'Closed', { at: crms.later() - 3_599_000 });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
    expect(crms.statuses(pairs[1]!)).toEqual(['Not a fit', 'Closed']);
  });

  test('a value that is no option of the target is held back before anything is sent', async () => {
    await using crms = twoCrms({ sales: { statusOptions: ['Open', 'Working'] } });
    crms.pair('ann@example.com', { marketing: 'Not a fit', sales: 'Open' });
    const t = await crms.open();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, rejected: 0, quarantined: 1 });
    expect(crms.writes()).toEqual([0, 0]);
    expect((await t.status()).quarantine).toMatchObject([{ code: 'VALUE_NOT_ALLOWED', cause: expect.stringContaining('"Closed"') }]);
    expect((await t.check()).problems.map((problem) => problem.code)).toContain('VALUE_MISSING');
  });
});

/** Leaves a field of sales there, but empty. */
function empty({ sales }: TwoCrms, id: RecordId, field: string): void {
  sales.world.edit(id, field, 'something');
  sales.world.edit(id, field, null);
}

describe('fields', () => {
  const hostile = ['__proto__', 'constructor', 'toString'];

  test('may be called __proto__ or constructor, and sync like any other', async () => {
    const fields = hostile.map((name) => ({ name }));
    await using crms = twoCrms({ marketing: { fields }, sales: { fields } });
    const values = (text: string) => new Map(hostile.map((name) => [name, `${text} ${name}`] as const));
    const m = crms.marketing.world.addPerson({ email: 'ann@example.com', status: 'Ready', fields: values('new') });
    const s = crms.sales.world.addPerson({ email: 'ann@example.com', status: 'Open' });
    for (const name of hostile) empty(crms, s, name);
    const t = await crms.open({
      config: testConfig({
        fields: hostile.map((name, index) => ({
          name: `f${index}`,
          marketing: name,
          sales: name,
          direction: 'both',
          policy: 'most-recent',
          prefer: 'sales',
          blankOverwrites: false,
        })),
      }),
    });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
    for (const name of hostile) expect(crms.sales.world.person(s)?.fields.get(name)).toBe(`new ${name}`);
    expect(({} as Record<string, unknown>)['new']).toBeUndefined();
    crms.sales.world.edit(s, '__proto__', 'changed', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.marketing.world.person(m)?.fields.get('__proto__')).toBe('changed');
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0 } });
  });

  test('that are not there stop a sync by name, before anything is read or written', async () => {
    await using crms = twoCrms();
    crms.pair('ann@example.com', { sales: 'Working' });
    const fields = [
      {
        name: 'size',
        marketing: 'company_size',
        sales: 'company',
        direction: 'both',
        policy: 'most-recent',
        prefer: 'sales',
        blankOverwrites: false,
      },
    ] as const;
    const t = await crms.open({ config: testConfig({ fields }) });
    await expect(t.sync({ yes: true })).rejects.toMatchObject({
      name: 'PlanError',
      code: 'FIELD_MISSING',
      message: expect.stringContaining('company_size'),
    });
    expect(crms.writes()).toEqual([0, 0]);
  });

  test('that are mapped later are read for everybody, though no record changed', async () => {
    await using crms = twoCrms({ marketing: { fields: [{ name: 'title' }] }, sales: { fields: [{ name: 'title' }] } });
    const m = crms.marketing.world.addPerson({ email: 'ann@example.com', status: 'Ready', fields: { title: 'CEO' } });
    const s = crms.sales.world.addPerson({ email: 'ann@example.com', status: 'Open' });
    empty(crms, s, 'title');
    const t = await crms.open();
    await t.sync({ yes: true });
    await t.close();
    const fields = [
      {
        name: 'title',
        marketing: 'title',
        sales: 'title',
        direction: 'both',
        policy: 'most-recent',
        prefer: 'sales',
        blankOverwrites: false,
      },
    ] as const;
    const again = await crms.open({ config: testConfig({ fields }) });
    crms.later();
    expect(await again.sync({ yes: true })).toMatchObject({ applied: 1 });
    expect(crms.sales.world.person(s)?.fields.get('title')).toBe('CEO');
    expect(crms.marketing.world.person(m)?.fields.get('title')).toBe('CEO');
  });
});

describe('records come and go', () => {
  test('a deleted record unlinks, is never made again, and its counterpart is left alone', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com');
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    crms.sales.world.remove(ann.s, { at: crms.later() });
    crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { create: 0 } });
    expect([...crms.sales.world.people()]).toHaveLength(1);
    expect((await t.status()).people).toMatchObject({ marketing: 2, sales: 1, linked: 1 });
  });

  test('an erased person leaves no value in the journal', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com', { sales: 'Working' });
    crms.pair('bob@example.com');
    const t = await crms.open();
    await t.sync({ yes: true });
    expect((await t.explain('ann@example.com')).intents[0]?.line.changes).not.toEqual([]);
    crms.marketing.world.remove(ann.m, { erased: true, at: crms.later() });
    crms.later();
    await t.pull();
    await expect(t.explain(ann.m)).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await t.close();
    const state = await openState({ path: crms.statePath });
    const [intent] = await state.journal.ofRecord('marketing', ann.m);
    expect(intent).toMatchObject({ status: 'applied', before: [], bases: [], line: { changes: [] } });
    await state.close();
  });

  test('two contacts merged in marketing: the link goes to the one that remains', async () => {
    await using crms = twoCrms({ marketing: { mergeMakesNewId: true } });
    const ann = crms.pair('ann@example.com');
    const double = crms.marketing.world.addPerson({ email: 'ann@other.example', status: 'Fresh' });
    const t = await crms.open();
    await t.sync({ yes: true });
    const remains = crms.marketing.world.merge(double, ann.m, { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses({ m: remains, s: ann.s })).toEqual(['In progress', 'Working']);
  });

  test('a change that the search shows late, again and out of order undoes nothing', async () => {
    await using crms = twoCrms({ marketing: { lagMs: 600_000, overlapMs: 7_200_000 }, sales: { overlapMs: 7_200_000 } });
    const ann = crms.pair('ann@example.com');
    const t = await crms.open();
    crms.later();
    await t.sync({ yes: true });
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1 });
    const writes = crms.writes();
    for (let run = 0; run < 4; run += 1) {
      expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, plan: { update: 0 } });
      crms.later();
    }
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    expect(crms.writes()).toEqual(writes);
  });
});

describe('the warehouse', () => {
  /** Takes pages in until it is told to fail. */
  function fakeWarehouse() {
    const cursors = new Map<string, Cursor>();
    const loaded: string[] = [];
    const control = { failing: false, loaded };
    const warehouse: Warehouse = {
      query: async () => [],
      stream: async function* () {},
      cursor: async (side: Side, stream: Stream) => cursors.get(`${side} ${stream}`) ?? null,
      coverage: async (): Promise<Coverage[]> =>
        [...cursors.keys()].map((key) => ({
          side: key.split(' ')[0] as Side,
          stream: key.split(' ')[1] as Stream,
          complete: true,
          historyFrom: null,
          asOf: 0,
        })),
      load: async <S extends Stream>(side: Side, stream: S, page: ChangePage<S>) => {
        if (control.failing) throw new Error('locked');
        loaded.push(...page.events.map((event) => `${side} ${stream} ${event.id}`));
        cursors.set(`${side} ${stream}`, page.cursor);
      },
      merge: async () => ({ leads: 0, deals: 0, campaigns: 0, touches: 0, duplicateTouches: 0, unmapped: [], dealsWithoutRate: 0 }),
      close: async () => undefined,
    };
    return { control, warehouse };
  }

  test('that fails never fails a status sync, and catches up with what it missed', async () => {
    await using crms = twoCrms({ config: { guards: { canary: 0 } } });
    const ann = crms.pair('ann@example.com');
    const { control, warehouse } = fakeWarehouse();
    const t = await crms.open({ warehouse: async () => warehouse });
    await t.pull();
    expect(control.loaded).toContain(`marketing people ${ann.m}`);
    control.loaded.length = 0;
    control.failing = true;
    crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({
      applied: 1,
      warehouse: 'behind',
      outcomes: { stopped: { code: 'WAREHOUSE_BEHIND' } },
    });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    await expect(t.pull()).rejects.toThrow('locked');
    control.failing = false;
    await t.pull();
    expect(control.loaded).toContain(`sales people ${ann.s}`);
  });

  test('a stream without permission is named, and the others go on', async () => {
    await using crms = twoCrms({ config: { mode: 'observe' } });
    crms.pair('ann@example.com');
    const connect = crms.sales.connect.bind(crms.sales);
    const sales = {
      ...crms.sales,
      connect: (ports: Parameters<typeof connect>[0]) => {
        const crm = connect(ports);
        const changes: typeof crm.changes = (stream, cursor, options) => {
          if (stream !== 'campaigns') return crm.changes(stream, cursor, options);
          throw new CrmError('PERMISSION_DENIED', 'no access to campaigns', {
            system: 'crm-s',
            failure: 'permission',
            hint: 'Grant read access to campaigns.',
          });
        };
        return { ...crm, changes };
      },
    };
    const { control, warehouse } = fakeWarehouse();
    const t = await crms.open({ sales, warehouse: async () => warehouse });
    const result = await t.pull();
    expect(result.problems).toMatchObject([
      { side: 'sales', stream: 'campaigns', code: 'PERMISSION_DENIED', hint: expect.stringContaining('campaigns') },
    ]);
    expect(control.loaded.some((entry) => entry.startsWith('sales people'))).toBe(true);
  });
});

test('wrong credentials end the run before anything is written, with what to do', async () => {
  await using crms = twoCrms();
  crms.pair('ann@example.com', { sales: 'Working' });
  crms.sales.world.fail({
    on: 'account',
    when: 'before',
    error: new CrmError('UNAUTHENTICATED', 'the token is not valid', {
      system: 'crm-s',
      failure: 'authentication',
      hint: 'Make a new token.',
    }),
  });
  const t = await crms.open();
  await expect(t.sync({ yes: true })).rejects.toMatchObject({ name: 'CrmError', failure: 'authentication' });
  expect((await t.status()).runs[0]).toMatchObject({ status: 'failed', code: 'UNAUTHENTICATED' });
  expect(crms.writes()).toEqual([0, 0]);
});

test('an aborted run stops between batches, says so, and the next one does the rest', async () => {
  await using crms = twoCrms({ marketing: { perCall: { write: 2 } } });
  const pairs = Array.from({ length: 6 }, (_, n) => crms.pair(`p${n}@example.com`, { sales: 'Working' }));
  const t = await crms.open();
  const stop = new AbortController();
  crms.marketing.world.interleave({ on: 'write', when: 'after' }, () => stop.abort(new Error('enough')));
  await expect(t.sync({ yes: true, signal: stop.signal })).rejects.toThrow('enough');
  expect(pairs.filter((pair) => crms.statuses(pair)[0] === 'In progress')).toHaveLength(2);
  expect((await t.status()).openIntents).toBe(0);
  expect(await t.sync({ yes: true })).toMatchObject({ applied: 4 });
});
