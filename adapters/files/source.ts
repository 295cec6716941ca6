import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

import { ConfigError } from '../../src/errors.ts';
import { CsvError, csvReader, type CsvRecord } from './csv.ts';

const hint = 'Write it as CSV with a header line and double quotes, in UTF-8; nothing was imported.';

/** Some records of a file. */
export interface Batch {
  readonly records: readonly CsvRecord[];
  /** Some of them may hold U+FFFD, for bytes that are no text. */
  readonly garbled: boolean;
}

/**
 * The records of a file, in batches. UTF-8, or UTF-16 with a byte order mark.
 * @throws {ConfigError} IMPORT_BAD_CSV with the line, when the file can't be read, is no text, or has a quote that is never closed.
 */
export async function* recordsOf(path: string, name: string): AsyncGenerator<Batch> {
  const file = createReadStream(path, { highWaterMark: 262_144 });
  const bytes = path.endsWith('.gz') ? file.pipe(createGunzip()) : file;
  if (bytes !== file) file.on('error', (error) => bytes.destroy(error));
  const reader = csvReader();
  let decoder: InstanceType<typeof TextDecoder> | null = null;
  let garbled = false;
  try {
    for await (const chunk of bytes as AsyncIterable<Uint8Array>) {
      decoder ??= new TextDecoder(encodingOf(chunk));
      const text = decoder.decode(chunk, { stream: true });
      // From there on, for a record may begin in one piece and end in the next.
      garbled ||= text.includes('\uFFFD');
      yield { records: reader.push(text), garbled };
    }
    const last = decoder?.decode() ?? '';
    yield { records: [...reader.push(last), ...reader.end()], garbled: garbled || last !== '' };
  } catch (cause) {
    if (cause instanceof CsvError)
      throw new ConfigError('IMPORT_BAD_CSV', `${name}:${cause.line} is no readable CSV: ${cause.message}.`, { hint, cause });
    if (!(cause instanceof Error && 'code' in cause)) throw cause;
    throw new ConfigError('IMPORT_BAD_CSV', `${name} can't be read: ${String(cause.code)}.`, { hint, cause });
  } finally {
    file.destroy();
  }
}

/** By the byte order mark. A zero byte without one is no text: a spreadsheet, an archive, a database. */
function encodingOf(start: Uint8Array): string {
  if (start[0] === 0xff && start[1] === 0xfe) return 'utf-16le';
  if (start[0] === 0xfe && start[1] === 0xff) return 'utf-16be';
  if (start.includes(0)) throw new CsvError(1, 'it holds no text, but a spreadsheet, an archive or the like');
  return 'utf-8';
}
