import { readFileSync, readdirSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const rooms = ['src', 'adapters', 'config'];

interface Import {
  readonly from: string;
  readonly to: string;
  /** Loaded only when called (`import()`), or only as types: not part of what starting up loads. */
  readonly lazy: boolean;
  readonly typeOnly: boolean;
}

function files(): readonly string[] {
  return rooms.flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => /\.(ts|js)$/.test(name) && !name.endsWith('.d.ts'))
      .map((name) => join(room, name)),
  );
}

function importsOf(file: string): readonly Import[] {
  const text = readFileSync(join(root, file), 'utf8')
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/(^|\s)\/\/.*$/gm, '');
  const found: Import[] = [];
  const name = (specifier: string): string =>
    specifier.startsWith('.') ? relative(root, resolve(root, dirname(file), specifier)) : specifier;
  for (const match of text.matchAll(/(?:^|\n)\s*(import|export)\s+(type\s+)?(?:[^'";()]*?\sfrom\s+)?'([^']+)'/g)) {
    found.push({ from: file, to: name(match[3] as string), lazy: false, typeOnly: match[2] !== undefined });
  }
  for (const match of text.matchAll(/(typeof\s+)?import\(\s*'([^']+)'\s*\)/g)) {
    found.push({ from: file, to: name(match[2] as string), lazy: true, typeOnly: match[1] !== undefined });
  }
  return found;
}

const all = files().flatMap(importsOf);
const isSandbox = (file: string): boolean => /(^|\/)sandbox\//.test(file);
const adapterOf = (file: string): string | undefined => /^adapters\/([^/]+)\//.exec(file)?.[1];
const shown = (imports: readonly Import[]): readonly string[] => imports.map((each) => `${each.from} -> ${each.to}`);

/** Everything that loading a file loads with it. */
function loadedBy(start: string): ReadonlySet<string> {
  const seen = new Set<string>();
  const queue = [start];
  for (let file = queue.pop(); file !== undefined; file = queue.pop()) {
    if (seen.has(file)) continue;
    seen.add(file);
    queue.push(...all.filter((each) => each.from === file && !each.lazy && !each.typeOnly).map((each) => each.to));
  }
  return seen;
}

describe('the house', () => {
  it('finds imports at all, so that the other cases can fail', () => {
    expect(all.length).toBeGreaterThan(50);
    expect(all.some((each) => each.from === 'src/crm.ts' && each.to === 'src/ports.ts' && each.typeOnly)).toBe(true);
  });

  it('lets the engine know no adapter and no vendor client', () => {
    const wrong = all.filter(
      (each) =>
        each.from.startsWith('src/') &&
        !each.from.startsWith('src/cli/') &&
        (each.to.startsWith('adapters/') || /^(@hubspot\/|jsforce)/.test(each.to)),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('lets only the composition root and the command read the configuration room', () => {
    const wrong = all.filter(
      (each) =>
        each.from.startsWith('src/') && !each.from.startsWith('src/cli/') && each.from !== 'src/truce.ts' && each.to.startsWith('config/'),
    );
    expect(shown(wrong)).toEqual([]);
  });

  it('keeps adapters apart from each other and from the command', () => {
    const wrong = all.filter((each) => {
      const from = adapterOf(each.from);
      if (from === undefined) return false;
      if (each.to.startsWith('src/cli/') || each.to.startsWith('config/')) return true;
      const to = adapterOf(each.to);
      if (to === undefined || to === from) return false;
      if (from === 'sandbox') return !isSandbox(each.to);
      // What the shell hands to both halves, and how records are kept small in memory: neither knows a vendor.
      return !(
        isSandbox(each.from) && ['adapters/sandbox/half.ts', 'adapters/sandbox/packed.ts', 'adapters/sandbox/squeeze.ts'].includes(each.to)
      );
    });
    expect(shown(wrong)).toEqual([]);
  });

  it('shares no code between an adapter and the imitation of its vendor', () => {
    const wrong = all.filter((each) => {
      if (adapterOf(each.from) === undefined || each.typeOnly) return false;
      const own = /^(src\/(model|ports|errors|crm|schema-file)|node:|fast-xml-parser|csv-parse|csv-stringify|@jetstreamapp|zod$)/;
      if (isSandbox(each.from)) return !isSandbox(each.to) && !own.test(each.to);
      return isSandbox(each.to);
    });
    expect(shown(wrong)).toEqual([]);
  });

  it('loads neither sandbox nor DuckDB nor charts nor vendor clients with the library, an adapter or the command', () => {
    for (const entry of ['src/index.ts', 'adapters/hubspot/index.ts', 'adapters/salesforce/index.ts', 'src/cli/main.ts']) {
      const loaded = [...loadedBy(entry)].filter((file) => isSandbox(file) || /^(@duckdb\/|echarts|@hubspot\/|jsforce)/.test(file));
      expect({ entry, loaded }).toEqual({ entry, loaded: [] });
    }
  });

  it('keeps vendor words out of the engine', () => {
    const words = /hs_lead_status|lifecyclestage|SystemModstamp|hubapi\.com|my\.salesforce|HubSpot|Salesforce/;
    const wrong = files().filter(
      (file) =>
        file.startsWith('src/') &&
        !file.startsWith('src/cli/') &&
        words.test(
          readFileSync(join(root, file), 'utf8')
            .replace(/\/\*[\s\S]*?\*\//g, '')
            .replace(/\/\/.*$/gm, ''),
        ),
    );
    expect(wrong).toEqual([]);
  });

  it('keeps clock, chance, environment and network out of the rooms that decide', () => {
    const impure = /Date\.now\(|new Date\(\)|Math\.random\(|process\.|\bfetch\(|from 'node:(fs|http|https|net|child_process)/;
    const pure = /^src\/(model|outcomes|alignment|report)\/|^src\/sync\/(link|status-map|merge|policy|plan|email|guard)\.ts$/;
    const wrong = files().filter((file) => pure.test(file) && impure.test(readFileSync(join(root, file), 'utf8')));
    expect(wrong).toEqual([]);
  });
});
