import type { LensRow } from '../sync/lens-proof.ts';
import { counted } from './talk.ts';

/** Every value of the mapped picklists that does not simply go there and come back, with what it will do; the others counted. */
export function mapLines(maps: readonly LensRow[]): readonly string[] {
  if (maps.length === 0) return [];
  const rows = maps.filter((row) => row.verdict !== 'same');
  const back = maps.length - rows.length;
  const rest = rows.length === 0 ? '.' : '; the others:';
  const head = `maps: ${back} of ${counted(maps.length, 'value', 'values')} ${back === 1 ? 'goes' : 'go'} to the other side and ${back === 1 ? 'comes' : 'come'} back${rest}`;
  const cells = rows.map((row) => [
    `${row.from} ${row.field}`,
    row.value,
    row.there === null ? '' : `-> ${row.there}`,
    row.back === null ? '' : `-> ${row.back}`,
    row.verdict,
  ]);
  const widths = [0, 1, 2, 3, 4].map((column) => cells.reduce((most, row) => Math.max(most, row[column]?.length ?? 0), 0));
  return [
    head,
    ...rows.map((row, at) => `  ${(cells[at] ?? []).map((text, column) => text.padEnd(widths[column] ?? 0)).join('  ')}  ${row.effect}`),
  ];
}
