import { describe, expect, it } from 'vitest';

import type { Db } from '../../src/warehouse/db.ts';
import { importInto } from '../../src/warehouse/imports.ts';

/** A connection that only remembers which appenders are open. */
function connection(open: Set<string>, closing: () => void = () => undefined): Db {
  return {
    run: async () => undefined,
    rows: async () => [],
    stream: () => {
      throw new Error('an import streams nothing');
    },
    appender: async (table) => {
      open.add(table);
      return {
        append: () => undefined,
        finish() {
          open.delete(table);
          closing();
        },
      };
    },
    transaction: (work) => work(),
    close: () => undefined,
  };
}

const columns = [{ name: 'lead_id', type: 'TEXT', required: true }] as const;

describe('an import that is given up', () => {
  it('has closed its appenders before the transaction is rolled back', async () => {
    const open = new Set<string>();
    const work = importInto(connection(open), async (sink) => {
      (await sink.stage('leads', columns)).append([1n, 'p1']);
      await sink.stage('touches', columns);
      expect(open).toEqual(new Set(['i_leads', 'i_touches']));
      throw new Error('a broken file');
    });
    await expect(work).rejects.toThrow('a broken file');
    expect(open).toEqual(new Set());
  });

  it('tells the first error, also where an appender can not be closed in peace', async () => {
    const open = new Set<string>();
    const failing = connection(open, () => {
      throw new Error('no space left');
    });
    const work = importInto(failing, async (sink) => {
      await sink.stage('leads', columns);
      throw new Error('a broken file');
    });
    await expect(work).rejects.toThrow('a broken file');
    expect(open).toEqual(new Set());
  });

  it('closes an appender that has ended once', async () => {
    const open = new Set<string>();
    let closings = 0;
    const work = importInto(
      connection(open, () => (closings += 1)),
      async (sink) => {
        (await sink.stage('leads', columns)).finish();
        throw new Error('later');
      },
    );
    await expect(work).rejects.toThrow('later');
    expect(closings).toBe(1);
  });
});
