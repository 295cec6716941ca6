/** The name that differs least from `text`, by less than half of it; null where all differ more. */
export function nearest(text: string, names: Iterable<string>): string | null {
  let best: string | null = null;
  let least = Math.min(4, Math.ceil(text.length / 2));
  for (const name of names) {
    const distance = editDistance(text, name);
    if (distance < least) [best, least] = [name, distance];
  }
  return best;
}

/** Letters to insert, delete or replace (Levenshtein). */
function editDistance(a: string, b: string): number {
  let before = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, before[j]! + 1, row[j - 1]! + 1));
    }
    before = row;
  }
  return before[b.length]!;
}
