import type { StatResult } from '../alignment/types.ts';
import { instantText } from './format.ts';
import { tablesOf, type Table } from './tables.ts';
import { plain } from './markup.ts';
import type { ReportInput } from './types.ts';
import { benchmarkText, headline, leftOut, sentence } from './words.ts';

/** The report as Markdown, for a wiki or a pull request. Values are escaped, so that no lead's data can become markup. */
export function renderMarkdown(input: ReportInput): string {
  const { alignment } = input;
  return [
    `# ${escape(input.company)}: what became of the leads`,
    '',
    `As of ${instantText(alignment.asOf)}. Ranges hold the process with 95 %.`,
    ...input.notes.map((note) => escape(sentence(note))),
    '',
    '| Figure | Value | Range | Of |',
    '| --- | ---: | --- | --- |',
    ...alignment.statistics.map((stat) => {
      const words = headline(stat);
      return `| ${escape(stat.title)} | ${escape(words.figure)} | ${escape(words.interval)} | ${escape(words.sentence)} |`;
    }),
    '',
    ...alignment.statistics.filter((stat) => stat.notMeasured === undefined).flatMap(section),
  ].join('\n');
}

function section(stat: StatResult): readonly string[] {
  return [
    `## ${escape(stat.title)}`,
    '',
    escape(`${stat.question} ${leftOut(stat)}`),
    '',
    ...stat.benchmarks.map((benchmark) => `> Published: ${escape(benchmarkText(benchmark))}`),
    ...(stat.benchmarks.length > 0 ? [''] : []),
    ...stat.warnings.map((warning) => `- ${escape(sentence(warning.text))}`),
    ...(stat.warnings.length > 0 ? [''] : []),
    ...tablesOf(stat)
      .filter((table) => !table.key.startsWith('curve-'))
      .flatMap(grid),
  ];
}

function grid(table: Table): readonly string[] {
  return [
    `**${escape(table.title)}**`,
    '',
    `| ${table.columns.map((column) => escape(column.label)).join(' | ')} |`,
    `| ${table.columns.map((column) => (column.numeric ? '---:' : '---')).join(' | ')} |`,
    ...table.rows.map((row) => `| ${row.map((cell) => escape(cell.text)).join(' | ')} |`),
    '',
  ];
}

function escape(text: string): string {
  return plain(text)
    .replace(/\s+/g, ' ')
    .replace(/[\\`*_{}[\]<>#|!~&]/g, '\\$&');
}
