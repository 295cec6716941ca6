import { readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The README of the project. */
export const readmePath: string = join(resolve(import.meta.dirname, '../..'), 'README.md');

/** The text between two markers of the README; rewritten with UPDATE_README=1. */
export function block(name: string, wanted: string): { readonly found: string; readonly wanted: string } {
  const readme = readFileSync(readmePath, 'utf8');
  const pattern = new RegExp(`(<!-- ${name} -->\\n)([\\s\\S]*?)(<!-- /${name} -->)`);
  const match = pattern.exec(readme);
  if (match === null) throw new Error(`README.md has no block ${name}`);
  if (process.env['UPDATE_README'] === '1')
    writeFileSync(
      readmePath,
      readme.replace(pattern, (_, start: string, __, end: string) => `${start}${wanted}${end}`),
    );
  return { found: process.env['UPDATE_README'] === '1' ? wanted : (match[2] as string), wanted };
}
