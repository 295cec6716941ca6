import { describe, expect, test } from 'vitest';
import { twoCrms } from '../support/two-crms.ts';

/** Ann was Ready and Open; sales then set Working, and a sync wrote In progress to marketing. */
async function synced() {
  const crms = twoCrms();
  const ann = crms.pair('ann@example.com');
  const t = await crms.open();
  await t.sync({ yes: true });
  crms.sales.world.edit(ann.s, 'status', 'Working', { at: crms.later() });
  crms.later();
  const { run } = await t.sync({ yes: true });
  expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
  crms.later();
  return { crms, ann, t, run };
}

describe('undo', () => {
  test('puts back what the run wrote, and a sync after it writes nothing, however often it runs', async () => {
    const { crms, ann, t, run } = await synced();
    await using _ = crms;
    expect(await t.undo(run)).toMatchObject({ undone: run, restored: 1, leftAlone: 0, created: 0, frozen: 1 });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Working']);
    const writes = crms.writes();
    for (let again = 0; again < 2; again += 1) {
      crms.later();
      expect(await t.sync({ yes: true })).toMatchObject({ plan: { update: 0 }, applied: 0 });
    }
    expect(crms.writes()).toEqual(writes);
    expect(crms.statuses(ann)).toEqual(['Ready', 'Working']);
    expect((await t.status()).frozen).toMatchObject([{ runId: run, fields: 1 }]);
  });

  test('leaves alone what somebody has changed since', async () => {
    const { crms, ann, t, run } = await synced();
    await using _ = crms;
    crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() });
    crms.later();
    expect(await t.undo(run)).toMatchObject({ restored: 0, leftAlone: 1, frozen: 1 });
    expect(crms.statuses(ann)).toEqual(['Later', 'Working']);
  });

  test('restores the agreement too: after a release the sync decides as it did before', async () => {
    const { crms, ann, t, run } = await synced();
    await using _ = crms;
    await t.undo(run);
    expect(await t.release(run)).toEqual({ released: 1 });
    crms.later();
    const again = await t.sync({ yes: true });
    // Not a conflict: marketing stands where both once agreed, sales has moved.
    expect(again).toMatchObject({ plan: { update: 1, conflict: 0 }, applied: 1 });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    await expect(t.release(run)).rejects.toMatchObject({ code: 'NOTHING_FROZEN' });
  });

  test('of several writes to one record goes back to before the first', async () => {
    await using crms = twoCrms({ config: { guards: { canary: 0 } } });
    const ann = crms.pair('ann@example.com', { marketing: 'Fresh', sales: 'Open' });
    const t = await crms.open();
    const first = await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Open']);
    crms.later();
    await t.undo(first.run);
    expect(crms.statuses(ann)).toEqual(['Fresh', 'Open']);
    await t.release(first.run);
    crms.later();
    await t.sync({ yes: true });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Open']);
  });

  test('that was cut off before it wrote anything has frozen the fields, and can be started again', async () => {
    const { crms, ann, t, run } = await synced();
    await using _ = crms;
    const stop = new AbortController();
    t.on('phase', (phase) => void (phase === 'apply' && stop.abort()));
    await expect(t.undo(run, { signal: stop.signal })).rejects.toThrow(/abort/i);
    crms.later();
    expect(await t.sync({ yes: true })).toMatchObject({ applied: 0 });
    expect(crms.statuses(ann)).toEqual(['In progress', 'Working']);
    crms.later();
    expect(await t.undo(run)).toMatchObject({ restored: 1 });
    expect(crms.statuses(ann)).toEqual(['Ready', 'Working']);
  });

  test("a user's edit in the moment of the undo is given back", async () => {
    const { crms, ann, run } = await synced();
    await using _ = crms;
    let edited = false;
    const t = await crms.open({
      beforeWrite: (line) => {
        if (line.room === 'undo' && !edited) {
          edited = true;
          crms.marketing.world.edit(ann.m, 'status', 'Later', { at: crms.later() });
          crms.later();
        }
        return true;
      },
    });
    expect(await t.undo(run)).toMatchObject({ restored: 0, leftAlone: 1 });
    expect(edited).toBe(true);
    expect(crms.statuses(ann)).toEqual(['Later', 'Working']);
  });

  test('of an unknown run, of an undo, and of a run that wrote nothing is refused with the way out', async () => {
    const { crms, t, run } = await synced();
    await using _ = crms;
    await expect(t.undo('run_nothing')).rejects.toMatchObject({ code: 'RUN_NOT_FOUND' });
    const undone = await t.undo(run);
    await expect(t.undo(undone.run)).rejects.toMatchObject({ code: 'UNDO_OF_UNDO' });
    crms.later();
    const idle = await t.sync({ yes: true });
    await expect(t.undo(idle.run)).rejects.toMatchObject({ code: 'NOTHING_TO_UNDO' });
    // The undo's own id releases, too.
    expect(await t.release(undone.run)).toEqual({ released: 1 });
  });
});
