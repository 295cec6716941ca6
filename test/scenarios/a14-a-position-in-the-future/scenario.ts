import { DatabaseSync } from 'node:sqlite';
import type { Scenario } from '../stage.ts';

const dayMs = 86_400_000;

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const ann = await both.twin('ann');
  await both.later(3_600_000);
  await stage.sync(await both.open());
  await both.setLead(ann.lead, { Status: 'Working - Contacted' });
  await both.later();
  const slow = { ...both.ports, clock: { now: () => both.box.clock.now() - dayMs, sleep: async () => undefined } };
  const back = await both.open({ ports: slow });
  const still = await stage.sync(back);
  stage.never('our own clock decides what is new', still.result?.applied === 1);
  await back.close();
  aDayAhead(both.statePath);
  await both.setLead(ann.lead, { Status: 'Closed - Not Converted' });
  await both.later();
  const t = await both.open();
  const halted = await stage.sync(t);
  stage.note(`repair: ${/`([^`]+)`/.exec(halted.hint ?? '')?.[1] ?? 'none'}`);
  const rebuilt = await stage.pull(t, { rebuild: true });
  const after = await stage.sync(t);
  stage.never('a position in the future is called "nothing new"', halted.exit === 6 && halted.code === 'POSITION_UNUSABLE');
  stage.never('the repair does not repair', rebuilt.exit === 0 && after.result?.applied === 1);
  await both.end({ ann });
};

/** What a state looks like that was written while the clocks stood a day later. */
function aDayAhead(path: string): void {
  const db = new DatabaseSync(path);
  for (const row of db.prepare('SELECT side, stream, cursor FROM cursors').all()) {
    const cursor = String(row['cursor']).replaceAll(/\b1\d{12}\b/g, (stamp) => String(Number(stamp) + dayMs));
    db.prepare('UPDATE cursors SET cursor = ?, as_of = as_of + ? WHERE side = ? AND stream = ?').run(
      cursor,
      dayMs,
      row['side'] ?? '',
      row['stream'] ?? '',
    );
  }
  db.close();
}
