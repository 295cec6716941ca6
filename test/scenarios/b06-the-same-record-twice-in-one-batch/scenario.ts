import type { Scenario } from '../stage.ts';
import { systemPorts } from '../../../src/system-ports.ts';
import { updateLine, writerOf } from '../stage-write.ts';

export const scenario: Scenario = async (stage) => {
  const crms = stage.memory();
  const ann = crms.pair('ann@example.com');
  const ports = systemPorts(crms.ports);
  const writer = await writerOf(stage, { marketing: crms.marketing.connect(ports), sales: crms.sales.connect(ports) }, crms.ports);
  await writer.apply([
    updateLine('sales', ann.s, { status: 'Working' }, { status: 'Open' }),
    updateLine('sales', ann.s, { status: 'Closed' }, { status: 'Working' }),
  ]);
  await writer.end();
  stage.note(`sales ${String(crms.statuses(ann)[1])}, batches ${writer.batches.map((batch) => batch.length).join(' ')}`);
  stage.never(
    'one record stands twice in one batch',
    writer.batches.every((batch) => new Set(batch.map((item) => item.id)).size === batch.length),
  );
  stage.never('the earlier value ends on top', crms.statuses(ann)[1] === 'Closed');
};
