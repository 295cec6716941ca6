import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';

const root = resolve(import.meta.dirname, '../..');
const data = resolve(root, '../shared/data/olist_marketing_funnel');
const missing = ['olist_marketing_qualified_leads_dataset.csv', 'olist_closed_deals_dataset.csv'].filter(
  (name) => !existsSync(join(data, name)),
);
if (missing.length > 0)
  console.warn(`the Olist run is skipped: ${data} has no ${missing.join(' and no ')} (kaggle.com/datasets/olistbr/marketing-funnel-olist)`);

const limits = { seconds: 180, syncMb: 400 };

describe.skipIf(missing.length > 0)('examples/olist.ts', () => {
  it('brings 8,000 real leads through both CRMs and back, in time and in memory, and a second sync writes nothing', async () => {
    const out = await mkdtemp(join(tmpdir(), 'truce-olist-'));
    try {
      const child = spawn(process.execPath, ['--conditions=truce-source', join(root, 'examples/olist.ts'), data, out], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      let said = '';
      child.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
      const code = await new Promise<number | null>((ended) => child.once('close', ended));
      console.log(said);
      const number = (pattern: RegExp): number => Number(pattern.exec(said)?.[1]);
      expect(said).not.toContain('DIFFERS');
      expect(code).toBe(0);
      expect(said).toContain('1. 8000 first contacts and 842 won deals');
      expect(said).toContain("every campaign's leads and won deals equal the file's, on both sides");
      expect(number(/again: (\d+) writes/)).toBe(0);
      expect(number(/truce sync: [\d.]+ s, (\d+) MB/)).toBeLessThanOrEqual(limits.syncMb);
      expect(number(/^5\. ([\d.]+) s in all/m)).toBeLessThanOrEqual(limits.seconds);
      expect(await readFile(join(out, 'report.html'), 'utf8')).toContain('Olist');
    } finally {
      await rm(out, { recursive: true, force: true });
    }
  });
});
