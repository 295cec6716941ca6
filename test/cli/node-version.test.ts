import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { needed, nodeProblem } from '../../src/cli/node-version.js';

const root = resolve(import.meta.dirname, '../..');
const file = join(root, 'src/cli/node-version.js');

describe('the check of the Node version', () => {
  it('says in one line what is needed, what there is, and where the right one comes from', () => {
    const said = nodeProblem('20.11.1');
    expect(said).toBe(
      'Truce needs Node 24.18 or newer; this is Node 20.11.1. In a checkout, `npm ci` brings the right one: run `npm run truce -- ARGS`; elsewhere install it from nodejs.org.',
    );
  });

  it.each([
    ['24.17.9', false],
    ['24.18.0', true],
    ['24.21.0', true],
    ['23.99.0', false],
    ['25.0.0', true],
    ['8.0.0', false],
    ['100.1.0', true],
  ])('compares numbers, not text: %s', (version, fits) => {
    expect(nodeProblem(version) === undefined).toBe(fits);
  });

  it('asks for what the package says it needs', () => {
    const manifest = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { readonly engines: { readonly node: string } };
    expect(manifest.engines.node).toBe(`>=${needed.join('.')}`);
  });

  it('lets this Node go on in silence', () => {
    const ran = spawnSync(process.execPath, [file], { encoding: 'utf8' });
    expect([ran.status, ran.stdout, ran.stderr]).toEqual([0, '', '']);
  });

  it('ends an old Node with exit code 2 before anything else is loaded', ({ skip }) => {
    const old = oldNode();
    if (old === null) return skip('no Node that is too old is on this machine');
    const ran = spawnSync(old, [join(root, 'src/cli/bin.js'), '--help'], { encoding: 'utf8' });
    expect([ran.status, ran.stdout]).toEqual([2, '']);
    expect(ran.stderr.split('\n')).toHaveLength(2);
    expect(ran.stderr).toMatch(/^Truce needs Node 24\.18 or newer; this is Node /);
  });
});

/** A Node of this machine that is too old, where there is one. */
function oldNode(): string | null {
  for (const path of ['/usr/bin/node', '/usr/local/bin/node', '/opt/node/bin/node']) {
    try {
      const version = execFileSync(path, ['-p', 'process.versions.node'], { encoding: 'utf8' }).trim();
      if (nodeProblem(version) !== undefined) return path;
    } catch {
      continue;
    }
  }
  return null;
}
