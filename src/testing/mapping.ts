import { factsOf, parseSchemaFile } from '../schema-file.ts';
import type { Side } from '../model/words.ts';
import { allProblems } from '../sync/check-fields.ts';
import type { Problem, SideFacts } from '../sync/check.ts';
import { proveMaps, type LensRow } from '../sync/lens-proof.ts';
import { parseConfig } from '../truce.ts';

/** What a configuration does to an account's fields. */
export interface MappingCheck {
  /** Nothing stands in the way of syncing, as far as a schema tells: permissions and other writers are not in it. */
  readonly ready: boolean;
  /** As `truce check --schema` lists them. */
  readonly problems: readonly Problem[];
  /** Every value of the mapped picklists, there and back. */
  readonly maps: readonly LensRow[];
  /** The values of `maps` that have one of these verdicts. */
  verdict(...verdicts: readonly LensRow['verdict'][]): readonly LensRow[];
}

/**
 * Checks a configuration against the schema of both CRMs, offline: for a test of your own that fails before the sync does.
 * Pure.
 * @param config as in `truce.config.json`, or what `defineConfig` returned
 * @param schema the parsed file that `truce check --save-schema FILE` wrote
 * @throws {ConfigError} `CONFIG_INVALID`, `SCHEMA_INVALID`, each with every problem
 * @example
 * const mapping = checkMapping(config, JSON.parse(readFileSync('schema.json', 'utf8')));
 * assert.ok(mapping.ready);
 * assert.deepEqual(mapping.verdict('unknown', 'refused'), []);
 */
export function checkMapping(config: unknown, schema: unknown): MappingCheck {
  const settings = parseConfig(config);
  const facts = schemaFacts(schema);
  const problems = allProblems(facts, settings);
  const maps = proveMaps(settings, { marketing: facts.marketing.description, sales: facts.sales.description });
  return {
    ready: problems.every((problem) => !problem.blocks.includes('sync')),
    problems,
    maps,
    verdict: (...verdicts) => maps.filter((row) => verdicts.includes(row.verdict)),
  };
}

/** Both sides of a schema file. @throws {ConfigError} `SCHEMA_INVALID` */
export function schemaFacts(schema: unknown): Readonly<Record<Side, SideFacts>> {
  const { marketing, sales } = parseSchemaFile(schema);
  return { marketing: factsOf(marketing), sales: factsOf(sales) };
}
