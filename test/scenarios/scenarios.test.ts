import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rows } from './catalogue.ts';
import { openStage, type Scenario } from './stage.ts';

const here = import.meta.dirname;
const folders = readdirSync(here, { withFileTypes: true })
  .flatMap((entry) => (entry.isDirectory() ? [entry.name] : []))
  .toSorted((a, b) => (a < b ? -1 : 1));

test.each(folders)('%s', async (folder) => {
  const { scenario } = (await import(`./${folder}/scenario.ts`)) as { readonly scenario: Scenario };
  await using stage = openStage();
  await scenario(stage);
  expect(stage.claims(), 'what must never happen is asserted in words').toBeGreaterThan(0);
  const file = join(here, folder, 'expected.txt');
  if (process.env['UPDATE_SCENARIOS'] === '1') writeFileSync(file, stage.sheet());
  expect(stage.sheet()).toBe(existsSync(file) ? readFileSync(file, 'utf8') : 'no expected.txt: run with UPDATE_SCENARIOS=1');
});

test('every row of the failure catalogue has its folder, and every folder its row and its story', () => {
  expect(folders.map((folder) => folder.split('-', 1)[0])).toEqual(rows.map((row) => row.toLowerCase()));
  for (const folder of folders) {
    const story = readFileSync(join(here, folder, 'README.md'), 'utf8');
    for (const word of ['Given', 'When', 'Then']) expect(story, `${folder}/README.md`).toMatch(new RegExp(`\\*\\*${word}\\*\\*`, 'i'));
    expect(existsSync(join(here, folder, 'expected.txt')), folder).toBe(true);
  }
});
