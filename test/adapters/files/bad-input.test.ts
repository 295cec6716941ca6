import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

import { importFiles } from 'truce/files';
import { describe, expect, it } from 'vitest';

import { parseConfig } from '../../../config/schema.ts';
import { openWarehouse } from '../../../src/warehouse/duckdb.ts';
import { settings } from '../../warehouse/records.ts';
import { csv, withFiles } from './folder.ts';

const bytes = (...parts: readonly (string | number)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'utf8'))));

describe('files that are not quite right', () => {
  it('skips a row that can not be told, leaves a further cell empty, and names file and line of both, but no id', () =>
    withFiles(
      {
        'leads.csv': csv(
          'lead_id,created_at,channel,is_test,employees',
          'ann@x.example,2026-02-30,web,no,12',
          'bob@x.example,2026-01-01,web,perhaps,many',
          ',2026-01-01,x,,',
          'bob@x.example,2026-01-02,x,,',
          'cid@x.example,1767225600,x,,',
          'dan@x.example,2026-01-01,x,,,y',
          'eve@x.example,eve@x.example,x,,',
        ),
        'touches.csv': csv(
          'lead_id,occurred_at,kind,side,direction,actor_kind',
          '"ann@x.example",2026-01-01T00:00:00Z,pigeon,sales,out,human',
          'bob@x.example,2026-01-01T00:00:00Z,email,sales,out,human',
          'zoe@x.example,2026-01-01T00:00:00Z,email,sales,out,human',
          'bob@x.example,soon,email,sales,out,human',
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.files.map((file) => [file.name, file.rows, file.skipped])).toEqual([
          ['leads.csv', 4, 3],
          ['touches.csv', 2, 2],
        ]);
        expect(report.warnings).toEqual([
          'leads.csv:4: skipped, lead_id is empty.',
          'leads.csv:7: skipped, it has 6 cells, but the header has 5.',
          'leads.csv:5: skipped, its lead_id stands in line 3 already.',
          'leads.csv:2: left empty, created_at "2026-02-30" is no date that exists.',
          'leads.csv:3: left empty, employees "many" is no whole number.',
          'leads.csv:3: left empty, is_test "perhaps" is neither true nor false.',
          'leads.csv:6: left empty, created_at "1767225600" looks like seconds; epoch milliseconds or ISO 8601 are expected.',
          'leads.csv:8: left empty, created_at (not shown here) is no instant: epoch milliseconds or ISO 8601 are expected, for example 2026-11-22T09:30:00Z.',
          'touches.csv:2: skipped, kind "pigeon" is none of call, email, meeting, social, sms, task, form, click, visit, event, response.',
          'touches.csv:5: skipped, occurred_at "soon" is no instant: epoch milliseconds or ISO 8601 are expected, for example 2026-11-22T09:30:00Z.',
          'touches: 1 row of a lead that leads.csv does not have; counted nowhere.',
        ]);
        expect(JSON.stringify([report.warnings, report.problems])).not.toContain('@');
        expect(report.problems).toHaveLength(10);
        expect(report.problems[0]).toEqual({
          file: 'leads.csv',
          line: 2,
          problem: 'left empty, created_at "2026-02-30" is no date that exists',
        });
        expect(await warehouse.query('SELECT created_at IS NULL AS undated FROM leads ORDER BY lead_id')).toEqual(
          [true, false, true, true].map((undated) => ({ undated })),
        );
      },
    ));

  it('names ten rows and three cells of a column, counts the rest, and keeps fifty problems of them all', () =>
    withFiles(
      { 'leads.csv': csv('lead_id,created_at', 'p0,', ...Array.from({ length: 70 }, (_, n) => (n < 40 ? ',x' : `p${n},x`))) },
      async (_, run) => {
        const report = await run();
        expect(report.problems).toHaveLength(50);
        expect(report.warnings).toHaveLength(16);
        expect(report.warnings[10]).toBe('leads.csv: 30 more rows skipped.');
        expect(report.warnings[14]).toBe('leads.csv: created_at left empty in 30 rows in all.');
      },
    ));

  it('asks whether a column or a file that it does not know is meant to be one that it knows', () =>
    withFiles(
      {
        'leads.csv': csv('Lead ID,created at,chanel,__proto__,mood', 'p1,2026-01-01,web,x,y'),
        'touchs.csv': csv('lead_id'),
        'notes.csv': csv('lead_id'),
        'leads.csv.gz': gzipSync('lead_id\np9\n'),
        'readme.txt': 'x',
      },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([
          'leads.csv.gz: left out, leads.csv was read instead.',
          'notes.csv: left out, it is none of the files that can be imported.',
          'touchs.csv: left out, it is none of the files that can be imported. Is it meant to be touches.csv?',
          'leads.csv: the column "chanel" is not known and left out. Is it meant to be channel?',
          'leads.csv: the column "__proto__" is not known and left out.',
          'leads.csv: the column "mood" is not known and left out.',
        ]);
        expect(await warehouse.query('SELECT lead_id, created_at IS NOT NULL AS dated FROM leads')).toEqual([
          { lead_id: 'p1', dated: true },
        ]);
      },
    ));

  it('takes short rows and says so, and ignores empty cells beyond the header', () =>
    withFiles({ 'leads.csv': csv('lead_id,created_at,channel', 'p1,2026-01-01', 'p2', 'p3,2026-01-01,web,,') }, async (warehouse, run) => {
      const report = await run();
      expect(report.warnings).toEqual([
        'leads.csv: 2 rows with fewer cells than the header has: the missing ones taken for empty (the first in line 2).',
      ]);
      expect(report.files[0]).toMatchObject({ rows: 3, skipped: 0 });
    }));

  it.each([
    [';', 'semicolons'],
    ['\t', 'tabs'],
  ])('reads a file with %j between the cells', (delimiter) =>
    withFiles(
      { 'leads.csv': ['lead_id,channel,created_at,name', 'p1,web,2026-01-01,"a, b"'].join('\n').replaceAll(/,(?! )/gu, delimiter) },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([]);
        expect(await warehouse.query('SELECT channel, name FROM leads')).toEqual([{ channel: 'web', name: 'a, b' }]);
      },
    ),
  );

  it('reads UTF-8 with and without a mark and UTF-16, and says where characters are of neither', () =>
    withFiles({ 'leads.csv': '\uFEFFlead_id,name,created_at\np1,Müller ☃,2026-01-01\n' }, async (warehouse, run) => {
      const names = async (): Promise<unknown> =>
        (await warehouse.query('SELECT name FROM leads ORDER BY lead_id')).map((row) => row['name']);
      expect((await run()).warnings).toEqual([]);
      expect(await names()).toEqual(['Müller ☃']);
      await run({ 'leads.csv': Buffer.from('\uFEFFlead_id\tname\np1\tMüller ☃\n', 'utf16le') });
      expect(await names()).toEqual(['Müller ☃']);
      const report = await run({ 'leads.csv': bytes('lead_id,name,created_at\np1,ok,2026-01-01\np2,M', 0xfc, 'ller,\np', 0xfc, ',x,\n') });
      expect(report.warnings).toEqual([
        'leads.csv:4: skipped, lead_id holds characters that are no UTF-8.',
        'leads.csv: 1 row with characters that are no UTF-8, now shown as \uFFFD: save the file as UTF-8 (line 3).',
      ]);
      expect(await names()).toEqual(['ok', 'M\uFFFDller']);
    }));

  it('a stray quote costs its own row, and line numbers stay right behind quoted line breaks', () =>
    withFiles(
      { 'leads.csv': 'lead_id,name,created_at\r\np1,"a ""b""\r\nc",2026-01-01\r\np2,"x"y,\r\n\r\np3,5" pipe,nonsense\r\n' },
      async (warehouse, run) => {
        expect((await run()).problems).toEqual([
          { file: 'leads.csv', line: 4, problem: 'skipped, a cell begins with a quote that does not end it' },
          {
            file: 'leads.csv',
            line: 6,
            problem:
              'left empty, created_at "nonsense" is no instant: epoch milliseconds or ISO 8601 are expected, for example 2026-11-22T09:30:00Z',
          },
        ]);
        expect(await warehouse.query('SELECT name FROM leads ORDER BY lead_id')).toEqual([{ name: 'a "b"\r\nc' }, { name: '5" pipe' }]);
      },
    ));

  it('says what is dated in the future, unless it is only planned', () =>
    withFiles(
      {
        'leads.csv': csv('lead_id,created_at', 'p1,2062-01-01', 'p2,2026-01-01'),
        'touches.csv': csv(
          'lead_id,occurred_at,kind,side,direction,actor_kind,result',
          'p2,2062-01-01T00:00:00Z,meeting,sales,out,human,scheduled',
          'p2,2026-01-01T00:00:00Z,meeting,sales,out,human,held',
        ),
      },
      async (_, run) => {
        expect((await run()).warnings).toEqual([
          'leads.csv: 1 row dated in the future: the report takes the last thing that happened for its date, so name another with --as-of (line 2).',
        ]);
      },
    ));

  it('says which sources are spelled in several ways, and counts them apart', () =>
    withFiles(
      {
        'leads.csv': csv(
          'lead_id,channel,created_at',
          'p1,Paid Search,2026-01-01',
          'p2,paid_search,',
          'p3,paid_search,',
          'p4,Web,',
          'p5,,',
        ),
      },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([
          'leads: channel is spelled in several ways, which count apart: "paid_search / Paid Search" (3 rows).',
        ]);
        expect(await warehouse.query('SELECT DISTINCT channel FROM leads WHERE channel IS NOT NULL')).toHaveLength(3);
      },
    ));

  it('says where a source belongs that stands in the column for the team', () =>
    withFiles({ 'leads.csv': csv('lead_id,origin', 'p1,social', 'p2,Marketing') }, async (warehouse, run) => {
      expect((await run()).warnings[0]).toBe(
        'leads.csv:2: left empty, origin "social" is none of marketing, sales, partner, unknown (the team that found the lead; its source belongs into channel).',
      );
      expect(await warehouse.query('SELECT origin FROM leads ORDER BY lead_id')).toEqual([{ origin: 'unknown' }, { origin: 'marketing' }]);
    }));

  it('a date without a time stays in its month west of Greenwich', () =>
    withFiles(
      { 'leads.csv': csv('lead_id,created_at', 'p1,2026-03-01', 'p2,2026-03-31') },
      async (warehouse, run) => {
        await run();
        expect(
          await warehouse.query(
            `SELECT p.period FROM leads l JOIN periods p ON p.kind = 'month' AND l.created_at >= p.starts_at AND l.created_at < p.ends_at ORDER BY l.lead_id`,
          ),
        ).toEqual([{ period: '2026-03' }, { period: '2026-03' }]);
      },
      { settings: parseConfig({ company: { timeZone: 'America/New_York' } }) },
    ));

  it('takes people and deals without any date', () =>
    withFiles(
      {
        'leads.csv': csv('lead_id', 'p1', 'p2'),
        'deals.csv': csv('deal_id,outcome', 'd1,won'),
        'deal_contacts.csv': csv('deal_id,lead_id', 'd1,p1'),
      },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([
          'No file holds a date: name the date of the report with --as-of; figures about time are not measured.',
        ]);
        expect(await warehouse.query('SELECT created_at FROM leads')).toEqual([{ created_at: null }, { created_at: null }]);
      },
    ));
});

describe('an import that fails', () => {
  it('changes nothing, says where, and the next one works', () =>
    withFiles({ 'leads.csv': csv('lead_id', 'p1', 'p2') }, async (warehouse, run) => {
      const leads = async (): Promise<unknown> =>
        (await warehouse.query('SELECT lead_id FROM leads ORDER BY 1')).map((row) => row['lead_id']);
      await run();
      expect(await leads()).toEqual(['p1', 'p2']);
      await run({ 'leads.csv': csv('lead_id', 'p3') });
      expect(await leads()).toEqual(['p3']);
      const many = Array.from({ length: 5000 }, (_, n) => `q${n}`);
      for (const [content, code, message] of [
        [csv('id', 'p4'), 'IMPORT_COLUMN_MISSING', 'leads.csv has no column lead_id.'],
        [csv('lead_id,Lead_Id', 'p4,p4'), 'IMPORT_COLUMN_MISSING', 'leads.csv has the column lead_id twice.'],
        ['', 'IMPORT_COLUMN_MISSING', 'leads.csv has no column lead_id.'],
        [
          csv('lead_id,created_at', ',2026-01-01'),
          'IMPORT_ALL_ROWS_BAD',
          'No row of leads.csv can be read. The first: leads.csv:2: skipped, lead_id is empty.',
        ],
        // Thousands of rows are staged already when the quote turns out to be open.
        [csv('lead_id', ...many, '"p4'), 'IMPORT_BAD_CSV', 'leads.csv:5002 is no readable CSV: a quote is opened and never closed.'],
        [
          bytes('PK', 3, 4, 0, 0),
          'IMPORT_BAD_CSV',
          'leads.csv:1 is no readable CSV: it holds no text, but a spreadsheet, an archive or the like.',
        ],
      ] as const) {
        await expect(run({ 'leads.csv': content })).rejects.toMatchObject({
          code,
          message,
          hint: expect.stringContaining('othing was imported'),
        });
        expect(await leads()).toEqual(['p3']);
      }
      await run({ 'leads.csv': csv('lead_id', 'p5') });
      expect(await leads()).toEqual(['p5']);
      // Nothing of what was staged and given up has found its way into a later transaction.
      expect(await warehouse.query(`SELECT table_name FROM duckdb_tables() WHERE table_name LIKE 'i\\_%' ESCAPE '\\'`)).toEqual([]);
    }));

  it('leaves the file of a warehouse as it was, whether a file is broken or somebody stops it half-way', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'truce-import-'));
    try {
      const path = join(folder, 'warehouse.duckdb');
      const leads = join(folder, 'leads.csv');
      const load = async (content: string | Uint8Array, signal?: AbortSignal): Promise<unknown> => {
        writeFileSync(leads, content);
        await using warehouse = await openWarehouse(path, { memoryLimit: '512MB', threads: 1 });
        return await importFiles(folder, warehouse, { settings, signal });
      };
      await load(csv('lead_id', 'p1'));
      const many = Array.from({ length: 100_000 }, (_, n) => `lead-number-${n}`);
      const stop = new AbortController();
      // The file is read in pieces; the third look at the signal is the one that says stop.
      let looks = 0;
      const signal = new Proxy(stop.signal, {
        get(target, name) {
          if (name === 'throwIfAborted' && (looks += 1) === 3) stop.abort(new Error('stopped by the user'));
          const value: unknown = Reflect.get(target, name, target);
          return typeof value === 'function' ? (value as () => unknown).bind(target) : value;
        },
      });
      await expect(load(csv('lead_id', ...many), signal)).rejects.toThrow('stopped by the user');
      await expect(load(csv('lead_id', ...many, '"x'))).rejects.toMatchObject({ code: 'IMPORT_BAD_CSV' });
      const gz = gzipSync(csv('lead_id', ...many));
      rmSync(leads);
      writeFileSync(join(folder, 'leads.csv.gz'), gz.subarray(0, gz.length - 200));
      await using warehouse = await openWarehouse(path, { memoryLimit: '512MB', threads: 1 });
      await expect(importFiles(folder, warehouse, { settings })).rejects.toMatchObject({
        code: 'IMPORT_BAD_CSV',
        message: "leads.csv.gz can't be read: Z_BUF_ERROR.",
      });
      expect(await warehouse.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'p1' }]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  it('says which files a folder may hold when it holds none, or is none', () =>
    withFiles({ 'contacts.csv': 'x' }, async (warehouse, run) => {
      await expect(run()).rejects.toMatchObject({ code: 'IMPORT_NO_FILES', hint: expect.stringContaining('leads.csv') });
      await expect(importFiles('/nowhere', warehouse, { settings })).rejects.toMatchObject({ code: 'IMPORT_NO_FILES' });
    }));
});
