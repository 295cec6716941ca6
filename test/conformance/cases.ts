import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';

const tests = resolve(import.meta.dirname, '../adapters');

/** A case as it stands in its file. */
export interface ListedCase {
  readonly file: string;
  readonly vendor: 'hubspot' | 'salesforce';
  readonly known: 'recorded' | 'specified' | 'assumed';
  /** Where it is said, or the probe that would settle it. */
  readonly ground: string;
  readonly behaviour: string;
}

const CALL =
  /\bconforms\(\s*\{\s*known: '(?<known>recorded|specified|assumed)',\s*(?:source|probe):\s*(?<ground>'[^']*'|"[^"]*"|`[^`]*`|[A-Za-z_.]+),?\s*\},\s*(?<behaviour>'(?:[^'\\]|\\.)*'|"[^"]*"|`[^`]*`)/g;

/** Every conformance case of both imitations, read from the test files' text, in the order of the files. */
export async function listCases(): Promise<readonly ListedCase[]> {
  const all: ListedCase[] = [];
  for (const vendor of ['hubspot', 'salesforce'] as const) {
    const folder = join(tests, `${vendor}-sandbox`);
    for (const file of (await readdir(folder)).filter((name) => name.endsWith('.test.ts')).sort()) {
      const text = await readFile(join(folder, file), 'utf8');
      const constants = new Map([...text.matchAll(/^const ([A-Z_]+) =\s*'([^']*)';/gm)].map((match) => [match[1], match[2]] as const));
      const fill = (part: string): string =>
        /^['"`]/.test(part)
          ? part.slice(1, -1).replace(/\$\{([A-Z_]+)\}/g, (whole, name: string) => constants.get(name) ?? whole)
          : (constants.get(part) ?? part);
      for (const match of text.matchAll(CALL)) {
        const { known, ground, behaviour } = match.groups as { known: ListedCase['known']; ground: string; behaviour: string };
        all.push({ file, vendor, known, ground: fill(ground), behaviour: fill(behaviour) });
      }
      const calls = (text.match(/\bconforms\(/g) ?? []).length;
      const found = all.filter((each) => each.vendor === vendor && each.file === file).length;
      if (calls !== found)
        throw new Error(`${vendor}-sandbox/${file}: ${calls} calls of conforms, ${found} of them in the form that can be listed`);
    }
  }
  return all;
}
