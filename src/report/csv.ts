import { stringify } from 'csv-stringify/sync';
import { tablesOf } from './tables.ts';
import type { ReportInput } from './types.ts';
import { headline } from './words.ts';

/**
 * Every table of every statistic in one long file: `statistic, slug, table, row, column, value`.
 * Cells that a spreadsheet would run as a formula get a leading apostrophe.
 */
export function renderCsv(input: ReportInput): string {
  const rows = input.alignment.statistics.flatMap((stat) => [
    [stat.id, stat.slug, 'headline', '0', 'estimate', stat.estimate],
    [stat.id, stat.slug, 'headline', '0', 'lo', stat.interval?.lo ?? null],
    [stat.id, stat.slug, 'headline', '0', 'hi', stat.interval?.hi ?? null],
    [stat.id, stat.slug, 'headline', '0', 'n', stat.population.n],
    [stat.id, stat.slug, 'headline', '0', 'says', headline(stat).sentence],
    ...(stat.notMeasured === undefined ? tablesOf(stat) : []).flatMap((table) =>
      table.rows.flatMap((row, index) =>
        row.map((cell, column) => [stat.id, stat.slug, table.key, String(index + 1), table.columns[column]?.label ?? '', cell.value]),
      ),
    ),
  ]);
  return stringify([['statistic', 'slug', 'table', 'row', 'column', 'value'], ...rows.map((row) => row.map(harmless))], {
    record_delimiter: 'unix',
  });
}

/** A cell as a spreadsheet shows it and never runs it. */
export function harmless(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'number') return String(value);
  return /^[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/.test(value) && !/^-?\d+(\.\d+)?$/.test(value) ? `'${value}` : value;
}
