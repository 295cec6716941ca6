import { lstat, readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { Figure, Measured } from '../figure.ts';
import { root } from '../support/process.ts';

/** A package as the lock file describes it. */
interface Locked {
  readonly dev?: boolean;
  readonly devOptional?: boolean;
  readonly optional?: boolean;
}

export const figure: Figure = {
  title: 'installed size of what the package depends on, on this platform',
  async measure() {
    const { packages } = JSON.parse(await readFile(join(root, 'package-lock.json'), 'utf8')) as { packages: Record<string, Locked> };
    const sizes: { readonly name: string; readonly mb: number; readonly optional: boolean }[] = [];
    for (const [path, locked] of Object.entries(packages)) {
      if (path === '' || locked.dev === true) continue;
      // Packages for other platforms are locked, but not there.
      const bytes = await sizeOf(join(root, path));
      const optional = locked.optional === true || locked.devOptional === true;
      if (bytes > 0) sizes.push({ name: path.replace(/^.*node_modules\//, ''), mb: bytes / 1e6, optional });
    }
    const needed = sizes.filter((one) => !one.optional);
    return [row('without the optional ones (sync only)', needed), row('with DuckDB and charts', sizes)];
  },
};

function row(which: string, sizes: readonly { readonly name: string; readonly mb: number }[]): Measured {
  const total = sizes.reduce((sum, one) => sum + one.mb, 0);
  const largest = sizes.toSorted((a, b) => b.mb - a.mb).slice(0, 4);
  const note = `${sizes.length} packages; largest: ${largest.map((one) => `${one.name} ${one.mb.toFixed(1)} MB`).join(', ')}`;
  return { what: `dependencies ${which}`, value: total, unit: 'MB', bar: null, note };
}

/** Bytes of a package's own files; what it brings along in a `node_modules` of its own is a package of its own in the lock file. */
async function sizeOf(folder: string): Promise<number> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const sizes = entries.map(async (entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === 'node_modules' ? 0 : sizeOf(path);
    return entry.isFile() ? (await lstat(path)).size : 0;
  });
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}
