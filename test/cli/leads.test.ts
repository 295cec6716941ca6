import { describe, expect, it } from 'vitest';
import { api, desk, office, type Office, type Pair } from './support.ts';

const syncing = { TRUCE_MODE: 'sync', TRUCE_WAREHOUSE: 'none' };
const onLeads = { status: { marketing: { object: 'leads' } } };

/** A lead of a contact in HubSpot, in a stage of the default pipeline by its label. */
async function lead(o: Office, contact: string, stage: string): Promise<string> {
  const { id } = await o.hubspot('POST', '/crm/v3/objects/leads', {
    properties: { hs_lead_name: 'A lead', hs_pipeline_stage: (await stages(o)).get(stage) },
    associations: [{ to: { id: contact }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: 578 }] }],
  });
  return String(id);
}

async function stages(o: Office): Promise<Map<string, string>> {
  const { results } = (await o.hubspot('GET', '/crm/v3/pipelines/leads')) as { results: { stages: { id: string; label: string }[] }[] };
  return new Map(results.flatMap((pipeline) => pipeline.stages.map(({ id, label }) => [label, id] as const)));
}

async function stageOf(o: Office, id: string): Promise<string | undefined> {
  const { properties } = (await o.hubspot('GET', `/crm/v3/objects/leads/${id}?properties=hs_pipeline_stage`)) as {
    properties: { hs_pipeline_stage: string };
  };
  return [...(await stages(o))].find(([, stage]) => stage === properties.hs_pipeline_stage)?.[0];
}

const salesStatus = async (o: Office, pair: Pair): Promise<string | null> => (await o.statuses(pair))[1];

describe("a status that lives on HubSpot's leads", () => {
  it('moves both ways between the lead stage and Salesforce, and comes to rest', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    d.write('truce.config.json', onLeads);
    const ann = await o.person({ email: 'ann@example.com', sales: 'Working - Contacted' });
    const bob = await o.person({ email: 'bob@example.com' });
    const [annLead, bobLead] = [await lead(o, ann.contact, 'New'), await lead(o, bob.contact, 'Disqualified')];
    // Without a lead there is no status here: nothing is made, nothing is written.
    const none = await o.person({ email: 'none@example.com', sales: 'Working - Contacted' });
    expect((await d.run(['check'])).text).not.toMatch(/hs_pipeline_stage.*(missing|not exist)/);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 2, rejected: 0, exit: 0 });
    expect([await stageOf(o, annLead), await salesStatus(o, bob)]).toEqual(['Attempting', 'Closed - Not Converted']);
    expect(await o.statuses(ann)).toEqual(['NEW', 'Working - Contacted']);
    expect(await o.statuses(none)).toEqual(['NEW', 'Working - Contacted']);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0, plan: { conflict: 0 } });

    // A change of the lead does not stamp the contact, and is found all the same.
    await o.hubspot('PATCH', `/crm/v3/objects/leads/${annLead}`, {
      properties: { hs_pipeline_stage: (await stages(o)).get('Disqualified') },
    });
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${bob.lead}`, { Status: 'Working - Contacted' });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 2, rejected: 0 });
    expect([await stageOf(o, bobLead), await salesStatus(o, ann)]).toEqual(['Attempting', 'Closed - Not Converted']);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0 });
  });

  it('of several leads the open one made last counts and is written to', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    d.write('truce.config.json', onLeads);
    const ann = await o.person({ email: 'ann@example.com', sales: 'Working - Contacted' });
    const closed = await lead(o, ann.contact, 'Disqualified');
    const older = await lead(o, ann.contact, 'New');
    await new Promise((resolve) => setTimeout(resolve, 5));
    const newer = await lead(o, ann.contact, 'New');
    await d.run(['sync', '--yes']);
    expect([await stageOf(o, closed), await stageOf(o, older), await stageOf(o, newer)]).toEqual(['Disqualified', 'New', 'Attempting']);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0 });
  });

  it('is undone like any other, and a label of the lead may be mapped beside it', async () => {
    await using o = await office();
    using d = desk(o.box, syncing);
    d.write('truce.config.json', {
      ...onLeads,
      fields: [{ name: 'heat', marketing: 'leads.hs_lead_label', sales: 'Rating', values: { HOT: 'Hot', WARM: 'Warm', COLD: 'Cold' } }],
    });
    const ann = await o.person({ email: 'ann@example.com', sales: 'Working - Contacted' });
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${ann.lead}`, { Rating: 'Hot' });
    const id = await lead(o, ann.contact, 'New');
    const { run } = (await d.run(['sync', '--yes', '--json'])).json() as { run: string };
    const heat = async (): Promise<unknown> =>
      (await o.hubspot('GET', `/crm/v3/objects/leads/${id}?properties=hs_lead_label`)).properties.hs_lead_label;
    expect([await stageOf(o, id), await heat()]).toEqual(['Attempting', 'HOT']);
    expect((await d.run(['undo', run])).exit).toBe(0);
    expect([await stageOf(o, id), await heat()]).toEqual(['New', null]);
  });
});
