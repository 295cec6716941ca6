import { readFileSync } from 'node:fs';

/** The version in the package's manifest, which lies above the sources and above the build alike. */
export function packageVersion(): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const manifest = JSON.parse(readFileSync(new URL(up, import.meta.url), 'utf8')) as {
        readonly name?: string;
        readonly version?: string;
      };
      if (manifest.name === packageName && manifest.version !== undefined) return manifest.version;
    } catch {
      continue;
    }
  }
  return 'unknown';
}

/** The one place where the package's name stands in code. */
export const packageName = 'truce';
