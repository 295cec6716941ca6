import { expect, it } from 'vitest';
import { parseConfig } from '../../config/schema.ts';
import type { FieldSettings, Policy } from '../../src/model/settings.ts';
import type { FieldValue, Rung } from '../../src/model/words.ts';
import type { Base } from '../../src/state/types.ts';
import { mergeField, type Decision, type FieldRule, type SideInput } from '../../src/sync/merge.ts';
import { block } from './block.ts';

const hour = 3_600_000;
const policies: readonly Policy[] = ['most-recent', 'prefer-marketing', 'prefer-sales', 'prefer-unless-blank', 'ask'];
const maps = parseConfig({}).status;

/** A situation after both sides changed, with what stood there before. */
interface Situation {
  readonly words: string;
  readonly marketing: SideInput;
  readonly sales: SideInput;
  readonly base: Base | null;
}

function input(raw: FieldValue, hours: number, derived: Rung | null = null): SideInput {
  return { raw, derived, time: { at: hours * hour, precision: 'ms', certainty: 'history' } };
}

function agreed(marketing: FieldValue, sales: FieldValue, rung: Rung | null = null): Base {
  return { linkId: 'l', field: 'f', marketing, sales, rung, held: null, at: 0 };
}

/** What a decision comes to, in a table's cell. */
function outcome(decision: Decision): string {
  switch (decision.kind) {
    case 'nothing':
      return 'nothing happens';
    case 'ask':
      return 'waits for you';
    case 'needs-times':
      return 'looks up the times';
    case 'quarantine':
      return 'held back';
    case 'settle':
      if (decision.agreement.held === null) return 'agreed, nothing to write';
      return `${decision.agreement.held === 'sales' ? 'marketing' : 'sales'} wins, ${decision.agreement.held} keeps its value`;
    case 'write':
      return `${decision.target === 'sales' ? 'marketing' : 'sales'} wins`;
  }
}

function table(head: string, columns: readonly Policy[], situations: readonly Situation[], ruleOf: (policy: Policy) => FieldRule): string {
  const rows = situations.map(({ words, ...rest }) => {
    const cells = columns.map((policy) => outcome(mergeField({ rule: ruleOf(policy), ...rest })));
    return `| ${words} | ${cells.join(' | ')} |`;
  });
  const names = columns.map((policy) => `\`${policy}\``);
  return `| ${head} | ${names.join(' | ')} |\n| --- |${' --- |'.repeat(columns.length)}\n${rows.join('\n')}\n`;
}

const title: Omit<FieldSettings, 'policy'> = {
  name: 'title',
  marketing: 'jobtitle',
  sales: 'Title',
  direction: 'both',
  prefer: 'sales',
  blankOverwrites: false,
};
const before = agreed('COO', 'COO');
const fieldSituations: readonly Situation[] = [
  { words: 'both to the same value', marketing: input('CEO', 1), sales: input('CEO', 2), base: before },
  { words: 'to different values, marketing later', marketing: input('CEO', 2), sales: input('CFO', 1), base: before },
  { words: 'to different values, sales later', marketing: input('CEO', 1), sales: input('CFO', 2), base: before },
  { words: 'to different values in the same instant', marketing: input('CEO', 1), sales: input('CFO', 1), base: before },
  { words: 'different from the start, marketing later', marketing: input('CEO', 2), sales: input('CFO', 1), base: null },
  { words: 'marketing to a value, sales cleared it later', marketing: input('CEO', 1), sales: input(null, 2), base: before },
  { words: 'sales to a value, marketing cleared it later', marketing: input(null, 2), sales: input('CFO', 1), base: before },
];

const [open, working, closed] = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted'];
const start = agreed('NEW', open, 'handed');
const statusSituations: readonly Situation[] = [
  { words: 'both to working', marketing: input('IN_PROGRESS', 1), sales: input(working, 2), base: start },
  {
    words: 'marketing to working, sales to rejected, marketing later',
    marketing: input('IN_PROGRESS', 2),
    sales: input(closed, 1),
    base: start,
  },
  {
    words: 'marketing to rejected, sales to working, sales later',
    marketing: input('UNQUALIFIED', 1),
    sales: input(working, 2),
    base: start,
  },
  {
    words: 'marketing to opportunity, sales to working, sales later',
    marketing: input('OPEN_DEAL', 1),
    sales: input(working, 2),
    base: start,
  },
  {
    words: 'marketing to recycled, sales to rejected, sales later',
    marketing: input('BAD_TIMING', 1),
    sales: input(closed, 2),
    base: start,
  },
  {
    words: 'marketing to rejected, sales converted the lead with an open deal',
    marketing: input('UNQUALIFIED', 2),
    sales: input('Closed - Converted', 1, 'opportunity'),
    base: start,
  },
];

it('the README says what happens when both changed, as the code that decides does (rewrite with UPDATE_README=1)', () => {
  const field = table('a field changed on both sides', policies, fieldSituations, (policy) => ({
    kind: 'plain',
    name: 'title',
    settings: { ...title, policy: policy as FieldSettings['policy'] },
  }));
  const status = table(
    'the status changed on both sides',
    ['furthest', ...policies.filter((one) => one !== 'prefer-unless-blank')],
    statusSituations,
    (policy) => ({
      kind: 'status',
      name: 'status',
      maps,
      policy,
    }),
  );
  const { found, wanted } = block('both-changed', `\n${field}\n${status}`);
  expect(wanted).toContain('waits for you');
  expect(wanted).toContain('marketing wins');
  expect(wanted).not.toMatch(/nothing happens|looks up|held back/);
  expect(found).toBe(wanted);
});
