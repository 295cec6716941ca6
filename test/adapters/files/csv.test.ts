import { stringify } from 'csv-stringify/sync';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { CsvError, csvReader, type CsvRecord } from '../../../adapters/files/csv.ts';

/** Reads text that comes in pieces of so many characters. */
function read(text: string, size = text.length): readonly CsvRecord[] {
  const reader = csvReader();
  const found: CsvRecord[] = [];
  for (let at = 0; at < text.length; at += Math.max(1, size)) found.push(...reader.push(text.slice(at, at + Math.max(1, size))));
  return [...found, ...reader.end()];
}

/** Records as `line: cells` or `line! fault`. */
const told = (records: readonly CsvRecord[]): readonly string[] =>
  records.map(({ line, cells, fault }) => (fault === null ? `${line}: ${cells.join(' | ')}` : `${line}!`));

describe('splitting CSV', () => {
  it('gives back what another program wrote, however it is cut into pieces', () => {
    const cell = fc.string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', '\r\n', ' ', '1'), maxLength: 6 });
    // A record of nothing but blanks is none.
    const row = fc.tuple(fc.constant('id'), cell, cell);
    fc.assert(
      fc.property(
        fc.array(row, { maxLength: 8 }),
        fc.integer({ min: 1, max: 40 }),
        fc.constantFrom(',', ';', '\t'),
        (rows, size, delimiter) => {
          const header = ['lead_id', 'name', 'channel'];
          const text = stringify([header, ...rows], { delimiter, quoted: true });
          const records = read(text, size);
          expect(records.map((record) => record.cells)).toEqual([header, ...rows]);
          const starts = [1];
          for (const cells of [header, ...rows]) starts.push(starts.at(-1)! + cells.join('').split('\n').length);
          expect(records.map((record) => record.line)).toEqual(starts.slice(0, -1));
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [',', 'a comma'],
    [';', 'a semicolon'],
    ['\t', 'a tab'],
    ['|', 'a bar'],
  ])('the header tells the delimiter: %j', (delimiter) => {
    const text = ['lead_id', 'na,me', 'x'].map((each) => (each === 'na,me' && delimiter === ',' ? '"na,me"' : each)).join(delimiter);
    expect(read(`${text}\np1${delimiter}n${delimiter}\n`)[1]?.cells).toEqual(['p1', 'n', '']);
  });

  it('a quoted header may hold other delimiters, and "sep=" says which one is meant', () => {
    expect(read('"lead_id";"a, b, c";"d"\n1;2;3\n')[1]?.cells).toEqual(['1', '2', '3']);
    expect(told(read('sep=;\nlead_id;name\np1;x\n'))).toEqual(['2: lead_id | name', '3: p1 | x']);
  });

  it('takes line ends of all systems, and no line for blank ones', () => {
    expect(told(read('a,b\r\n1,2\r\n\r\n3,4'))).toEqual(['1: a | b', '2: 1 | 2', '4: 3 | 4']);
    expect(told(read('a,b\r1,2\r3,4\r'))).toEqual(['1: a | b', '2: 1 | 2', '3: 3 | 4']);
    expect(told(read('a,b\n,,\n \n1,2\n'))).toEqual(['1: a | b', '4: 1 | 2']);
  });

  it('a record tells its first line, though a quoted cell runs over several', () => {
    expect(told(read('a,b\n1,"x\ny\nz"\n2,y\n'))).toEqual(['1: a | b', '2: 1 | x\ny\nz', '5: 2 | y']);
  });

  it('empty cells beyond the header are no cells', () => {
    expect(told(read('a,b\n1,2,,\n1,"2",,\n1,2,3\n'))).toEqual(['1: a | b', '2: 1 | 2', '3: 1 | 2', '4: 1 | 2 | 3']);
  });

  it('a quote within a cell is text, and blanks around a quoted cell are none of it', () => {
    expect(told(read('a,b\n5" pipe,x"y\n "a, b" , c\n'))).toEqual(['1: a | b', '2: 5" pipe | x"y', '3: a, b |  c']);
  });

  it('a quote that does not end its cell costs its own line alone', () => {
    expect(told(read('a,b\n1,"x"y\n2,z\n'))).toEqual(['1: a | b', '2!', '3: 2 | z']);
    expect(told(read('a,b\n1,"x\n2,"z",\n3,w\n'))).toEqual(['1: a | b', '2!', '3: 2 | z', '4: 3 | w']);
    // The next quote, far below, happens to close it: the lines between are still read.
    const between = Array.from({ length: 50 }, (_, n) => `${n},v`);
    const lines = ['a,b,c', 'x,"y,z', ...between.map((line) => `${line},w`), '99,"q"'];
    expect(told(read(lines.join('\n')))).toEqual([
      '1: a | b | c',
      '2!',
      ...between.map((line, n) => `${n + 3}: ${line.replace(',', ' | ')} | w`),
      '53: 99 | q',
    ]);
  });

  it.each([1, 7, 1000])('a quote that is never closed ends the file with its line, read in pieces of %i', (size) => {
    const text = `a,b\n1,2\n3,"x\n${'4,5\n'.repeat(10)}`;
    expect(() => read(text, size)).toThrow(new CsvError(3, 'a quote is opened and never closed'));
    try {
      read(text, size);
    } catch (error) {
      expect((error as CsvError).line).toBe(3);
    }
  });

  it('does not gather a whole file behind an open quote', () => {
    const reader = csvReader();
    reader.push('a,b\n1,"');
    expect(() => {
      for (let n = 0; n < 200; n += 1) reader.push('x,y\n'.repeat(2000));
    }).toThrow(expect.objectContaining({ name: 'CsvError', line: 2 }));
  });
});
