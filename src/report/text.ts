import type { StatResult } from '../alignment/types.ts';
import { instantText } from './format.ts';
import { plain } from './markup.ts';
import { tablesOf, type Table } from './tables.ts';
import type { ReportInput } from './types.ts';
import { benchmarkText, headline, leftOut, sentence } from './words.ts';

const width = 100;
const mostRows = 12;

/** The report for a terminal or a mail: the headlines, then the tables that fit a screen. */
export function renderText(input: ReportInput): string {
  const { alignment } = input;
  const title = `${input.company}: what became of the leads`;
  return `${[
    title,
    '='.repeat(Math.min(width, [...title].length)),
    `As of ${instantText(alignment.asOf)}. Ranges hold the process with 95 %.`,
    ...input.notes.map(sentence),
    '',
    ...alignment.statistics.flatMap(block),
  ]
    .map(plain)
    .join('\n')}\n`;
}

function block(stat: StatResult): readonly string[] {
  const words = headline(stat);
  const tables = stat.notMeasured === undefined ? tablesOf(stat).filter((table) => !table.key.startsWith('curve-')) : [];
  return [
    `${stat.title} (${stat.id})`,
    `  ${[words.figure, words.interval].filter((part) => part !== '').join('  ')}`,
    ...wrap(`${words.sentence} ${leftOut(stat)}`, '  '),
    ...stat.benchmarks.slice(0, 2).flatMap((benchmark) => wrap(`Published: ${benchmarkText(benchmark)}`, '  ')),
    ...stat.warnings.flatMap((warning) => wrap(`! ${sentence(warning.text)}`, '  ')),
    ...tables.slice(0, 3).flatMap(grid),
    '',
  ];
}

function grid(table: Table): readonly string[] {
  const rows = table.rows.slice(0, mostRows).map((row) => row.map((cell) => cell.text));
  const all = [table.columns.map((column) => column.label), ...rows];
  const widths = table.columns.map((_, index) => Math.min(34, Math.max(...all.map((row) => [...(row[index] ?? '')].length))));
  const kept = fitting(widths);
  const line = (row: readonly string[]): string =>
    `    ${kept.map((index) => pad(row[index] ?? '', widths[index] ?? 0, table.columns[index]?.numeric === true)).join('  ')}`.trimEnd();
  const more = table.rows.length > mostRows ? [`    … ${table.rows.length - mostRows} more in --format csv`] : [];
  return ['', `  ${table.title}`, ...all.map(line), ...more];
}

/** The leading columns that fit the width. */
function fitting(widths: readonly number[]): readonly number[] {
  let used = 4;
  return widths.flatMap((each, index) => {
    used += each + 2;
    return used <= width + 2 ? [index] : [];
  });
}

function pad(text: string, size: number, right: boolean): string {
  const chars = [...text];
  const shown = chars.length > size ? `${chars.slice(0, size - 1).join('')}…` : text;
  const space = ' '.repeat(Math.max(0, size - [...shown].length));
  return right ? space + shown : shown + space;
}

function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(/\s+/)) {
    if (line.length + word.length + 1 > width && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()];
}
