import { InvalidArgumentError, Option, type Command } from 'commander';

/** Parses a whole number of at least 0 for an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return Number(text);
}

/** Adds the options of commands that use the two stores and a configuration. */
export function withStores(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration file (default: truce.config.json, where it exists; environment: TRUCE_CONFIG)')
    .option('--state <file>', 'where Truce keeps what it must never lose (default: truce.db; environment: TRUCE_STATE)')
    .option('--warehouse <file>', 'where the merged data is (default: truce.duckdb; environment: TRUCE_WAREHOUSE)')
    .option('--json', 'print the result as one line of JSON');
}

/** Adds the options that say who takes part in a run. */
export function withScope(command: Command): Command {
  return command
    .addOption(new Option('--mode <mode>', 'what a run may do (environment: TRUCE_MODE)').choices(['observe', 'outcomes', 'sync']))
    .option('--only <who>', 'one person only: an e-mail address or a record id of either CRM')
    .option('--limit <n>', 'write at most this many people', wholeNumber);
}
