import type { Twin } from '../stage-imitations.ts';
import { mapped } from '../stage-memory.ts';
import type { Scenario } from '../stage.ts';

const values = [
  "O'Neil",
  'C:\\new\\',
  '100%_sure',
  'two\nlines',
  'a\u2028b',
  '👩‍👩‍👧 𝒳',
  '\u202Eabc\u202C שלום',
  '<script>alert(1)</script>',
  '=1+1',
  '" OR Name != "',
  '\\',
];

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  const twins: Record<string, Twin> = {};
  for (const [index, message] of [...values, 'x'.repeat(33_000)].entries())
    twins[`p${index}`] = await both.twin(`p${index}`, { contact: { message } });
  await both.later(3_600_000);
  const fields = mapped(['text'], { marketing: 'message', sales: 'Description', direction: 'to-sales' });
  const t = await both.open({ config: { mode: 'sync', fields } });
  const run = await stage.sync(t);
  await both.later();
  const second = await stage.sync(t);
  for (const [index, value] of values.entries()) {
    const lead = twins[`p${index}`]?.lead ?? '';
    const held = (await both.lead(lead, 'Description'))['Description'];
    stage.never(`${JSON.stringify(value)} arrives as something else`, held === value);
  }
  stage.never('a text that is too long is cut or lost in silence', run.result?.quarantined === 1);
  stage.never('the second run writes any of them again', second.result?.applied === 0);
};
