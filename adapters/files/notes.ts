/** A row or a cell that could not be taken as it was. */
export interface ImportProblem {
  /** The file's name. */
  readonly file: string;
  /** The line on which the row begins, counted from 1. */
  readonly line: number;
  /** A sentence without its end: what was wrong and what was done about it. */
  readonly problem: string;
}

/** What is noted while a file is read. Notes name lines, never ids: an id may be an e-mail address. */
export interface FileNotes {
  /** A row that was left out. */
  skip(line: number, problem: string): void;
  /** A cell that was left empty. */
  leave(line: number, column: string, problem: string): void;
  /** Something that is told once for the file, with how often it happened and where first. `sentence` says what follows. */
  tally(line: number, sentence: (n: number) => string): void;
  /** What there is to say, as sentences. */
  sentences(): readonly string[];
  readonly skipped: number;
  /** The first row that was left out, as a sentence. */
  readonly firstSkipped: string;
}

/** Skipped rows of a file that are named one by one. */
const named = 10;
/** Cells of a column that are named one by one. */
const namedCells = 3;
/** Problems of an import that are kept one by one. */
const kept = 50;

/** Notes of the file `name`; the first problems of all files go to `problems`. */
export function fileNotes(name: string, problems: ImportProblem[]): FileNotes {
  const skipped: string[] = [];
  const left: string[] = [];
  const tallies = new Map<(n: number) => string, { n: number; readonly line: number }>();
  const leftBy = new Map<string, number>();
  let skips = 0;
  const keep = (line: number, problem: string): void => {
    if (problems.length < kept) problems.push({ file: name, line, problem });
  };
  return {
    skip(line, problem) {
      skips += 1;
      keep(line, `skipped, ${problem}`);
      if (skipped.length < named) skipped.push(`${name}:${line}: skipped, ${problem}.`);
    },
    leave(line, column, problem) {
      const n = (leftBy.get(column) ?? 0) + 1;
      leftBy.set(column, n);
      keep(line, `left empty, ${problem}`);
      if (n <= namedCells) left.push(`${name}:${line}: left empty, ${problem}.`);
    },
    tally(line, sentence) {
      const seen = tallies.get(sentence);
      if (seen === undefined) tallies.set(sentence, { n: 1, line });
      else seen.n += 1;
    },
    sentences: () => [
      ...skipped,
      ...(skips > named ? [`${name}: ${counted(skips - named, 'more row')} skipped.`] : []),
      ...left,
      ...[...leftBy]
        .filter(([, n]) => n > namedCells)
        .map(([column, n]) => `${name}: ${column} left empty in ${counted(n, 'row')} in all.`),
      ...[...tallies].map(([sentence, { n, line }]) => `${name}: ${sentence(n)} (${n === 1 ? 'line' : 'the first in line'} ${line}).`),
    ],
    get skipped() {
      return skips;
    },
    get firstSkipped() {
      return skipped[0] ?? '';
    },
  };
}

/** `1 row`, `3 rows`. */
export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n} ${n === 1 ? one : many}`;
}

/** A cell's text for a sentence: cut short, and not shown where it may be somebody's address or telephone number. */
export function shown(text: string): string {
  if (/@|^\+/u.test(text)) return '(not shown here)';
  return `"${text.length > 40 ? `${text.slice(0, 40)}…` : text}"`;
}
