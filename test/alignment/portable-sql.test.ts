import { readdir, readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';

const folder = new URL('../../src/alignment/sql/', import.meta.url);

/** What one of the engines doesn't know, or reads otherwise. Each pattern is tried on the text without its comments. */
const forbidden: readonly (readonly [RegExp, string])[] = [
  [/\bAS at\b|[,(]\s*at\s*[,)]/i, 'a column called "at" is time travel in DuckDB'],
  [/\bQUALIFY\b|\bGROUP BY ALL\b|\bASOF\b|\bEXCLUDE\s*\(|\bproduct\s*\(/i, 'only DuckDB knows it'],
  [/\bround\s*\(/i, 'numbers are rounded by whoever prints them'],
  [
    /\bAT TIME ZONE\b|\bdate_trunc\b|\bto_timestamp\b|\bextract\s*\(|\bnow\s*\(|\bcurrent_(date|time|timestamp)\b/i,
    'calendars are tables, clocks are parameters',
  ],
  [/\brandom\s*\(/i, 'results depend on the data alone'],
  [/\bDESC\b(?!\s+ROWS|\s*\)|,|\s+NULLS|\s*$)/im, 'descending order says where nulls go, unless the key has none'],
  [/\bRANGE\b|\bGROUPS BETWEEN\b/i, 'window frames are rows over a unique key'],
  [/GROUP BY ''/i, 'Postgres refuses to group by a constant'],
  [/\bILIKE\b|\b~\*|::\s*\w/i, 'an operator of one engine'],
  [/\bUPDATE\b|\bDELETE\b|\bINSERT\b|\bDROP\b|\bCREATE\b/i, 'a statistic only reads'],
];

async function texts(): Promise<readonly (readonly [string, string, string])[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith('.sql.ts'));
  return Promise.all(
    files.map(async (name) => {
      const source = await readFile(new URL(name, folder), 'utf8');
      const sql = (/`([^`]*)`;\s*$/.exec(source.slice(source.indexOf('string = '))) ?? [])[1] ?? '';
      return [name, source, sql] as const;
    }),
  );
}

test('every statement module exports one string, and one string only', async () => {
  const files = await texts();
  expect(files.length).toBeGreaterThan(40);
  for (const [name, source, sql] of files) {
    expect(sql.length, name).toBeGreaterThan(20);
    expect(source.match(/^export /gm)?.length, name).toBe(1);
    expect(source, name).toMatch(/^export const \w+Sql: string = `$/m);
    expect(source, name).toMatch(/^\/\*\*/);
  }
});

test('statements keep to what both engines understand alike', async () => {
  for (const [name, , sql] of await texts())
    for (const [pattern, why] of forbidden) expect(pattern.exec(sql)?.[0], `${name}: ${why}`).toBeUndefined();
});

test('a division never meets a zero or two whole numbers unguarded', async () => {
  // The divisors that can't be 0 or whole: at-risk counts and sizes cast to DOUBLE, constants of time.
  const safe = /^\/ (nullif\(|\(n \* |\(f1 \* -ln|n\b|86400000|steps\b)/;
  for (const [name, , sql] of await texts()) {
    for (const { index } of sql.matchAll(/\/ /g)) expect(sql.slice(index, index + 20), name).toMatch(safe);
  }
});

test('places are filled from a closed list and values are parameters', async () => {
  for (const [name, , sql] of await texts()) {
    const places = [...sql.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const known = [
      'obs',
      'min',
      'g',
      'cluster',
      'filter',
      'column',
      'other',
      'counts',
      'owed',
      'compare',
      'ladder',
      'assignable',
      'last',
      'hit',
      'of',
      'ended',
      'funnel',
      'y',
      'leads',
      'clock',
      'scope',
      'positions',
    ];
    for (const place of places) expect(known, name).toContain(place);
    expect(sql, name).not.toContain('${');
  }
});
