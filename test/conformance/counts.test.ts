import { readFile, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { expect, it } from 'vitest';
import { listCases, type ListedCase } from './cases.ts';

const readme = resolve(import.meta.dirname, '../../adapters/sandbox/README.md');
const [begin, end] = ['<!-- conformance -->', '<!-- /conformance -->'];

const count = (cases: readonly ListedCase[], vendor: string, known: string): number =>
  cases.filter((each) => each.vendor === vendor && each.known === known).length;

const cell = (text: string): string => text.replaceAll('|', '\\|');

function table(cases: readonly ListedCase[]): string {
  const row = (name: string, vendor: ListedCase['vendor']): string =>
    `| ${name} | ${count(cases, vendor, 'recorded')} | ${count(cases, vendor, 'specified')} | ${count(cases, vendor, 'assumed')} |`;
  const assumed = cases
    .filter((each) => each.known === 'assumed')
    .map(
      (each) =>
        `| ${each.vendor === 'hubspot' ? 'HubSpot' : 'Salesforce'}, ${each.file.replace('.test.ts', '')} | ${cell(each.behaviour)} | ${cell(each.ground)} |`,
    );
  return [
    '| imitation | recorded | specified | assumed |',
    '|---|---|---|---|',
    row('HubSpot', 'hubspot'),
    row('Salesforce', 'salesforce'),
    '',
    'What is assumed, and the probe of a real account that would settle it:',
    '',
    '| where | assumed | probe |',
    '|---|---|---|',
    ...assumed,
  ].join('\n');
}

it('the README counts the conformance cases and lists what is assumed (UPDATE_README=1 rewrites it)', async () => {
  const text = await readFile(readme, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  expect(from, `${begin} in the sandbox's README`).toBeGreaterThan(0);
  const wanted = `${text.slice(0, from + begin.length)}\n${table(await listCases())}\n${text.slice(to)}`;
  if (process.env['UPDATE_README'] === '1') await writeFile(readme, wanted);
  else expect(text).toBe(wanted);
});

it('every case says where its behaviour is written down, or how it would be found out', async () => {
  for (const each of await listCases()) {
    const place = `${each.vendor} ${each.file}: ${each.behaviour}`;
    if (each.known === 'assumed') expect(each.ground.length, place).toBeGreaterThan(20);
    else expect(each.ground, place).toMatch(/^https?:\/\/|^@?[\w-]+(?:\/[\w-]+)? lib\//);
  }
});
