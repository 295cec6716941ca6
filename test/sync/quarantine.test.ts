import { describe, expect, test } from 'vitest';
import { withPolicy } from '../support/settings.ts';
import { twoCrms } from '../support/two-crms.ts';

/** Both sides changed Ann's status, and the policy is to ask; Bob is fine. */
async function disputed() {
  const crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const bob = crms.pair('bob@example.com');
  const t = await crms.open({ settings: withPolicy('ask') });
  await t.sync({ yes: true });
  const at = crms.later();
  crms.marketing.world.edit(ann.m, 'status', 'Not a fit', { at });
  crms.sales.world.edit(ann.s, 'status', 'Working', { at });
  crms.sales.world.edit(bob.s, 'status', 'Working', { at });
  crms.later();
  return { crms, t, ann, bob };
}

describe('a conflict under the policy ask', () => {
  test('is held back with the way to decide it, keeps nobody else waiting, and nothing is written', async () => {
    const { crms, t, ann, bob } = await disputed();
    await using _ = crms;
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 1 });
    expect(crms.statuses(ann)).toEqual(['Not a fit', 'Working']);
    expect(crms.statuses(bob)).toEqual(['In progress', 'Working']);
    const [entry] = await t.quarantine('ann@example.com');
    expect(entry).toMatchObject({ code: 'CONFLICT', recordId: ann.m, cause: expect.stringMatching(/Not a fit.*Working/) });
    expect(entry?.fix).toContain(`truce quarantine settle ${ann.m} --field status --prefer`);
    expect(await t.quarantine('bob@example.com')).toEqual([]);
  });

  test.each([
    ['sales', ['In progress', 'Working']],
    ['marketing', ['Not a fit', 'Closed']],
  ] as const)('is decided for %s: the next sync writes it, and the record is held back no more', async (prefer, wanted) => {
    const { crms, t, ann } = await disputed();
    await using _ = crms;
    await t.sync({ yes: true });
    expect(await t.settle('ann@example.com', { prefer })).toContain(`${prefer}'s status`);
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0, plan: { conflict: 0 } });
    expect(crms.statuses(ann)).toEqual(wanted);
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 0 });
  });

  test('that somebody ends by hand leaves quarantine by itself', async () => {
    const { crms, t, ann } = await disputed();
    await using _ = crms;
    await t.sync({ yes: true });
    crms.marketing.world.edit(ann.m, 'status', 'In progress', { at: crms.later() });
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 0 });
  });

  test('is merged anew when the other side changes after the decision', async () => {
    const { crms, t, ann } = await disputed();
    await using _ = crms;
    await t.sync({ yes: true });
    await t.settle('ann@example.com', { prefer: 'sales' });
    crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() });
    crms.later();
    // What the person decided about is not there any more: it is asked again.
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, quarantined: 1 });
    expect(crms.statuses(ann)).toEqual(['Later', 'Working']);
  });

  test('names the mistake: nobody, or no such field', async () => {
    const { crms, t } = await disputed();
    await using _ = crms;
    await expect(t.settle('nobody@example.com', { prefer: 'sales' })).rejects.toMatchObject({ code: 'PERSON_NOT_FOUND' });
    await expect(t.settle('ann@example.com', { prefer: 'sales', field: 'size' })).rejects.toMatchObject({ code: 'FIELD_UNKNOWN' });
  });
});

describe('retry', () => {
  test('has what was refused tried with the next run instead of waiting', async () => {
    await using crms = twoCrms();
    const ann = crms.pair('ann@example.com', { marketing: 'Fresh', sales: 'Working' });
    let refusing = true;
    const connect = crms.marketing.connect.bind(crms.marketing);
    const refusal = { status: 'rejected', code: 'VALIDATION_RULE', cause: 'rule', fix: 'ask an admin', retryable: false } as const;
    const t = await crms.open({
      marketing: {
        ...crms.marketing,
        connect: (ports: Parameters<typeof connect>[0]) => {
          const crm = connect(ports);
          const write: typeof crm.write = async (kind, batch) =>
            refusing ? batch.map(({ intentId }) => ({ intentId, ...refusal })) : crm.write(kind, batch);
          return { ...crm, write };
        },
      },
    });
    expect(await t.sync({ yes: true })).toMatchObject({ rejected: 1, quarantined: 1 });
    refusing = false;
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0, rejected: 0, quarantined: 1 });
    expect(await t.retry('ann@example.com')).toBe(1);
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 1, quarantined: 0 });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
  });
});
