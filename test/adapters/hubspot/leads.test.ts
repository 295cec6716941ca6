import { describe, expect, it } from 'vitest';
import { leadNames, readLeadStages, versionOf, withLeads } from '../../../adapters/hubspot/leads.ts';
import type { Room } from '../../../adapters/hubspot/room.ts';
import type { RawRecord } from '../../../adapters/hubspot/shapes.ts';
import type { Wire } from '../../../adapters/hubspot/wire.ts';

const stage = (id: string, label: string, leadState: string) => ({ id, label, metadata: { leadState } });
const pipelines = {
  results: [
    {
      id: 'p1',
      label: 'Inbound',
      stages: [stage('1', 'New', 'NEW'), stage('2', 'Attempting', 'IN_PROGRESS'), stage('3', 'Out', 'UNQUALIFIED')],
    },
    { id: 'p2', label: 'Events', stages: [stage('4', 'New', 'NEW'), stage('5', 'Won over', 'QUALIFIED')] },
  ],
};
/** Answers one call with the pipelines, whatever is asked. */
const wire = { client: async () => ({ body: pipelines, at: 0 }) } as unknown as Wire;

describe("stages of HubSpot's leads", () => {
  it('go by their labels, with the pipeline where two share one', async () => {
    const stages = await readLeadStages(wire, undefined);
    expect([...stages.labels]).toEqual([
      ['1', 'Inbound: New'],
      ['2', 'Attempting'],
      ['3', 'Out'],
      ['4', 'Events: New'],
      ['5', 'Won over'],
    ]);
    expect([...stages.closed]).toEqual(['3', '5']);
  });

  it("are written within the lead's own pipeline only", async () => {
    const stages = await readLeadStages(wire, undefined);
    expect(stages.idOf('p2', 'New')).toBe('4');
    expect(stages.idOf('p1', 'Inbound: New')).toBe('1');
    expect(stages.idOf('p2', 'Attempting')).toBeNull();
    expect(stages.idOf('p1', 'No such stage')).toBeNull();
  });

  it('cost nothing where no field lives on leads', async () => {
    const room = new Proxy({}, { get: () => expect.unreachable('nothing may be asked') }) as unknown as Room;
    const contact = { id: '1', properties: new Map([['lastmodifieddate', '2026-01-01T00:00:00Z']]) } as unknown as RawRecord;
    expect(leadNames(['hs_lead_status', 'leads.hs_lead_label'])).toEqual(['hs_lead_label']);
    expect(await withLeads(room, [contact], { fields: ['hs_lead_status'], signal: undefined })).toEqual([contact]);
    expect(versionOf(contact)).toBe(String(Date.UTC(2026, 0, 1)));
  });
});
