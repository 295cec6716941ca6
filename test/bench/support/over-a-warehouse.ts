// Run by the figure `statistics`: imports a folder into a warehouse, or computes every statistic of one, each in a process of its own.
import { importFiles } from 'truce/files';
import { alignmentOf } from '../../../src/report/from-warehouse.ts';
import { openWarehouse } from '../../../src/warehouse/duckdb.ts';
import { testSettings } from '../../support/settings.ts';
import { toyEnd } from '../../support/toy-company.ts';
import { costOf, type Cost } from './process.ts';

/** What it took, and over how much: rows imported, or statistics computed. */
export interface Done extends Cost {
  readonly count: number;
}

const [what = '', path = '', folder = ''] = process.argv.slice(2);
const settings = testSettings();
await using warehouse = await openWarehouse(path, { readOnly: what === 'statistics', threads: 2 });
const { result, ...cost } = await costOf(async () => {
  if (what === 'import') {
    const { files } = await importFiles(folder, warehouse, { settings });
    return files.reduce((sum, file) => sum + file.rows, 0);
  }
  const report = await alignmentOf(warehouse, { settings, asOf: toyEnd });
  return report.statistics.filter((one) => one.estimate !== null).length;
});
const done: Done = { ...cost, count: result };
process.stdout.write(JSON.stringify(done));
