import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, it } from 'vitest';
import { configJsonSchema } from '../../config/json-schema.ts';
import { exitCodeOf, exitCodes } from '../../src/cli/exit.ts';
import { buildProgram } from '../../src/cli/main.ts';
import { ConfigError, PlanError, StateError } from '../../src/errors.ts';
import { block, readmePath } from './block.ts';

const root = resolve(import.meta.dirname, '../..');
const io = {
  env: {},
  cwd: root,
  terminal: null,
  data: () => undefined,
  document: () => undefined,
  say: () => undefined,
  ask: async () => null,
  signal: new AbortController().signal,
};

function cell(text: string): string {
  return text.replaceAll('|', '\\|').replace(/\s+/g, ' ');
}

function commandText(command: Command): string {
  const usage = `truce ${command.name()} ${command.usage().replace('[options]', '').trim()}`.trim();
  const options = command.options.map((option) => {
    const choices = option.argChoices === undefined ? '' : ` (${option.argChoices.join(', ')})`;
    const fallback = option.defaultValue === undefined ? '' : `; default ${String(option.defaultValue)}`;
    return `| \`${cell(option.flags)}\` | ${cell(option.description)}${choices}${fallback} |`;
  });
  const table = options.length === 0 ? '' : `\n| option | |\n| --- | --- |\n${options.join('\n')}\n`;
  return `**\`${usage}\`**: ${command.description()}\n${table}`;
}

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

function configurationRows(schema: Schema, path: string): readonly string[] {
  return Object.entries(schema.properties ?? {}).flatMap(([key, part]) => {
    if (key === '$schema') return [];
    const here = path === '' ? key : `${path}.${key}`;
    if (part.properties !== undefined) return configurationRows(part, here);
    const choices = part.enum === undefined ? '' : ` One of ${part.enum.map((each) => `\`${String(each)}\``).join(', ')}.`;
    const fallback = part.default === undefined ? 'stock' : `\`${JSON.stringify(part.default)}\``;
    const own = `| \`${here}\` | ${cell(fallback)} | ${cell(part.description ?? '')}${choices} |`;
    return part.items?.properties === undefined ? [own] : [own, ...configurationRows(part.items, `${here}[]`)];
  });
}

function sources(room: string): readonly string[] {
  return readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => join(room, name));
}

/** As the command would end; what a CRM's error ends with depends on how it failed. */
function exitOf(kind: string, code: string): string {
  const error = { ConfigError, PlanError, StateError }[kind];
  return error === undefined ? '4 or 5' : String(exitCodeOf(new error(code, '', { hint: '' })));
}

function errorRows(): readonly string[] {
  const found = new Map<string, string>();
  for (const file of [...sources('src'), ...sources('adapters'), ...sources('config')].filter(
    (name) => !/(^|\/)(sandbox|memory|testing)\//.test(name),
  )) {
    for (const match of readFileSync(join(root, file), 'utf8').matchAll(
      /new (ConfigError|CrmError|PlanError|StateError)\(\s*'([A-Z][A-Z0-9_]+)'/g,
    )) {
      found.set(match[2] as string, match[1] as string);
    }
  }
  return [...found].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([code, kind]) => `| \`${code}\` | ${kind} | ${exitOf(kind, code)} |`);
}

describe('the README', () => {
  it('lists every command with every option (rewrite with UPDATE_README=1)', () => {
    const program = buildProgram({ io, exit: 0 });
    const { found, wanted } = block('commands', program.commands.map(commandText).join('\n'));
    expect(program.commands.length).toBeGreaterThanOrEqual(13);
    expect(found).toBe(wanted);
  });

  it('lists every configuration key with its default and its meaning', () => {
    const rows = configurationRows(configJsonSchema(), '');
    const { found, wanted } = block('configuration', `| key | default | |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
    expect(rows.filter((row) => /\|\s+\|$/.test(row))).toEqual([]);
    expect(found).toBe(wanted);
  });

  it('lists every error code that can be thrown', () => {
    const rows = errorRows();
    const { found, wanted } = block('errors', `| code | class | exit |\n| --- | --- | --- |\n${rows.join('\n')}\n`);
    expect(rows.length).toBeGreaterThan(15);
    expect(found).toBe(wanted);
  });

  it('lists every exit code', () => {
    const readme = readFileSync(readmePath, 'utf8');
    for (const code of Object.values(exitCodes)) expect(readme).toMatch(new RegExp(`^\\| ${code} \\| \\w`, 'm'));
  });

  it('lists everything that each import gives', async () => {
    const names = ['index', 'hubspot', 'salesforce', 'memory', 'files', 'sandbox', 'testing'] as const;
    const paths = { index: 'src/index.ts', testing: 'src/testing/index.ts' } as Readonly<Record<string, string>>;
    const rows = await Promise.all(
      names.map(async (name) => {
        const module = (await import(join(root, paths[name] ?? `adapters/${name}/index.ts`))) as object;
        return `| \`truce${name === 'index' ? '' : `/${name}`}\` | ${Object.keys(module)
          .toSorted()
          .map((each) => `\`${each}\``)
          .join(', ')} |`;
      }),
    );
    const { found, wanted } = block('exports', `| import | values |\n| --- | --- |\n${rows.join('\n')}\n`);
    expect(found).toBe(wanted);
  });

  it('names only files that exist', () => {
    const readme = readFileSync(readmePath, 'utf8');
    const links = [...readme.matchAll(/\]\((?!https?:|#)([^)#]+)\)/g)].map((match) => match[1] as string);
    expect(links.length).toBeGreaterThan(10);
    for (const link of links) expect(() => readFileSync(join(root, link))).not.toThrow();
  });
});
