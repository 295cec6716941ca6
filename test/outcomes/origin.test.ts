import { describe, expect, it } from 'vitest';

import { openLedger, originOf } from '../../src/outcomes/index.ts';
import type { OutcomeDeal } from '../../src/outcomes/facts.ts';
import { campaign, day, deal, evidence, MemoryLedger, now } from './facts.ts';

const rules = ['primary-campaign-by-person', 'first-responded-member', 'marketing-campaign', 'utm'] as const;

describe('the origin of a deal', () => {
  const everything = [
    evidence('response', { at: now - 80 * day }),
    evidence('earlier-membership', { kind: 'membership', at: now - 99 * day }),
    evidence('association', { kind: 'membership', side: 'marketing', at: now - 90 * day }),
    evidence('first-touch', { kind: 'membership', side: 'marketing', at: null }),
    evidence('own-hint', { kind: 'hint', side: 'marketing', scope: 'marketing', at: now - 95 * day, ref: 'utm_campaign=x' }),
    evidence('any-hint', { kind: 'hint', side: 'sales', scope: 'any', at: now - 95 * day, ref: 'utm_campaign=y' }),
  ];
  const full = deal('d', { campaignId: 'primary', campaignSetByPerson: true, evidence: everything });

  it('is the primary campaign only when a person set it', () => {
    expect(originOf(full, rules)).toMatchObject({ rule: 'primary-campaign-by-person', campaignId: 'primary', differs: null });
    const byFlow = originOf({ ...full, campaignSetByPerson: false }, rules);
    expect(byFlow).toMatchObject({ rule: 'first-responded-member', campaignId: 'response' });
    expect(byFlow.differs).toBe(
      'The primary campaign is primary, but no history shows that a person set it; first-responded-member names response.',
    );
  });

  it('says what every other rule would have named', () => {
    expect(originOf(full, rules).answers).toEqual([
      { rule: 'primary-campaign-by-person', campaignId: 'primary' },
      { rule: 'first-responded-member', campaignId: 'response' },
      { rule: 'marketing-campaign', campaignId: 'association' },
      { rule: 'utm', campaignId: 'any-hint' },
    ]);
  });

  it('tries the rules in the configured order, and only those', () => {
    expect(originOf(full, ['utm', 'first-responded-member']).campaignId).toBe('any-hint');
    expect(originOf(full, ['first-responded-member', 'utm']).campaignId).toBe('response');
  });

  it("takes marketing's dated membership, then the only undated one, then a hint", () => {
    const second = evidence('second-touch', { kind: 'membership', side: 'marketing', at: null });
    const own = (kinds: readonly string[]): OutcomeDeal =>
      deal('d', { evidence: [...everything, second].filter((one) => kinds.includes(one.campaignId)) });
    expect(originOf(own(['association', 'first-touch', 'own-hint']), rules)).toMatchObject({
      campaignId: 'association',
      certainty: 'dated',
    });
    expect(originOf(own(['first-touch', 'own-hint']), rules)).toMatchObject({ campaignId: 'first-touch', certainty: 'undated' });
    expect(originOf(own(['first-touch', 'second-touch', 'own-hint']), rules)).toMatchObject({
      campaignId: 'own-hint',
      certainty: 'person-dated',
    });
    expect(originOf(own(['first-touch', 'second-touch']), rules)).toMatchObject({ rule: null, campaignId: null });
  });

  it('ignores what happened after the deal was made', () => {
    const late = deal('d', { evidence: [evidence('late', { at: now - 49 * day }), evidence('in-time', { at: now - 51 * day })] });
    expect(originOf(late, rules).campaignId).toBe('in-time');
  });

  it('is none, with the primary campaign named as not taken, where nothing else applies', () => {
    const none = originOf(deal('d', { campaignId: 'primary' }), rules);
    expect(none).toMatchObject({ rule: null, campaignId: null, chain: [] });
    expect(none.differs).toContain('no history shows that a person set it, and no other rule applies');
  });

  it('does not depend on the order of the evidence', () => {
    const tie = [evidence('b', { ref: '1' }), evidence('a', { ref: '2' })];
    expect(originOf(deal('d', { evidence: tie }), rules).campaignId).toBe('a');
    expect(originOf(deal('d', { evidence: tie.toReversed() }), rules)).toEqual(originOf(deal('d', { evidence: tie }), rules));
  });
});

describe('the ledger', () => {
  const campaigns = [campaign('a'), campaign('b')];
  const first = deal('d', { leadIds: ['p1'], evidence: [evidence('a')] });
  const frozen = async (): Promise<MemoryLedger> => {
    const store = new MemoryLedger();
    const ledger = await openLedger(store, campaigns, rules);
    ledger.originOf(first);
    store.put(ledger.changes(now));
    return store;
  };

  it('holds a frozen origin against campaigns that turn up later', async () => {
    const ledger = await openLedger(await frozen(), campaigns, rules);
    const later = { ...first, evidence: [evidence('b', { at: now - 200 * day }), ...first.evidence] };
    expect(ledger.campaignOf(later)).toBe('a');
    expect(ledger.changes(now)).toEqual([]);
  });

  it.each([
    ['another primary campaign', { campaignId: 'b', campaignSetByPerson: true }],
    ['other people', { leadIds: ['p1', 'p2'] }],
    ['another day of creation', { createdAt: now - 40 * day }],
  ])('derives again when the deal itself has %s, and keeps the entry before', async (_name, change) => {
    const store = await frozen();
    const ledger = await openLedger(store, campaigns, rules);
    const changed = { ...first, evidence: [evidence('b', { at: now - 200 * day }), ...first.evidence], ...change };
    expect(ledger.campaignOf(changed)).toBe('b');
    store.put(ledger.changes(now));
    expect(store.entries.map((entry) => [entry.version, entry.supersededAt])).toEqual([
      [1, now],
      [2, null],
    ]);
  });

  it('does not derive again because a deal closes or its amount changes', async () => {
    const ledger = await openLedger(await frozen(), campaigns, rules);
    ledger.campaignOf({ ...first, outcome: 'won', closedAt: now, amount: { minor: 5n, currency: 'EUR' }, evidence: [] });
    expect(ledger.changes(now)).toEqual([]);
  });

  it('derives again when the rules are configured anew', async () => {
    const ledger = await openLedger(await frozen(), campaigns, ['marketing-campaign']);
    expect(ledger.campaignOf(first)).toBeNull();
    expect(ledger.changes(now)).toHaveLength(1);
  });

  it('finds the campaign again when campaigns are paired anew', async () => {
    const paired = { ...campaign('theme'), records: [...campaigns[0]!.records, ...campaigns[1]!.records] };
    const ledger = await openLedger(await frozen(), [paired], rules);
    expect(ledger.campaignOf(first)).toBe('theme');
    expect(ledger.changes(now)).toEqual([]);
  });

  it('derives again when the campaign is gone', async () => {
    const ledger = await openLedger(await frozen(), [campaigns[1]!], rules);
    expect(ledger.campaignOf({ ...first, evidence: [evidence('b')] })).toBe('b');
  });

  it('does not freeze that nothing was found', async () => {
    const store = new MemoryLedger();
    const before = await openLedger(store, campaigns, rules);
    expect(before.campaignOf({ ...first, evidence: [] })).toBeNull();
    store.put(before.changes(now));
    const after = await openLedger(store, campaigns, rules);
    expect(after.campaignOf(first)).toBe('a');
  });
});
