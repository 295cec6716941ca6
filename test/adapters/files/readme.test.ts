import { readFileSync } from 'node:fs';

import { describe, expect, it } from 'vitest';

import { fileTables } from '../../../adapters/files/tables.ts';
import { schemaSql } from '../../../src/warehouse/schema.sql.ts';

const readme = readFileSync(new URL('../../../adapters/files/README.md', import.meta.url), 'utf8');

/** A file's line in the table of files. */
const lineOf = (name: string): string => {
  const line = readme.split('\n').find((each) => each.startsWith(`| \`${name}.csv\` |`));
  if (line === undefined) throw new Error(`the README does not know ${name}.csv`);
  return line;
};

/** The columns that a table has, by its CREATE statement. */
const columnsOf = (name: string): readonly string[] => {
  const body = new RegExp(`CREATE TABLE ${name} \\(([\\s\\S]*?)\\n\\);`, 'u').exec(schemaSql)?.[1] ?? '';
  return [...body.matchAll(/(?:^|,)\s*([a-z_]+) (?:TEXT|BIGINT|BOOLEAN|DOUBLE|INTEGER)/gu)].map((match) => match[1]!);
};

const sorted = (names: Iterable<string>): readonly string[] => [...new Set(names)].sort();

describe('the README of the CSV files', () => {
  it.each(fileTables.map((table) => [table.name, table] as const))('names every column of %s.csv, and no other', (name, table) => {
    const named = [...lineOf(name).matchAll(/`([a-z_]+)`|\*\*([a-z_]+)\*\*/gu)].map((match) => match[1] ?? match[2]!);
    expect(columnsOf(name).length).toBeGreaterThan(3);
    expect(sorted(named)).toEqual(sorted([...columnsOf(name), ...table.extra]));
  });

  it.each(fileTables.map((table) => [table.name, table] as const))('prints bold what every row of %s.csv needs', (name, table) => {
    const bold = [...lineOf(name).matchAll(/\*\*([a-z_]+)\*\*/gu)].map((match) => match[1]!);
    expect(sorted(bold)).toEqual(sorted([...table.required, ...table.anyOf]));
  });

  it('lists the words that a column may hold', () => {
    const sides = 'marketing, sales';
    let compared = 0;
    for (const table of fileTables) {
      for (const [column, words] of table.words) {
        const list = sorted(words.values()).join(', ');
        if (list === sides) continue;
        const printed = new RegExp(`[\`*]${column}[\`*]+ \\(([a-z_, ]+)`, 'u').exec(lineOf(table.name))?.[1];
        expect(`${table.name}.${column}: ${sorted((printed ?? '').split(', ')).join(', ')}`).toBe(`${table.name}.${column}: ${list}`);
        compared += 1;
      }
    }
    expect(compared).toBeGreaterThan(8);
  });
});
