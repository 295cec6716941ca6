import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { printable } from '../../src/cli/io.ts';
import { progress } from '../../src/cli/progress.ts';
import { desk, office } from './support.ts';

/** A terminal that keeps what was drawn on it. */
function terminal(): PassThrough & { drawn(): string } {
  const stream = new PassThrough();
  let text = '';
  stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
  return Object.assign(stream, { isTTY: true, columns: 120, drawn: () => text });
}

describe('progress', () => {
  it('is a bar where the total is known, a count where it is not, and leaves the line empty', async () => {
    const screen = terminal();
    const bar = await progress({ terminal: screen });
    bar.step('reading marketing people', 120);
    bar.step('writing', 3, 4);
    bar.stop();
    expect(screen.drawn()).toContain('reading marketing people           120');
    expect(screen.drawn()).toContain(`${'█'.repeat(18)}${'░'.repeat(6)} 3/4`);
    expect(screen.drawn().indexOf('\u001b[?25h')).toBeGreaterThan(screen.drawn().indexOf('\u001b[?25l'));
  });

  it('draws nothing where there is no terminal', async () => {
    const bar = await progress({ terminal: null });
    expect(() => {
      bar.step('writing', 1, 2);
      bar.stop();
    }).not.toThrow();
  });

  it('shows how much of a plan a sync has written', async () => {
    await using o = await office();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none', TRUCE_MODE: 'sync' });
    for (const name of ['ann', 'ben']) await o.person({ email: `${name}@example.com`, sales: 'Working - Contacted' });
    const screen = terminal();
    const ran = await d.run(['sync', '--yes', '--json'], { terminal: screen });
    expect(ran.json()).toMatchObject({ applied: 2 });
    expect(screen.drawn()).toContain(`${'█'.repeat(24)} 2/2`);
  });
});

describe('text for a terminal', () => {
  it('shows control and direction characters of a CRM instead of obeying them', () => {
    expect(printable('a\u001b[31mred\u0007\r\u009b\u202egnp.exe')).toBe('a\\u001b[31mred\\u0007\\u000d\\u009b\\u202egnp.exe');
    expect(printable('tab\tand\nline')).toBe('tab\tand\nline');
  });

  it('leaves JSON the same value', () => {
    const value = { name: 'x\u202e\u009by' };
    expect(JSON.parse(printable(JSON.stringify(value)))).toEqual(value);
  });
});
