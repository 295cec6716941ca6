import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Crm } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { Ports } from '../../src/ports.ts';
import { openState } from '../../src/state/open.ts';
import { marketingOptions, testSettings } from '../support/settings.ts';
import { twoCrms, type TwoCrms } from '../support/two-crms.ts';

/** What users and bad luck do; `sync` lets Truce run in between. */
type Step =
  | { readonly do: 'edit'; readonly side: 'marketing' | 'sales'; readonly who: number; readonly to: string }
  | { readonly do: 'sync' }
  | { readonly do: 'restart' }
  /** Somebody edits the moment before a write lands. */
  | { readonly do: 'race'; readonly side: 'marketing' | 'sales'; readonly who: number; readonly to: string }
  | {
      readonly do: 'fault';
      readonly side: 'marketing' | 'sales';
      readonly on: 'changes' | 'read' | 'write';
      readonly when: 'before' | 'after';
      readonly thrown: boolean;
    };

const people = 3;
const side = fc.constantFrom('marketing' as const, 'sales' as const);
const edit = fc.tuple(side, fc.nat(people - 1), fc.nat(99)).map(([where, who, n]) => {
  const options = where === 'marketing' ? marketingOptions : ['Open', 'Working', 'Closed'];
  return { side: where, who, to: options[n % options.length] ?? '' };
});
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: edit.map((what): Step => ({ do: 'edit', ...what })) },
  { weight: 4, arbitrary: fc.constant<Step>({ do: 'sync' }) },
  { weight: 1, arbitrary: fc.constant<Step>({ do: 'restart' }) },
  { weight: 2, arbitrary: edit.map((what): Step => ({ do: 'race', ...what })) },
  {
    weight: 1,
    arbitrary: fc
      .record({
        side,
        on: fc.constantFrom('changes' as const, 'read' as const, 'write' as const),
        when: fc.constantFrom('before' as const, 'after' as const),
        thrown: fc.boolean(),
      })
      .map((fault): Step => ({ do: 'fault', ...fault })),
  },
);

const conditional = [true, false] as const;

/** Notes what Truce has read, and what it wrote, in order. */
function watched(crms: TwoCrms, where: 'marketing' | 'sales') {
  const reads: { readonly seq: number; readonly id: string; readonly modifiedAt: number; readonly value: unknown }[] = [];
  const writes: { readonly seq: number; readonly id: string; readonly value: unknown; readonly at: number }[] = [];
  let seq = 0;
  const inner = crms[where];
  const connect = (ports: Ports): Crm => {
    const crm = inner.connect(ports);
    return {
      ...crm,
      async *changes(stream, cursor, options) {
        for await (const page of crm.changes(stream, cursor, options)) {
          for (const event of page.events) {
            const value = event.type === 'upsert' && 'fields' in event.record ? event.record.fields.get('status') : undefined;
            reads.push({ seq: (seq += 1), id: event.id, modifiedAt: event.at, value });
          }
          yield page;
        }
      },
      read: async (kind, refs, options) => {
        const answers = await crm.read(kind, refs, options);
        for (const { found } of answers) {
          for (const one of found)
            reads.push({ seq: (seq += 1), id: one.record.id, modifiedAt: one.modifiedAt, value: one.fields.get('status') });
        }
        return answers;
      },
      write: async (kind, batch) => {
        const begun = (seq += 1);
        let refused: ReadonlySet<string> = new Set();
        try {
          const results = await crm.write(kind, batch);
          refused = new Set(results.filter((result) => result.status === 'rejected').map((result) => result.intentId));
          return results;
        } finally {
          for (const item of batch) {
            if (!refused.has(item.intentId))
              writes.push({ seq: begun, id: item.id ?? '', value: item.fields.get('status'), at: crms.now() });
          }
        }
      },
    };
  };
  /** Edits of people that a write of ours hid although nobody had read them, and that nobody gave back. */
  const lost = async (id: RecordId): Promise<readonly string[]> => {
    const look = () => inner.connect(crms.ports as Ports).read('person', [{ id }], { fields: ['status'], history: true });
    let [answer] = await look().catch(() => []);
    // Faults that nobody has met yet hit the looking itself.
    for (let tries = 0; answer === undefined && tries < 20; tries += 1) [answer] = await look().catch(() => []);
    const entries = answer?.found[0]?.history.get('status') ?? [];
    return entries.flatMap((entry, index) => {
      const beneath = entries[index + 1];
      if (entry.actor.kind !== 'truce' || beneath === undefined || beneath.actor.kind === 'truce' || beneath.value === entry.value)
        return [];
      const write = writes.find((one) => one.id === id && one.value === entry.value && one.at === entry.at);
      const before = reads.filter((read) => read.id === id && read.seq < (write?.seq ?? 0));
      // Who sets the very value again that was read last has said nothing new.
      const known = before.some((read) => read.modifiedAt >= beneath.at) || before.at(-1)?.value === beneath.value;
      const givenBack = entries.slice(0, index).some((later) => later.actor.kind !== 'truce' || later.value === beneath.value);
      return known || givenBack ? [] : [`${where} ${id}: "${String(beneath.value)}" under "${String(entry.value)}"`];
    });
  };
  return { factory: { ...inner, connect }, lost };
}

test('whatever users and faults do, no edit is lost unread, both CRMs agree in the end, nothing is left open, and a further run writes nothing', async () => {
  const { status } = testSettings();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 14 }), fc.constantFrom(...conditional), async (steps, conditionalWrite) => {
      await using crms = twoCrms({ sales: { conditionalWrite, stampPrecision: 'ms' }, config: { guards: { canary: 0 } } });
      const pairs = Array.from({ length: people }, (_, n) => crms.pair(`p${n}@example.com`));
      const human = { marketing: new Map<number, string[]>(), sales: new Map<number, string[]>() };
      const act = (what: { side: 'marketing' | 'sales'; who: number; to: string }): void => {
        const pair = pairs[what.who]!;
        crms[what.side].world.edit(what.side === 'marketing' ? pair.m : pair.s, 'status', what.to, { at: crms.later() });
        human[what.side].set(what.who, [...(human[what.side].get(what.who) ?? []), what.to]);
      };
      const [marketing, sales] = [watched(crms, 'marketing'), watched(crms, 'sales')];
      const open = () => crms.open({ marketing: marketing.factory, sales: sales.factory });
      let t = await open();
      for (const one of steps) {
        if (one.do === 'edit') act(one);
        else if (one.do === 'race') crms[one.side].world.interleave({ on: 'write', when: 'before' }, () => act(one));
        else if (one.do === 'fault') {
          const error = new CrmError('NETWORK', 'cut', { system: 'x', failure: 'network', hint: 'again' });
          crms[one.side].world.fail({ on: one.on, when: one.when, ...(one.thrown ? { error } : {}) });
        } else if (one.do === 'restart') {
          await t.close();
          t = await open();
        } else {
          crms.later();
          await t.sync().catch(() => undefined);
        }
      }
      // Faults and races that are still waiting for their call use it up in these runs.
      for (let run = 0; run < 6; run += 1) {
        crms.later();
        await t.sync().catch(() => undefined);
      }
      const writes = crms.writes();
      crms.later();
      const last = await t.sync();
      expect(last).toMatchObject({ applied: 0, rejected: 0, raced: 0, quarantined: 0 });
      expect(crms.writes()).toEqual(writes);
      expect((await t.status()).openIntents).toBe(0);
      await t.close();

      const state = await openState({ path: crms.statePath });
      for (const [who, pair] of pairs.entries()) {
        expect([...(await marketing.lost(pair.m)), ...(await sales.lost(pair.s))]).toEqual([]);
        const [m, s] = crms.statuses(pair);
        const person = [...(await state.links.page({ after: '', limit: 10, all: true }))].find((one) =>
          one.members.some((member) => member.id === pair.m),
        );
        const held = person?.bases.get('status')?.held ?? null;
        if (held === null) expect([who, status.sales.reads.get(String(s))]).toEqual([who, status.marketing.reads.get(String(m))]);
        // Nothing is invented: what stands in a CRM was set by a person there, or is the word for what one set on the other side.
        const said = (human.marketing.get(who) ?? ['Ready']).concat('Ready').map((one) => status.marketing.reads.get(one));
        const saidSales = (human.sales.get(who) ?? []).concat('Open').map((one) => status.sales.reads.get(one));
        expect([...said, ...saidSales]).toContain(status.marketing.reads.get(String(m)));
        expect([...said, ...saidSales]).toContain(status.sales.reads.get(String(s)));
      }
      await state.close();
    }),
    { numRuns: 60 },
  );
}, 60_000);
