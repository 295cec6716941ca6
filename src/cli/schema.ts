import { resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import type { SchemaFile } from '../schema-file.ts';
import type { CheckResult } from '../truce.ts';
import { writeWhole } from './files.ts';
import type { Io } from './io.ts';

/** No account's schema comes near it; a larger file is none. */
const mostBytes = 64 * 1024 * 1024;

/**
 * Reads a schema file that an option names.
 * @throws {ConfigError} `OPTION_INVALID` when it can't be read, `SCHEMA_INVALID` when it is no schema, with the path of each member that is wrong
 */
export async function loadSchema(io: Io, name: string): Promise<SchemaFile> {
  const file = resolve(io.cwd, name);
  const [{ readFile, stat }, { parseSchemaFile }] = await Promise.all([import('node:fs/promises'), import('../schema-file.ts')]);
  let given: unknown;
  try {
    if ((await stat(file)).size > mostBytes) throw new Error('it is larger than 64 MB');
    given = JSON.parse(await readFile(file, 'utf8')) as unknown;
  } catch (error) {
    throw new ConfigError('OPTION_INVALID', `--schema ${file} can't be read: ${(error as Error).message}`, {
      hint: 'Name a file that `truce check --save-schema FILE` wrote.',
      cause: error,
    });
  }
  return parseSchemaFile(given);
}

/** Writes what a check found of both CRMs' schema, for people and version control to read. Returns the file's path. */
export async function saveSchema(io: Io, name: string, { accounts, descriptions }: CheckResult): Promise<string> {
  const { schemaFileOf } = await import('../schema-file.ts');
  const file = resolve(io.cwd, name);
  const schema = schemaFileOf({
    marketing: { system: 'hubspot', account: accounts.marketing, description: descriptions.marketing },
    sales: { system: 'salesforce', account: accounts.sales, description: descriptions.sales },
  });
  await writeWhole(file, `${JSON.stringify(schema, null, 1)}\n`);
  return file;
}

/** The same check on a schema file: what only a live CRM can tell is left open. */
export async function checkSchema(schema: SchemaFile, settings: CheckSettings): Promise<CheckResult> {
  const [{ factsOf }, { allProblems }, { proveMaps }] = await Promise.all([
    import('../schema-file.ts'),
    import('../sync/check-fields.ts'),
    import('../sync/lens-proof.ts'),
  ]);
  const [marketing, sales] = [factsOf(schema.marketing), factsOf(schema.sales)];
  return {
    accounts: { marketing: marketing.account, sales: sales.account },
    descriptions: { marketing: marketing.description, sales: sales.description },
    problems: allProblems({ marketing, sales }, settings),
    maps: proveMaps(settings, { marketing: marketing.description, sales: sales.description }),
    budgets: { marketing: null, sales: null },
  };
}

type CheckSettings = Parameters<typeof import('../sync/check-fields.ts').allProblems>[1];
