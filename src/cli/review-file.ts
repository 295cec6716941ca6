import { ConfigError } from '../errors.ts';
import type { RecordId } from '../model/words.ts';
import type { PersonRef } from '../state/types.ts';
import type { Decision } from '../sync/decide.ts';

/**
 * The rows of an edited review file, one after the other. Columns are found by their names, in any order; further ones don't
 * matter. Delimiter and encoding are whatever the spreadsheet made of them.
 * @throws {ConfigError} `REVIEW_UNREADABLE` when it is no such file.
 */
export async function* decisionsIn(path: string, name: string): AsyncGenerator<Decision> {
  const { recordsOf } = await import('../../adapters/files/source.ts');
  let header: Header | null = null;
  try {
    for await (const { records } of recordsOf(path, name)) {
      for (const { line, cells, fault } of records) {
        if (fault !== null) throw unreadable(`${name}:${line}: ${fault}.`);
        if (header === null) header = headerOf(cells, name);
        else yield decisionOf(cells, { line, header, name });
      }
    }
  } catch (error) {
    if (error instanceof ConfigError && error.code === 'IMPORT_BAD_CSV') throw unreadable(error.message, error);
    throw error;
  }
  if (header === null) throw unreadable(`${name} is empty.`);
}

interface Header {
  readonly decision: number;
  readonly proposal: number;
  readonly record: number;
  readonly candidates: readonly number[];
  readonly more: number;
}

function headerOf(cells: readonly string[], name: string): Header {
  const names = cells.map((cell) =>
    cell
      .trim()
      .toLowerCase()
      .replace(/^\ufeff/, ''),
  );
  const candidates = names.flatMap((one, index) => (/^record_\d+$/.test(one) ? [index] : []));
  const header = {
    decision: names.indexOf('decision'),
    proposal: names.indexOf('proposal'),
    record: names.indexOf('record'),
    more: names.indexOf('more'),
    candidates,
  };
  if (header.decision === -1 || header.record === -1 || candidates.length === 0)
    throw unreadable(`${name} has no columns decision, record and record_1.`);
  return header;
}

function decisionOf(cells: readonly string[], { line, header, name }: { line: number; header: Header; name: string }): Decision {
  const cell = (index: number): string => cells[index]?.trim() ?? '';
  const subject = refOf(cell(header.record));
  if (subject === null) throw unreadable(`${name}:${line}: the column record holds no record.`);
  const more = cell(header.more).split(/\s+/);
  const candidates = [...header.candidates.map(cell), ...more].filter((text) => text !== '').map(refOf);
  const known = candidates.filter((ref) => ref !== null);
  if (known.length < candidates.length) throw unreadable(`${name}:${line}: a candidate is no record.`);
  return { line, ...subject, candidates: known, proposal: cell(header.proposal), decision: cell(header.decision) };
}

function refOf(text: string): PersonRef | null {
  const found = /^'?(marketing|sales):(.+)$/.exec(text);
  const [, side, id] = found ?? [];
  return (side === 'marketing' || side === 'sales') && id !== undefined ? { side, id: id as RecordId } : null;
}

function unreadable(message: string, cause?: unknown): ConfigError {
  return new ConfigError('REVIEW_UNREADABLE', message, {
    hint: 'Name a file that `truce link review --out FILE.csv` wrote, saved as CSV again.',
    ...(cause === undefined ? {} : { cause }),
  });
}
