import { describe, expect, it } from 'vitest';

import type { OwnFieldState } from '../../src/crm.ts';
import { PlanError } from '../../src/errors.ts';
import type { PlanLine } from '../../src/model/plan.ts';
import type { Side } from '../../src/model/words.ts';
import {
  memorySource,
  outcomeFields,
  planOutcomes,
  writtenBefore,
  type OutcomeFacts,
  type OutcomeInput,
  type OutcomePlan,
} from '../../src/outcomes/index.ts';
import type { Intent } from '../../src/state/types.ts';
import type { Coverage } from '../../src/warehouse/types.ts';
import { settings } from '../warehouse/records.ts';
import { campaign, day, deal, evidence, FieldStore, lead, MemoryLedger, now } from './facts.ts';

const coverage: readonly Coverage[] = (['marketing', 'sales'] as const).flatMap((side) =>
  (['people', 'campaigns', 'deals'] as const).map((stream) => ({ side, stream, complete: true, historyFrom: null, asOf: now })),
);
const euro = (minor: bigint) => ({ minor, currency: 'EUR' });
const won = deal('d1', {
  outcome: 'won',
  closedAt: now - 3 * day + 123,
  amount: euro(12_345n),
  leadIds: ['p1'],
  evidence: [evidence('a')],
});
const facts: OutcomeFacts = {
  coverage,
  campaigns: [campaign('a'), campaign('b')],
  deals: [won],
  leads: [
    lead('p1', { campaignId: 'a', handed: true, dealIds: ['d1'] }),
    lead('p2', { campaignId: 'b', rejected: true, rejectedAt: now - day, rejectionReason: 'no fit' }),
    lead('p3'),
  ],
};

/** Both CRMs, the ledger and the journal, and what planning and applying over them gives. */
class World {
  readonly marketing = new FieldStore('marketing');
  readonly sales = new FieldStore('sales', ['campaign', 'person', 'member']);
  readonly ledger = new MemoryLedger();
  readonly applied: Intent[] = [];

  input(over: Partial<OutcomeFacts> = {}, at: number = now): OutcomeInput {
    return {
      source: memorySource({ ...facts, ...over }),
      settings,
      ledger: this.ledger,
      sides: { marketing: this.marketing.port, sales: this.sales.port },
      written: writtenBefore({
        ofRecord: (side, id) => Promise.resolve(this.applied.filter((one) => one.line.side === side && one.line.recordId === id)),
      }),
      now: at,
    };
  }

  /** Plans, and writes every line into the stores and the journal as applying would. */
  async run(
    over: Partial<OutcomeFacts> = {},
    at: number = now,
  ): Promise<{ readonly plan: OutcomePlan; readonly lines: readonly PlanLine[] }> {
    const plan = await planOutcomes(this.input(over, at));
    const lines = await collect(plan);
    this.ledger.put(plan.ledger);
    for (const line of lines) {
      const held = this[line.side].fields(line.kind, String(line.recordId));
      for (const change of line.changes) held.set(change.own!, change.after);
      this.applied.push({ line, status: 'applied', at } as unknown as Intent);
    }
    return { plan, lines };
  }
}

const collect = async (plan: OutcomePlan): Promise<readonly PlanLine[]> => {
  const lines: PlanLine[] = [];
  for await (const line of plan.lines()) lines.push(line);
  return lines;
};
const after = (line: PlanLine | undefined): Record<string, unknown> =>
  Object.fromEntries((line?.changes ?? []).map((change) => [change.name, change.after]));
const lineOf = (lines: readonly PlanLine[], side: Side, id: string): PlanLine | undefined =>
  lines.find((line) => line.side === side && line.recordId === id);

describe('planning outcomes', () => {
  it("writes the same figures to both CRMs' campaigns, and a person's outcome to each of its records", async () => {
    const { lines, plan } = await new World().run();
    const figures = after(lineOf(lines, 'marketing', 'm-a'));
    expect(figures).toEqual(after(lineOf(lines, 'sales', 's-a')));
    expect(figures).toMatchObject({
      leads: 1,
      won_deals: 1,
      won_amount: '123.45',
      win_rate: 100,
      last_closed_at: '2026-11-19T00:00:00.000Z',
      outcomes_updated_at: '2026-11-22T00:00:00.000Z',
    });
    expect(after(lineOf(lines, 'sales', 's-p1'))).toEqual({
      outcome: 'won',
      outcome_amount: '123.45',
      outcome_closed_at: '2026-11-19T00:00:00.000Z',
      outcome_campaign: 'Campaign a',
    });
    expect(after(lineOf(lines, 'marketing', 'm-p2'))).toEqual({
      outcome: 'rejected',
      outcome_reason: 'no fit',
      outcome_closed_at: '2026-11-21T00:00:00.000Z',
      outcome_campaign: 'Campaign b',
    });
    expect(plan.counts).toEqual({
      campaign: { planned: 4, unchanged: 0, missing: 0 },
      person: { planned: 4, unchanged: 0, missing: 0 },
      member: { planned: 0, unchanged: 0, missing: 0 },
    });
  });

  it('gives each line its reason, what it may start, and links to both records', async () => {
    const { lines } = await new World().run();
    const line = lineOf(lines, 'sales', 's-a')!;
    expect(line).toMatchObject({
      room: 'outcomes',
      op: 'update',
      kind: 'campaign',
      linkId: 'a',
      conflict: false,
      urls: { sales: 'https://sales.example/campaign/s-a', marketing: 'https://marketing.example/campaign/m-a' },
    });
    const change = line.changes.find((one) => one.name === 'won_deals')!;
    expect(change).toMatchObject({
      own: 'won_deals',
      remote: null,
      before: undefined,
      rule: 'recompute',
      sideEffect: 'starts workflow "Tell the boss"',
    });
    expect(change.reason).toBe('Won deals was empty and is "1", recomputed from both CRMs\' merged data.');
    expect(lineOf(lines, 'sales', 's-p1')!.urls).toEqual({
      marketing: 'https://marketing.example/contact/m-p1',
      sales: 'https://sales.example/lead/s-p1',
    });
  });

  it('plans nothing the second time, and reads no person for it', async () => {
    const world = new World();
    await world.run();
    world.marketing.calls = world.sales.calls = 0;
    const { lines, plan } = await world.run({}, now + day);
    expect(lines).toEqual([]);
    expect(plan.ledger).toEqual([]);
    expect([world.marketing.calls, world.sales.calls]).toEqual([1, 1]);
    expect(plan.counts.campaign.unchanged).toBe(4);
  });

  it('takes a value that a CRM gives in another form as the same', async () => {
    const world = new World();
    await world.run();
    const held = world.sales.fields('campaign', 's-a');
    held.set('won_deals', '1.0').set('won_amount', 123.45).set('last_closed_at', '2026-11-19T00:00:00+00:00').set('loss_reasons', '');
    expect((await world.run({}, now)).lines).toEqual([]);
  });

  it('stamps the day of the update only together with another change', async () => {
    const world = new World();
    await world.run();
    world.sales.fields('campaign', 's-a').set('won_deals', 7);
    const { lines } = await world.run({}, now + day);
    expect(lines.map((line) => [line.recordId, after(line)])).toEqual([
      ['s-a', { won_deals: 1, outcomes_updated_at: '2026-11-23T00:00:00.000Z' }],
    ]);
  });

  it('corrects what it wrote when a deal is reopened, re-amounted, re-parented or deleted', async () => {
    const world = new World();
    await world.run();
    const figures = async (...deals: (typeof won)[]): Promise<unknown> => {
      await world.run({ deals });
      const held = world.sales.fields('campaign', 's-a');
      return [held.get('won_deals'), held.get('won_amount'), held.get('open_deals'), world.sales.fields('person', 's-p1').get('outcome')];
    };
    expect(await figures({ ...won, outcome: 'open', closedAt: null })).toEqual([0, '0.00', 1, 'open']);
    expect(await figures({ ...won, amount: euro(1n) })).toEqual([1, '0.01', 0, 'won']);
    expect(await figures({ ...won, campaignId: 'b', campaignSetByPerson: true })).toEqual([0, '0.00', 0, 'won']);
    expect(world.marketing.fields('campaign', 'm-b').get('won_deals')).toBe(1);
    expect(await figures()).toEqual([0, '0.00', 0, null]);
    expect(world.marketing.fields('campaign', 'm-b').get('won_deals')).toBe(0);
  });

  it('refuses while a stream is incomplete, naming it and the way on', async () => {
    const world = new World();
    const open = coverage.map((row) => (row.stream === 'deals' && row.side === 'sales' ? { ...row, complete: false } : row));
    const refused = await planOutcomes(world.input({ coverage: open })).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(PlanError);
    expect(refused).toMatchObject({
      code: 'COVERAGE_INCOMPLETE',
      message: expect.stringContaining('sales deals'),
      hint: expect.stringContaining('truce pull'),
    });
    await expect(planOutcomes(world.input({ coverage: [] }))).rejects.toMatchObject({ code: 'COVERAGE_INCOMPLETE' });
    expect([world.marketing.calls, world.sales.calls]).toEqual([0, 0]);
  });

  it('leaves out a side whose fields are missing, with the fix, and still writes the other', async () => {
    const world = new World();
    world.sales.own = world.sales.own.map((field): OwnFieldState =>
      field.stem === 'won_deals' ? { ...field, state: 'invisible', fix: 'Grant it.' } : field,
    );
    const { lines, plan } = await world.run();
    expect(plan.skipped).toEqual([
      { code: 'FIELDS_MISSING', side: 'sales', kind: 'campaign', fields: ['own_won_deals'], fix: 'Grant it.' },
    ]);
    expect(new Set(lines.map((line) => `${line.side} ${line.kind}`))).toEqual(
      new Set(['marketing campaign', 'marketing person', 'sales person']),
    );
  });

  it('writes members where they carry the fields, and leaves people out where the configuration says so', async () => {
    const world = new World();
    const input = world.input({
      members: [
        { side: 'sales', id: 'cm1' as never, leadId: 'p1' },
        { side: 'marketing', id: 'x' as never, leadId: 'p1' },
        { side: 'sales', id: 'cm3' as never, leadId: 'p3' },
      ],
    });
    const plan = await planOutcomes({ ...input, settings: { ...settings, outcomes: { ...settings.outcomes, people: false } } });
    const people = (await collect(plan)).filter((line) => line.kind !== 'campaign');
    expect(people.map((line) => [line.side, line.kind, line.recordId, after(line)['outcome']])).toEqual([
      ['sales', 'member', 'cm1', 'won'],
    ]);
  });

  it('counts records that are gone by the time they are read', async () => {
    const world = new World();
    world.sales.gone.add('s-a');
    const { lines, plan } = await world.run();
    expect(lineOf(lines, 'sales', 's-a')).toBeUndefined();
    expect(plan.counts.campaign).toEqual({ planned: 3, unchanged: 0, missing: 1 });
  });

  it('can be gone through twice with the same lines', async () => {
    const plan = await planOutcomes(new World().input());
    expect(await collect(plan)).toEqual(await collect(plan));
    expect(plan.counts.campaign.planned).toBe(4);
  });

  it('plans 8,000 leads, 842 deals and 495 campaigns with one read for each 500 records', async () => {
    const world = new World();
    const campaigns = Array.from({ length: 495 }, (_, index) => campaign(`c${index}`));
    const deals = Array.from({ length: 842 }, (_, index) =>
      deal(`d${index}`, { outcome: 'won', closedAt: now - day, leadIds: [`p${index}`], evidence: [evidence(`c${index % 495}`)] }),
    );
    const leads = Array.from({ length: 8000 }, (_, index) =>
      lead(`p${index}`, { campaignId: `c${index % 495}`, dealIds: index < 842 ? [`d${index}`] : [] }),
    );
    const { lines, plan } = await world.run({ campaigns, deals, leads });
    expect(lines).toHaveLength(2 * 495 + 2 * 842);
    expect([world.marketing.calls, world.marketing.reads, world.sales.calls]).toEqual([3, 495 + 842, 3]);
    expect([...plan.tallies.values()].reduce((sum, tally) => sum + tally.leads, 0)).toBe(8000);
  });
});

describe('the fields that outcomes own', () => {
  it('say what they mean and in which currency, within what both CRMs take', () => {
    const fields = outcomeFields(settings);
    for (const field of fields) {
      expect(field.label.length).toBeLessThanOrEqual(40);
      expect(field.help.length).toBeLessThanOrEqual(510);
      if (field.type === 'money') expect(field.help).toContain('EUR');
    }
    expect(fields.filter((field) => field.on === 'campaign')).toHaveLength(20);
    expect(fields.find((field) => field.stem === 'outcome' && field.on === 'member')?.options).toEqual(['won', 'lost', 'rejected', 'open']);
  });

  it('leave out people and members where the configuration does', () => {
    const bare = outcomeFields({ ...settings, outcomes: { ...settings.outcomes, people: false, members: false } });
    expect(bare.filter((field) => field.on !== 'campaign').map((field) => field.stem)).toEqual(['key', 'cross_id']);
  });
});
