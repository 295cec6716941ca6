import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ConfigError } from '../errors.ts';

/**
 * Writes a file whole or not at all: beside it first, then renamed.
 * @throws {ConfigError} `OUT_UNWRITABLE` naming the file and why.
 */
export async function writeWhole(file: string, text: string): Promise<void> {
  await putInPlace(file, (partial) => writeFile(partial, text));
}

/**
 * Lets `work` write a file beside `file`, and puts it in its place when it is complete; else nothing is left.
 * @throws {ConfigError} `OUT_UNWRITABLE` when the folder is missing or may not be written to.
 */
export async function putInPlace<T>(file: string, work: (partial: string) => Promise<T>): Promise<T> {
  const partial = `${file}.${process.pid}.partial`;
  try {
    const result = await work(partial);
    await rename(partial, file);
    return result;
  } catch (error) {
    await rm(partial, { force: true });
    throw asUnwritable(error, file);
  }
}

/** Makes a folder with those above it. @throws {ConfigError} `OUT_UNWRITABLE` */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { recursive: true });
  } catch (error) {
    throw asUnwritable(error, folder);
  }
}

/** An error of the file system as a sentence with a fix; any other as it is. */
function asUnwritable(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'syscall' in error && 'code' in error ? String(error.code) : null;
  if (code === null) return error;
  return new ConfigError('OUT_UNWRITABLE', `${path} can't be written (${code}).`, {
    hint:
      code === 'ENOENT' ? `Make the folder ${dirname(path)} first, or name another one.` : 'Name another file, or correct its permissions.',
    cause: error,
  });
}
