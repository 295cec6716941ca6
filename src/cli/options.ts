import { InvalidArgumentError, Option, type Command } from 'commander';
import type { Allowances } from '../sync/guard.ts';

/** Parses a whole number of at least 0 for an option. */
export function wholeNumber(text: string): number {
  if (!/^\d{1,12}$/.test(text)) throw new InvalidArgumentError('It must be a whole number of at least 0.');
  return Number(text);
}

const units = new Map([
  ['s', 1000],
  ['m', 60_000],
  ['h', 3_600_000],
  ['d', 86_400_000],
]);

/** Parses `30m`, `2h`, `1d` for an option, to milliseconds. */
export function duration(text: string): number {
  const match = /^(\d{1,6})([smhd])$/.exec(text);
  const unit = units.get(match?.[2] ?? '');
  if (match === null || unit === undefined) throw new InvalidArgumentError('Write it like 30m, 2h or 1d.');
  return Number(match[1]) * unit;
}

/** Parses an instant for an option: ISO 8601, a day alone being its beginning in UTC; epoch milliseconds. */
export function instant(text: string): number {
  const at = /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(at)) throw new InvalidArgumentError('Write it like 2026-01-31 or 2026-01-31T17:00:00Z.');
  return at;
}

/** Adds the options of commands that use only the warehouse and a configuration. */
export function withWarehouse(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration file (default: truce.config.json, where it exists; environment: TRUCE_CONFIG)')
    .option('--warehouse <file>', 'where the merged data is (default: truce.duckdb; environment: TRUCE_WAREHOUSE)');
}

/** Adds the options of commands that use the two stores and a configuration. */
export function withStores(command: Command): Command {
  return command
    .option('--config <file>', 'the configuration file (default: truce.config.json, where it exists; environment: TRUCE_CONFIG)')
    .option('--state <file>', 'where Truce keeps what it must never lose (default: truce.db; environment: TRUCE_STATE)')
    .option(
      '--warehouse <file>',
      'where the merged data is; none: keep none, so that there are no outcomes and no figures (default: truce.duckdb; environment: TRUCE_WAREHOUSE)',
    )
    .option('--json', 'print the result as one line of JSON');
}

/** Adds the option that overrides what a run may do. */
export function withMode(command: Command): Command {
  return command.addOption(
    new Option('--mode <mode>', 'what a run may do (environment: TRUCE_MODE)').choices(['observe', 'outcomes', 'sync']),
  );
}

/** Adds the options that say who takes part in a run. */
export function withScope(command: Command): Command {
  return withMode(command)
    .option('--only <who>', 'one person only: an e-mail address, a record id of either CRM, or a key')
    .option('--limit <n>', 'write at most this many people', wholeNumber);
}

export interface AllowanceOptions {
  readonly allowChanges?: number;
  readonly allowCreates?: number;
  readonly allowUnlinks?: number;
  readonly allowGone?: number;
}

/** Adds the options that let a run through a guard, each by the number that the guard named. */
export function withAllowances(command: Command): Command {
  return command
    .option('--allow-changes <n>', 'let this many changes through the guard', wholeNumber)
    .option('--allow-creates <n>', 'let this many creates through the guard', wholeNumber)
    .option('--allow-unlinks <n>', 'let this many links be dissolved', wholeNumber)
    .option('--allow-gone <n>', 'let this many people of a side be gone at once', wholeNumber);
}

/** The guards that the options lift. */
export function allowances({ allowChanges, allowCreates, allowUnlinks, allowGone }: AllowanceOptions): Allowances {
  return { changes: allowChanges, creates: allowCreates, unlinks: allowUnlinks, gone: allowGone };
}
