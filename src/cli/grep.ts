import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { ConfigError } from '../errors.ts';

/**
 * The files below a file or folder that hold one of some words, whatever their case; read as bytes, piece by piece. Links are not followed.
 * @throws {ConfigError} `FORGET_ALSO` when the path can't be read.
 */
export async function* filesHolding(path: string, words: readonly string[]): AsyncGenerator<string> {
  const wanted = words.filter((word) => word.length > 2).map((word) => word.toLowerCase());
  if (wanted.length === 0) return;
  for await (const file of filesBelow(path)) if (await holds(file, wanted)) yield file;
}

async function* filesBelow(path: string): AsyncGenerator<string> {
  try {
    const found = await stat(path);
    if (found.isFile()) return yield path;
    const entries = await readdir(path, { withFileTypes: true });
    for (const entry of entries.toSorted((a, b) => (a.name < b.name ? -1 : 1))) {
      if (entry.isFile()) yield join(path, entry.name);
      else if (entry.isDirectory()) yield* filesBelow(join(path, entry.name));
    }
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : null;
    if (code === null) throw error;
    throw new ConfigError('FORGET_ALSO', `${path} can't be searched (${code}).`, {
      hint: 'Name a folder or a file that can be read.',
      cause: error,
    });
  }
}

async function holds(file: string, wanted: readonly string[]): Promise<boolean> {
  const overlap = Math.max(...wanted.map((word) => Buffer.byteLength(word))) * 4;
  let tail = '';
  for await (const chunk of createReadStream(file, { highWaterMark: 1_048_576 }) as AsyncIterable<Buffer>) {
    // Byte by byte, so that a word that lies over two pieces, or among binary data, is found as well.
    const text = tail + chunk.toString('latin1');
    const plain = [text.toLowerCase(), Buffer.from(text, 'latin1').toString('utf8').toLowerCase()];
    if (wanted.some((word) => plain.some((one) => one.includes(word)))) return true;
    tail = text.slice(-overlap);
  }
  return false;
}
