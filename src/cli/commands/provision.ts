import { dirname, join, resolve } from 'node:path';
import { Command, Option } from 'commander';
import type { Side } from '../../model/words.ts';
import { withTruce, type CommonOptions } from '../connect.ts';
import { exitCodes } from '../exit.ts';
import { makeFolder, writeWhole } from '../files.ts';
import type { Session } from '../main.ts';
import { withStores } from '../options.ts';

interface Options extends CommonOptions {
  readonly create?: boolean;
  readonly side?: keyof typeof sideOf;
  readonly out?: string;
  readonly grantTo?: string;
}

const sideOf = { hubspot: 'marketing', salesforce: 'sales' } as const satisfies Readonly<Record<string, Side>>;

/** `truce provision`: the fields that outcomes need, as files for an admin or made directly. */
export function provisionCommand(session: Session): Command {
  return withStores(new Command('provision'))
    .description(
      "Show which of Truce's own fields are missing in both CRMs; write them as files for an admin to review, or create them with an admin's credentials.",
    )
    .option('--out <dir>', 'write the Salesforce metadata folder and the HubSpot property list there')
    .option('--create', 'create what is missing, with its permissions; touches nothing that Truce did not make')
    .addOption(new Option('--side <crm>', 'only one CRM; the other needs no credentials then').choices(Object.keys(sideOf)))
    .option(
      '--grant-to <username>',
      'the Salesforce user that Truce runs as, who is granted the fields (default: the user of the credentials)',
    )
    .addHelpText(
      'after',
      `
Either an admin reviews and deploys the files, or creates the fields with credentials of their own: Truce's everyday
credentials need no such right. Exit code 4 when a field could not be made.

Examples:
  truce provision --out provision/
  SALESFORCE_ACCESS_TOKEN=ADMIN_TOKEN truce provision --side salesforce --create --grant-to truce@acme.com
  HUBSPOT_ACCESS_TOKEN=ADMIN_TOKEN truce provision --side hubspot --create`,
    )
    .action(async (options: Options) => {
      const { io } = session;
      const sides: readonly Side[] = options.side === undefined ? ['marketing', 'sales'] : [sideOf[options.side]];
      await withTruce(io, options, {
        sides,
        grantTo: options.grantTo,
        work: async (truce) => {
          const provisions = await truce.provision({ create: options.create === true, sides, signal: io.signal });
          const steps = sides.flatMap((side) => (provisions[side]?.steps ?? []).map((step) => ({ side, ...step })));
          const files = sides.flatMap((side) => [...(provisions[side]?.files ?? [])]);
          const folder = options.out === undefined ? null : resolve(io.cwd, options.out);
          if (folder !== null) for (const [path, text] of files) await writeInto(folder, path, text);
          if (steps.some((step) => step.status === 'failed')) session.exit = exitCodes.access;
          if (options.json === true)
            return io.data(JSON.stringify({ steps, files: files.map(([path]) => path), folder, exit: session.exit }));
          for (const step of steps.filter(({ status }) => status !== 'present'))
            io.data(`${step.status}\t${step.side}\t${step.what}${step.detail === '' ? '' : `\t${step.detail}`}`);
          const count = (...wanted: readonly string[]): number => steps.filter(({ status }) => wanted.includes(status)).length;
          io.say(
            `${count('present', 'created')} of ${steps.length} are there${options.create === true ? `, ${count('created')} of them new; ${count('failed')} could not be made.` : ". Nothing was created; --create does it with an admin's credentials."}${folder === null ? '' : ` Files for review are in ${folder}.`}`,
          );
        },
      });
    });
}

async function writeInto(folder: string, path: string, text: string): Promise<void> {
  const file = join(folder, path);
  await makeFolder(dirname(file));
  await writeWhole(file, text);
}
