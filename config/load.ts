import { readFile } from 'node:fs/promises';
import { extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ConfigError } from '../src/errors.ts';

/** What the command reads from the environment; handed in, so that the library itself never looks. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** File names looked for in the working directory, in this order. */
export const configFileNames: readonly string[] = ['truce.config.json', 'truce.config.ts'];

/**
 * Loads a configuration file: JSON, or TypeScript with a default export.
 * Without a path, the first of `configFileNames` that exists; without any, the defaults hold.
 * @throws {ConfigError} CONFIG_NOT_FOUND when the named file is missing, CONFIG_NOT_JSON when it can't be parsed.
 */
export async function loadConfigFile(
  path: string | undefined,
  directory: string,
): Promise<{ readonly path: string | null; readonly raw: unknown }> {
  for (const name of path === undefined ? configFileNames : [path]) {
    const full = resolve(directory, name);
    const text = await readFile(full, 'utf8').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' && path === undefined) return undefined;
      throw new ConfigError('CONFIG_NOT_FOUND', `The configuration file ${full} can't be read (${error.code ?? error.message}).`, {
        hint: 'Name an existing file with --config or TRUCE_CONFIG, or run `truce init`.',
        cause: error,
      });
    });
    if (text === undefined) continue;
    return { path: full, raw: extname(full) === '.json' ? parseJson(text, full) : await importConfig(full) };
  }
  return { path: null, raw: {} };
}

function parseJson(text: string, path: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new ConfigError('CONFIG_NOT_JSON', `${path} is not valid JSON: ${(error as Error).message}`, {
      hint: 'Correct the file; comments and trailing commas are not JSON.',
      cause: error,
    });
  }
}

async function importConfig(path: string): Promise<unknown> {
  try {
    const module = (await import(pathToFileURL(path).href)) as { readonly default?: unknown };
    return module.default ?? {};
  } catch (error) {
    throw new ConfigError('CONFIG_NOT_FOUND', `${path} can't be loaded: ${(error as Error).message}`, {
      hint: 'It must be a module with `export default defineConfig({...})`.',
      cause: error,
    });
  }
}
