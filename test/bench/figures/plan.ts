import { join } from 'node:path';
import type { Figure, Measured } from '../figure.ts';
import { linkedPeople } from '../support/linked-people.ts';
import type { Planned } from '../support/plan-people.ts';
import { run, withFolder } from '../support/process.ts';

const small = 20_000;
const large = 100_000;
const program = join(import.meta.dirname, '../support/plan-people.ts');

export const figure: Figure = {
  title: `merge and plan of ${large.toLocaleString('en')} linked people with 1 % changed`,
  measure: () =>
    withFolder(async (folder) => {
      const few = await planBoth(folder, small);
      const many = await planBoth(folder, large);
      return [...rows(many), ...scaling(few, many)];
    }),
};

interface Both {
  readonly changed: Planned;
  readonly everybody: Planned;
}

/** Plans a state twice: only who changed, as every run does; and everybody, as after a change of the configuration. */
async function planBoth(folder: string, people: number): Promise<Both> {
  const path = join(folder, `${people}.db`);
  const { changed } = await linkedPeople(path, people);
  const plan = async (everybody: boolean): Promise<Planned> => {
    const args = ['--conditions=truce-source', '--expose-gc', program, path, join(folder, 'plan.ndjson'), String(everybody)];
    const { code, stdout } = await run(process.execPath, args);
    if (code !== 0) throw new Error(`planning ${people} people ended with ${code}`);
    const planned = JSON.parse(stdout) as Planned;
    if (planned.update !== changed || planned.unchanged !== people - changed)
      throw new Error(`planning ${people} people found ${stdout}, where ${changed} had changed`);
    return planned;
  };
  return { changed: await plan(false), everybody: await plan(true) };
}

function rows({ changed, everybody }: Both): readonly Measured[] {
  // The bar is 10 s and 300 MB for a million.
  const seconds = (large / 1_000_000) * 10;
  const extrapolated = (one: Planned): string =>
    `${one.update} updates; ${one.seconds.toFixed(2)} s of wall time; for 1,000,000 people about ${(one.cpuSeconds * 10).toFixed(1)} s of CPU, if it stays linear`;
  return [
    {
      what: 'plan, 1 % changed: CPU',
      value: changed.cpuSeconds,
      unit: 's',
      bar: { is: 'at most', value: seconds },
      note: extrapolated(changed),
    },
    { what: 'plan, 1 % changed: peak memory', value: changed.peakMb, unit: 'MB', bar: { is: 'at most', value: 300 }, note: '' },
    // No bar: everybody is compared again only after a change of the configuration.
    {
      what: 'merge and plan of everybody, 1 % changed: CPU',
      value: everybody.cpuSeconds,
      unit: 's',
      bar: null,
      note: extrapolated(everybody),
    },
    {
      what: 'merge and plan of everybody: peak memory',
      value: everybody.peakMb,
      unit: 'MB',
      bar: null,
      note: 'page by page: what is kept does not grow with the people, the rest is garbage not yet collected',
    },
  ];
}

function scaling(few: Both, many: Both): readonly Measured[] {
  const value = many.everybody.cpuSeconds / few.everybody.cpuSeconds / (large / small);
  const note = `${few.everybody.cpuSeconds.toFixed(2)} s for ${small.toLocaleString('en')}, ${many.everybody.cpuSeconds.toFixed(2)} s for ${large.toLocaleString('en')}; 1 is linear`;
  return [{ what: 'merge and plan: CPU per person, 100,000 against 20,000', value, unit: 'x', bar: { is: 'at most', value: 1.25 }, note }];
}
