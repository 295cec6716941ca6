import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';

interface Options extends CommonOptions {
  readonly create?: boolean;
  readonly side?: 'hubspot' | 'salesforce';
  readonly out?: string;
}

/** `truce provision`: the fields that outcomes need, as files for an admin or made directly. */
export function provisionCommand(session: Session): Command {
  return withStores(new Command('provision'))
    .description(
      "Show which of Truce's own fields are missing in both CRMs; write them as files for an admin to review, or create them with an admin's credentials.",
    )
    .option('--out <dir>', 'write the Salesforce metadata folder and the HubSpot property list there')
    .option('--create', 'create what is missing, with its permissions; touches nothing that Truce did not make')
    .addOption(new Option('--side <crm>', 'only one CRM').choices(['hubspot', 'salesforce']))
    .addHelpText(
      'after',
      "\nExamples:\n  truce provision --out provision/\n  SALESFORCE_ACCESS_TOKEN=(an admin's) truce provision --create",
    )
    .action(async (options: Options) => {
      const { io } = session;
      await withTruce(io, options, async (truce) => {
        const sides =
          options.side === undefined
            ? (['marketing', 'sales'] as const)
            : [options.side === 'hubspot' ? ('marketing' as const) : ('sales' as const)];
        const provisions = await truce.provision({ create: options.create === true, sides, signal: io.signal });
        const folder = options.out === undefined ? null : resolve(io.cwd, options.out);
        const steps = sides.flatMap((side) => (provisions[side]?.steps ?? []).map((step) => ({ side, ...step })));
        for (const side of sides)
          for (const [path, text] of folder === null ? [] : (provisions[side]?.files ?? [])) await writeInto(folder ?? '', path, text);
        if (steps.some((step) => step.status === 'failed')) session.exit = exitCodes.access;
        if (options.json === true)
          return io.data(JSON.stringify({ steps, files: sides.flatMap((side) => [...(provisions[side]?.files.keys() ?? [])]), folder }));
        for (const step of steps.filter(({ status }) => status !== 'present'))
          io.data(`${step.status}\t${step.side}\t${step.what}${step.detail === '' ? '' : `\t${step.detail}`}`);
        const present = steps.filter(({ status }) => status === 'present').length;
        io.say(
          `${present} of ${steps.length} are there already.${folder === null ? '' : ` Files for review are in ${folder}.`}${options.create === true ? '' : " Nothing was created; --create does it with an admin's credentials."}`,
        );
      });
    });
}

async function writeInto(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await mkdir(dirname(file), { recursive: true });
  await writeFile(file, text);
}
