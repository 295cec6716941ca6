import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { defineConfig, parseConfig } from '../../config/schema.ts';

const root = resolve(import.meta.dirname, '../..');
const upper = { id: 'upper', version: 1, toSales: (value: unknown) => String(value).toUpperCase() };
const withTransform = (transform: object, direction: 'both' | 'to-sales' = 'to-sales') => ({
  fields: [{ name: 'x', marketing: 'a', sales: 'b', direction, transform }],
});

describe('a transform', () => {
  it('is in the hash by its id and version, so that plans and state are bound to it', () => {
    const one = parseConfig(withTransform(upper)).hash;
    expect(parseConfig(withTransform({ ...upper, toSales: (value: unknown) => String(value).toUpperCase() })).hash).toBe(one);
    expect(parseConfig(withTransform({ ...upper, version: 2 })).hash).not.toBe(one);
    expect(parseConfig(withTransform({ ...upper, id: 'other' })).hash).not.toBe(one);
  });

  it('needs a function for each way that its field goes, an id, a whole version, and nothing else', () => {
    const invalid = expect.objectContaining({ code: 'CONFIG_INVALID' });
    expect(() => parseConfig(withTransform(upper, 'both'))).toThrow(invalid);
    for (const wrong of [
      { ...upper, id: ' ' },
      { ...upper, version: 1.5 },
      { ...upper, toSales: 'upper' },
      { ...upper, more: 1 },
      'upper',
      null,
    ])
      expect(() => parseConfig(withTransform(wrong as object))).toThrow(invalid);
    expect(() => parseConfig({ fields: [{ name: 'x', marketing: 'a', sales: 'b', transform: 'owner-by-email', values: {} }] })).toThrow(
      invalid,
    );
  });

  it('is typed by defineConfig', () => {
    const config = defineConfig({
      fields: [{ name: 'x', marketing: 'a', sales: 'b', transform: { id: 'n', version: 1, toSales: (v) => v, toMarketing: (v) => v } }],
    });
    expect(parseConfig(config).fields[0]?.transform).toMatchObject({ id: 'n', version: 1 });
  });
});

describe('truce.config.ts', () => {
  let folder = '';
  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  it("is loaded by Node as it stands, types and all, with defineConfig from the package: the README's example", async () => {
    folder = mkdtempSync(join(tmpdir(), 'truce-config-'));
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/truce'));
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = /```ts\n(import \{ defineConfig \} from 'truce';[\s\S]*?)```/.exec(readme)?.[1] ?? '';
    expect(example).toContain("id: 'percent'");
    writeFileSync(join(folder, 'truce.config.ts'), example);
    const script = `
      import { loadConfigFile } from ${JSON.stringify(join(root, 'config/load.ts'))};
      import { parseConfig } from 'truce';
      const { raw } = await loadConfigFile(undefined, process.cwd());
      const [field] = parseConfig(raw).fields;
      console.log(JSON.stringify([field.transform.id, field.transform.version, field.transform.toSales(0.5), field.transform.toMarketing(50)]));`;
    writeFileSync(join(folder, 'load.mjs'), script);
    const { stdout } = await promisify(execFile)(process.execPath, ['--conditions=truce-source', 'load.mjs'], { cwd: folder });
    expect(JSON.parse(stdout)).toEqual(['percent', 1, 50, 0.5]);
  });

  it("the README's JSON example is a valid configuration", () => {
    const readme = readFileSync(join(root, 'README.md'), 'utf8');
    const example = /### Fields beside the status\n\n```json\n([\s\S]*?)```/.exec(readme)?.[1] ?? '';
    const settings = parseConfig(JSON.parse(example));
    expect(settings.fields.map((field) => field.name)).toEqual(['title', 'owner', 'region']);
    expect(settings.status.marketing.also?.[0]?.field).toBe('lifecyclestage');
  });
});
