import type { RecordId } from '../../../src/model/words.ts';
import { openPortal, start, type Portal } from '../../adapters/hubspot/portal.ts';
import { setStatus } from '../../adapters/hubspot/steps.ts';
import type { Figure } from '../figure.ts';

const people = 20_000;
const rounds = 10;
/** HubSpot's general limit for an Enterprise account, in calls within any ten seconds. */
const calls = 190;
const windowMs = 10_000;

export const figure: Figure = {
  title: 'wall time of HubSpot writes against the published limits, on a virtual clock',
  async measure() {
    const portal = openPortal({ limits: 'published', tier: 'enterprise' });
    const crm = portal.connect({ tier: 'enterprise' });
    const ids = fill(portal);
    await portal.clock.advance(3_600_000);
    await crm.account();
    // What is asked once, as the property definitions are, is not what is measured.
    await crm.write('person', [setStatus(ids[0] ?? '', 'OPEN')]);
    await portal.clock.advance(windowMs + 1);
    portal.sent.length = 0;
    const from = portal.clock.now();
    for (let round = 0; round < rounds; round += 1) {
      const results = await crm.write(
        'person',
        ids.map((id) => setStatus(id, round % 2 === 0 ? 'IN_PROGRESS' : 'OPEN')),
      );
      const failed = results.filter((result) => result.status !== 'applied').length;
      if (failed > 0) throw new Error(`${failed} of ${people} writes failed`);
    }
    const took = portal.clock.now() - from;
    const sent = portal.sent.length;
    const { throttled } = portal.half.counts();
    // The first window's calls need no waiting, every further window's have to wait for it to pass.
    const bound = (Math.ceil(sent / calls) - 1) * windowMs;
    return [
      {
        what: 'HubSpot writes: bound by the limits / time taken',
        value: bound / took,
        unit: 'x',
        bar: { is: 'at least', value: 0.9 },
        note: `${(people * rounds).toLocaleString('en')} records in ${sent.toLocaleString('en')} calls took ${(took / 1000).toFixed(1)} s of the clock, at least ${(bound / 1000).toFixed(1)} s by the limits`,
      },
      {
        what: 'HubSpot writes: calls refused for going over the limit',
        value: throttled,
        unit: 'calls',
        bar: { is: 'at most', value: 0 },
        note: '',
      },
    ];
  },
};

function fill(portal: Portal): readonly RecordId[] {
  return Array.from(
    { length: people },
    (_, index) =>
      portal.half.seed.record('contacts', { email: `p-${index}@example.com`, hs_lead_status: 'NEW' }, { at: start }) as RecordId,
  );
}
