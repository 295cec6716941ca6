import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadConfigFile } from '../../config/load.ts';

let directory = '';
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'truce-config-'));
});
afterEach(async () => {
  await rm(directory, { recursive: true, force: true });
});

describe('loadConfigFile', () => {
  it('is content without a file: the defaults hold', async () => {
    expect(await loadConfigFile(undefined, directory)).toEqual({ path: null, raw: {} });
  });

  it('finds truce.config.json in the working directory', async () => {
    await writeFile(join(directory, 'truce.config.json'), '{"mode":"sync"}');
    expect(await loadConfigFile(undefined, directory)).toEqual({ path: join(directory, 'truce.config.json'), raw: { mode: 'sync' } });
  });

  it('loads a TypeScript configuration with a default export', async () => {
    await writeFile(join(directory, 'truce.config.ts'), 'const mode: string = "outcomes";\nexport default { mode };\n');
    expect((await loadConfigFile(undefined, directory)).raw).toEqual({ mode: 'outcomes' });
  });

  it('says which named file is missing and what to do', async () => {
    await expect(loadConfigFile('other.json', directory)).rejects.toMatchObject({
      code: 'CONFIG_NOT_FOUND',
      hint: expect.stringContaining('truce init'),
    });
  });

  it('says where JSON is broken', async () => {
    await writeFile(join(directory, 'truce.config.json'), '{"mode":}');
    await expect(loadConfigFile(undefined, directory)).rejects.toMatchObject({ code: 'CONFIG_NOT_JSON' });
  });
});
