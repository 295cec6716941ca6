import { join } from 'node:path';
import type { Figure } from '../figure.ts';
import { root, run, withFolder } from '../support/process.ts';

export const figure: Figure = {
  title: 'the demo, from its start to its report',
  measure: () =>
    withFolder(async (folder) => {
      const args = ['--conditions=truce-source', join(root, 'src/cli/bin.js'), 'demo', '--out', folder];
      const { code, milliseconds, peakMb } = await run(process.execPath, args, { watchMemory: true });
      if (code !== 0) throw new Error(`the demo ended with ${code}`);
      return [
        {
          what: 'truce demo',
          value: milliseconds / 1000,
          unit: 's',
          bar: { is: 'at most', value: 60 },
          note: 'after installation; both imitated CRMs run in the same process',
        },
        { what: 'truce demo: peak memory', value: peakMb, unit: 'MB', bar: null, note: '' },
      ];
    }),
};
