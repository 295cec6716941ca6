import { desk } from '../../cli/support.ts';
import type { Scenario } from '../stage.ts';

export const scenario: Scenario = async (stage) => {
  const both = await stage.imitations();
  using folder = desk(both.box);
  folder.write('truce.config.json', {
    mode: 'snyc',
    polices: {},
    guards: { canary: 'many', shrunkBelow: 1.5 },
    status: { sales: { reads: { Open: 'almost' } } },
  });
  const ran = await folder.run(['sync', '--json', '--yes']);
  stage.note(`exit ${ran.exit}`);
  for (const path of ['mode', 'polices', 'guards.canary', 'guards.shrunkBelow', 'status.sales.reads'])
    stage.never(`the mistake at ${path} goes unnamed`, ran.text.includes(path));
  folder.write('truce.config.json', '{ "mode": "sync", ');
  const broken = await folder.run(['plan']);
  stage.note(`half a file: exit ${broken.exit}`);
  stage.never(
    'anybody is contacted',
    ran.exit === 2 && broken.exit === 2 && both.box.calls().filter((call) => call.by === 'integration').length === 0,
  );
};
