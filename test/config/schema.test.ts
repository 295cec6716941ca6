import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../config/json-schema.ts';
import { parseConfig } from '../../config/schema.ts';
import { ConfigError } from '../../src/errors.ts';

function problemsOf(raw: unknown): ConfigError {
  try {
    parseConfig(raw);
  } catch (error) {
    if (error instanceof ConfigError) return error;
    throw error;
  }
  throw new Error('the configuration was accepted');
}

describe('parseConfig', () => {
  it('fills an empty configuration with the defaults and the stock maps of both vendors', () => {
    const settings = parseConfig({});
    expect(settings.mode).toBe('observe');
    expect(settings.guards).toMatchObject({ changes: { count: 1000, share: 0.1 }, creates: 0, canary: 25, budgetReserve: 0.2 });
    expect(settings.status.marketing.field).toBe('hs_lead_status');
    expect(settings.status.marketing.writes.get('working')).toBe('IN_PROGRESS');
    expect(settings.status.marketing.writes.get('customer')).toBeNull();
    expect(settings.status.sales.reads.get('Closed - Not Converted')).toBe('rejected');
    expect(settings.status.sales.writes.get('accepted')).toBeNull();
    expect([...settings.status.sales.writes.keys()]).toHaveLength(11);
  });

  it('reports every problem at once, each with its path, what was expected and what stands there', () => {
    const error = problemsOf({
      modee: 1,
      mode: 'x',
      guards: { changes: { count: -1, z: 2 } },
      company: { timeZone: 'Mars', currency: 'euro' },
    });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.problems.map((problem) => problem.path).toSorted()).toEqual([
      'company.currency',
      'company.timeZone',
      'guards.changes.count',
      'guards.changes.z',
      'mode',
      'modee',
    ]);
    expect(error.problems.find((problem) => problem.path === 'mode')).toEqual({
      path: 'mode',
      expected: 'one of "observe"|"outcomes"|"sync"',
      got: '"x"',
    });
  });

  it('refuses names that reach an object prototype, wherever they stand', () => {
    const raw: unknown = JSON.parse('{"status":{"sales":{"reads":{"__proto__":"new"}}},"constructor":{}}');
    expect(problemsOf(raw).problems.map((problem) => problem.path)).toEqual(
      expect.arrayContaining(['status.sales.reads.__proto__', 'constructor']),
    );
    expect(({} as Record<string, unknown>)['new']).toBeUndefined();
  });

  it('demands a map for a status field that is not the stock one, and that written values can be read back', () => {
    expect(problemsOf({ status: { sales: { field: 'Stage__c' } } }).problems[0]?.path).toBe('status.sales.reads');
    expect(problemsOf({ status: { sales: { writes: { working: 'Dialing' } } } }).problems[0]?.path).toBe('status.sales.writes.working');
  });

  it('refuses two synced fields of one name', () => {
    const field = { name: 'status', marketing: 'a', sales: 'B' };
    expect(problemsOf({ fields: [field] }).problems[0]?.path).toBe('fields[0].name');
  });

  it('gives equal configurations the same hash, whatever the order of their keys', () => {
    expect(parseConfig({ mode: 'sync', guards: { canary: 3, creates: 1 } }).hash).toBe(
      parseConfig({ guards: { creates: 1, canary: 3 }, mode: 'sync' }).hash,
    );
    expect(parseConfig({ mode: 'sync' }).hash).not.toBe(parseConfig({}).hash);
    expect(parseConfig({ status: { sales: { blank: 'new' } } }).hash).not.toBe(parseConfig({}).hash);
  });
});

describe('the shipped JSON Schema', () => {
  it('is what the configuration schema says (rewrite with UPDATE_SCHEMA=1)', async () => {
    const file = new URL('../../config/truce.schema.json', import.meta.url);
    const text = `${JSON.stringify(configJsonSchema(), null, 2)}\n`;
    if (process.env['UPDATE_SCHEMA'] === '1') await writeFile(file, text);
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(JSON.parse(text));
  });
});
