import { resolve } from 'node:path';
import { ConfigError } from '../errors.ts';
import type { Side } from '../model/words.ts';
import type { Probes, ProbeResult } from '../crm.ts';
import { withTruce, type CommonOptions } from './connect.ts';
import { exitCodes } from './exit.ts';
import { writeWhole } from './files.ts';
import type { Session } from './main.ts';
import { packageVersion } from './version.ts';

const sides: readonly Side[] = ['marketing', 'sales'];
const marks: Readonly<Record<ProbeResult['verdict'], string>> = { 'as-assumed': '✓', otherwise: '✗', 'not-settled': '?' };
const words: Readonly<Record<ProbeResult['verdict'], string>> = {
  'as-assumed': 'as assumed',
  otherwise: 'otherwise than assumed',
  'not-settled': 'not settled',
};

export interface LiveOptions extends CommonOptions {
  readonly live?: boolean;
  readonly consent?: string;
  readonly share?: string;
}

/** @throws {ConfigError} `OPTION_INVALID` for `--consent` or `--share` without `--live`, and for another consent than `write` */
export function checkLiveOptions({ live, consent, share }: LiveOptions): void {
  if (consent !== undefined && consent !== 'write')
    throw new ConfigError('OPTION_INVALID', `--consent ${consent} is none.`, { hint: 'The one that there is: --consent write.' });
  if (live === true || (consent === undefined && share === undefined)) return;
  throw new ConfigError('OPTION_INVALID', '--consent and --share belong to --live.', { hint: 'Add --live.' });
}

/** Asks the accounts what only they can tell, prints what was found, and writes it down to be shared. */
export async function live(session: Session, options: LiveOptions): Promise<void> {
  const { io } = session;
  const write = options.consent === 'write';
  await withTruce(io, options, {
    work: async (truce) => {
      const found = await truce.probe({ write, signal: io.signal });
      const left = sides.flatMap((side) => found[side].left ?? []);
      const wrong = sides.some((side) => found[side].results.some((result) => result.verdict === 'otherwise'));
      session.exit = wrong || left.length > 0 ? exitCodes.attention : exitCodes.done;
      if (options.json === true) io.data(JSON.stringify({ live: resultsOf(found), left, exit: session.exit }));
      else for (const line of lines(found)) io.data(line);
      for (const record of left)
        io.say(`A probe's own record could not be removed: ${record}. Delete it by hand; it is named "Truce probe".`);
      if (!write) io.say('Probes that write were left out; --consent write runs them on a record of their own in each CRM.');
      if (options.share === undefined) return;
      const file = resolve(io.cwd, options.share);
      await writeWhole(file, `${JSON.stringify(shared(found), null, 1)}\n`);
      io.say(`What was found, without ids and values, is in ${file}.`);
    },
  });
}

function lines(found: Readonly<Record<Side, Probes>>): readonly string[] {
  return sides.flatMap((side) =>
    found[side].results.flatMap(({ id, assumption, verdict, found: what }) => [
      `${marks[verdict]} ${id}: ${words[verdict]}. ${what}`,
      `    assumed: ${assumption}`,
    ]),
  );
}

function resultsOf(found: Readonly<Record<Side, Probes>>): Readonly<Record<Side, readonly ProbeResult[]>> {
  return { marketing: found.marketing.results, sales: found.sales.results };
}

/** Only what a probe may say: no account, no record, no value. */
function shared(found: Readonly<Record<Side, Probes>>): object {
  const results = sides.flatMap((side) => found[side].results);
  return { format: 'truce-live/1', truce: packageVersion(), day: new Date().toISOString().slice(0, 10), results };
}
