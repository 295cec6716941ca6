import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { writeToyCsv, type ToyTable } from '../../support/toy-company.ts';
import { median, type Figure, type Measured } from '../figure.ts';
import type { Done } from '../support/over-a-warehouse.ts';
import { run, withFolder } from '../support/process.ts';

const leads = 100_000;
/** Makes about 500,000 touches. */
const busy = 9;
/** The bars are 30 s and 2 GB for a million leads. */
const share = leads / 1_000_000;
const times = 3;

export const figure: Figure = {
  title: `import and all statistics of ${leads.toLocaleString('en')} leads and 500,000 touches, DuckDB on two threads`,
  measure: () =>
    withFolder(async (folder) => {
      const csv = join(folder, 'csv');
      await mkdir(csv);
      const rows = await writeToyCsv(csv, { leads, busy });
      const warehouse = join(folder, 'toy.duckdb');
      const imported = await inOwnProcess('import', warehouse, csv);
      const runs: Done[] = [];
      for (let time = 0; time < times; time += 1) runs.push(await inOwnProcess('statistics', warehouse));
      return [...importRows(imported, rows), ...statisticsRows(runs)];
    }),
};

async function inOwnProcess(what: 'import' | 'statistics', warehouse: string, csv: string = ''): Promise<Done> {
  const program = join(import.meta.dirname, '../support/over-a-warehouse.ts');
  const { code, stdout } = await run(process.execPath, ['--conditions=truce-source', '--expose-gc', program, what, warehouse, csv]);
  if (code !== 0) throw new Error(`${what} ended with ${code}`);
  return JSON.parse(stdout) as Done;
}

function importRows(imported: Done, rows: ReadonlyMap<ToyTable, number>): readonly Measured[] {
  const written = [...rows.values()].reduce((sum, count) => sum + count, 0);
  if (imported.count < written) throw new Error(`${written} rows were written and ${imported.count} imported`);
  const parts = [...rows].map(([table, count]) => `${table} ${count.toLocaleString('en')}`).join(', ');
  return [
    {
      what: 'CSV import: rows a second',
      value: Math.round(imported.count / imported.seconds),
      unit: 'rows/s',
      bar: null,
      note: `${imported.count.toLocaleString('en')} rows in ${imported.seconds.toFixed(1)} s (${parts})`,
    },
    { what: 'CSV import: peak memory', value: imported.peakMb, unit: 'MB', bar: null, note: '' },
  ];
}

function statisticsRows(runs: readonly Done[]): readonly Measured[] {
  const seconds = runs.map((one) => one.seconds);
  const middle = median(seconds);
  return [
    {
      what: 'all statistics: seconds',
      value: middle,
      unit: 's',
      bar: { is: 'at most', value: 30 * share },
      note: `median of ${times}, least ${Math.min(...seconds).toFixed(2)} s of wall time and ${Math.min(...runs.map((one) => one.cpuSeconds)).toFixed(2)} s of CPU; ${runs[0]?.count} statistics with an estimate; for 1,000,000 leads about ${(middle / share).toFixed(0)} s, if it stays linear`,
    },
    {
      what: 'all statistics: peak memory',
      value: Math.max(...runs.map((one) => one.peakMb)),
      unit: 'MB',
      bar: { is: 'at most', value: 2_000 },
      note: '',
    },
  ];
}
