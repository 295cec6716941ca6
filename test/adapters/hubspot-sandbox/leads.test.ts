import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, results, START, testPortal, text, type Reply, type TestPortal } from './portal.ts';

const LEADS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/objects/leads/guide';
const BATCH = 'https://developers.hubspot.com/docs/api-reference/2026-03/crm/objects/leads/batch/create-leads';
const CALLS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/activities/calls/guide';
const EMAILS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/activities/emails/guide';
const MEETINGS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/activities/meetings/guide';
const TASKS = 'https://developers.hubspot.com/docs/api-reference/latest/crm/activities/tasks/guide';
const NOTES = 'https://developers.hubspot.com/docs/api-reference/latest/crm/activities/notes/guide';
const PIPELINES = '@hubspot/api-client lib/codegen/crm/pipelines/models/PipelineStage';

function withContact(): TestPortal & { contact: string } {
  const portal = testPortal();
  return { ...portal, contact: portal.half.seed.record('contacts', { email: 'ann@acme.example' }, { at: START }) };
}

const to = (id: string, associationTypeId = 578): object[] => [
  { to: { id }, types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId }] },
];

const create = (portal: TestPortal & { contact: string }, properties: object): Promise<Reply> =>
  portal.send('POST /crm/v3/objects/leads', { properties, associations: to(portal.contact) });

describe('a lead', () => {
  conforms({ known: 'specified', source: LEADS }, 'is made with a name and a contact', async () => {
    expect((await create(withContact(), { hs_lead_name: 'Ann' })).status).toBe(201);
  });

  conforms({ known: 'specified', source: LEADS }, 'is not made without a contact', async () => {
    expect((await withContact().send('POST /crm/v3/objects/leads', { properties: { hs_lead_name: 'Ann' } })).status).toBe(400);
  });

  conforms({ known: 'specified', source: LEADS }, 'is not made without a name: MISSING_REQUIRED_PROPERTY', async () => {
    const reply = await create(withContact(), {});
    expect([reply.status, dig(reply, 'errors', 0, 'code')]).toEqual([400, 'MISSING_REQUIRED_PROPERTY']);
  });

  conforms(
    { known: 'assumed', probe: 'POST a lead whose contact does not exist' },
    'is not made for a contact that is not there',
    async () => {
      const portal = withContact();
      const reply = await portal.send('POST /crm/v3/objects/leads', { properties: { hs_lead_name: 'Ann' }, associations: to('42') });
      expect([reply.status, ids(await portal.send('GET /crm/v3/objects/leads'))]).toEqual([400, []]);
    },
  );

  conforms({ known: 'specified', source: LEADS }, 'shows its contact', async () => {
    const portal = withContact();
    await create(portal, { hs_lead_name: 'Ann' });
    const list = await portal.send('GET /crm/v3/objects/0-136?associations=contacts');
    expect(dig(list, 'results', 0, 'associations', 'contacts', 'results')).toEqual([{ id: portal.contact, type: 'lead_to_contact' }]);
  });

  conforms({ known: 'specified', source: LEADS }, 'begins in the first stage of its pipeline', async () => {
    const made = await create(withContact(), { hs_lead_name: 'Ann' });
    expect(dig(made, 'properties')).toMatchObject({ hs_pipeline_stage: 'new-stage-id', hs_pipeline_stage_category: 'NEW' });
  });

  conforms({ known: 'specified', source: LEADS }, 'takes type and label', async () => {
    const made = await create(withContact(), { hs_lead_name: 'Ann', hs_lead_type: 'NEW_BUSINESS', hs_lead_label: 'HOT' });
    expect(dig(made, 'properties')).toMatchObject({ hs_lead_type: 'NEW_BUSINESS', hs_lead_label: 'HOT' });
    expect(dig(await create(withContact(), { hs_lead_name: 'Bob', hs_lead_label: 'TEPID' }), 'errors', 0, 'code')).toBe('INVALID_OPTION');
  });

  conforms({ known: 'specified', source: LEADS }, 'is one of several of one contact', async () => {
    const portal = withContact();
    const both = [await create(portal, { hs_lead_name: 'One' }), await create(portal, { hs_lead_name: 'Two' })];
    expect(results(await portal.send(`GET /crm/v4/objects/contacts/${portal.contact}/associations/leads`))).toHaveLength(both.length);
  });

  conforms({ known: 'specified', source: LEADS }, 'takes a reason when it is disqualified', async () => {
    const portal = withContact();
    const path = `/crm/v3/objects/leads/${text(await create(portal, { hs_lead_name: 'Ann' }), 'id')}`;
    const properties = { hs_pipeline_stage: 'unqualified-stage-id', hs_lead_disqualification_reason: 'NOT_A_FIT' };
    await portal.send(`PATCH ${path}`, { properties });
    const read = await portal.send(`GET ${path}?properties=hs_pipeline_stage_category,hs_lead_disqualification_reason`);
    expect(dig(read, 'properties')).toMatchObject({
      hs_pipeline_stage_category: 'UNQUALIFIED',
      hs_lead_disqualification_reason: 'NOT_A_FIT',
    });
  });

  conforms({ known: 'specified', source: BATCH }, 'is made in batches too, each with its contact', async () => {
    const portal = withContact();
    const inputs = ['One', 'Two'].map((hs_lead_name) => ({ properties: { hs_lead_name }, associations: to(portal.contact) }));
    const reply = await portal.send('POST /crm/objects/2026-03/leads/batch/create', { inputs });
    expect([reply.status, results(reply).length]).toEqual([201, 2]);
  });

  conforms({ known: 'specified', source: LEADS }, 'carries hs_createdate and hs_lastmodifieddate', async () => {
    const portal = withContact();
    const made = await create(portal, { hs_lead_name: 'Ann' });
    const read = await portal.send(`GET /crm/v3/objects/leads/${text(made, 'id')}`);
    expect(Object.keys(dig(read, 'properties') as object).toSorted()).toEqual(['hs_createdate', 'hs_lastmodifieddate', 'hs_object_id']);
  });

  conforms(
    { known: 'assumed', probe: 'GET /crm/v3/pipelines/leads' },
    'has a pipeline of five stages, whose ids are not documented',
    async () => {
      const [pipeline] = results(await testPortal().send('GET /crm/v3/pipelines/leads'));
      const stages = (pipeline?.['stages'] ?? []) as { label: string }[];
      expect(stages.map((stage) => stage.label)).toEqual(['New', 'Attempting', 'Connected', 'Qualified', 'Disqualified']);
    },
  );
});

describe('pipelines', () => {
  conforms({ known: 'specified', source: PIPELINES }, 'of deals have seven stages', async () => {
    expect(ids(await testPortal().send('GET /crm/v3/pipelines/deals/default/stages'))).toHaveLength(7);
  });

  conforms({ known: 'specified', source: PIPELINES }, 'give their metadata as text', async () => {
    const { send } = testPortal();
    expect(dig(await send('GET /crm/v3/pipelines/deals/default/stages/closedwon'), 'metadata')).toEqual({
      isClosed: 'true',
      probability: '1.0',
    });
    expect(dig(await send('GET /crm/v3/pipelines/deals/default/stages/closedlost'), 'metadata')).toEqual({
      isClosed: 'true',
      probability: '0.0',
    });
  });

  conforms({ known: 'assumed', probe: 'GET /crm/v3/pipelines/contacts' }, 'of contacts are not there', async () => {
    expect((await testPortal().send('GET /crm/v3/pipelines/contacts')).status).toBe(400);
  });
});

describe('activities', () => {
  const made = (type: string, properties: object): Promise<Reply> => testPortal().send(`POST /crm/v3/objects/${type}`, { properties });
  const at = { hs_timestamp: '2026-03-01T10:00:00Z' };

  conforms({ known: 'specified', source: NOTES }, 'of every kind need hs_timestamp', async () => {
    for (const type of ['calls', 'emails', 'meetings', 'tasks', 'notes', 'communications']) {
      const refused = await made(type, {});
      expect([type, refused.status, dig(refused, 'errors', 0, 'code')]).toEqual([type, 400, 'MISSING_REQUIRED_PROPERTY']);
      expect([type, (await made(type, at)).status]).toEqual([type, 201]);
    }
  });

  conforms({ known: 'specified', source: CALLS }, 'calls have a direction, a duration and an outcome that is a GUID', async () => {
    const values = {
      ...at,
      hs_call_direction: 'OUTBOUND',
      hs_call_duration: '60000',
      hs_call_disposition: 'f240bbac-87c9-4f6e-bf70-924b57d47db7',
    };
    expect(dig(await made('calls', values), 'properties')).toMatchObject({ hs_call_direction: 'OUTBOUND', hs_call_duration: '60000' });
    expect((await made('calls', { ...at, hs_call_direction: 'SIDEWAYS' })).status).toBe(400);
  });

  conforms({ known: 'specified', source: EMAILS }, 'emails have a direction and a status', async () => {
    expect((await made('emails', { ...at, hs_email_direction: 'INCOMING_EMAIL', hs_email_status: 'SENT' })).status).toBe(201);
    expect((await made('emails', { ...at, hs_email_direction: 'INBOUND' })).status).toBe(400);
  });

  conforms({ known: 'specified', source: MEETINGS }, 'meetings have an outcome, a start and an end', async () => {
    const values = { ...at, hs_meeting_outcome: 'COMPLETED', hs_meeting_start_time: String(START), hs_meeting_end_time: String(START + 1) };
    expect(dig(await made('meetings', values), 'properties', 'hs_meeting_start_time')).toBe('2026-03-02T15:00:00.000Z');
  });

  conforms({ known: 'specified', source: TASKS }, 'tasks have a status, a type and a priority', async () => {
    expect((await made('tasks', { ...at, hs_task_status: 'NOT_STARTED', hs_task_type: 'CALL', hs_task_priority: 'HIGH' })).status).toBe(
      201,
    );
    expect((await made('tasks', { ...at, hs_task_status: 'DONE' })).status).toBe(400);
  });

  conforms(
    { known: 'assumed', probe: 'PATCH a task to COMPLETED, then read hs_task_completion_date' },
    'a completed task is dated',
    async () => {
      const done = await made('tasks', { ...at, hs_task_status: 'COMPLETED' });
      expect(dig(done, 'properties')).toMatchObject({ hs_task_completion_date: '2026-03-02T15:00:00.000Z', hs_task_is_completed: '1' });
    },
  );

  conforms({ known: 'specified', source: CALLS }, 'are associated with whom they were with, as they are made', async () => {
    const portal = withContact();
    const reply = await portal.send('POST /crm/v3/objects/calls', { properties: at, associations: to(portal.contact, 194) });
    const read = await portal.send(`GET /crm/v3/objects/calls/${text(reply, 'id')}?associations=contacts`);
    expect(dig(read, 'associations', 'contacts', 'results')).toEqual([{ id: portal.contact, type: 'call_to_contact' }]);
  });

  conforms({ known: 'specified', source: CALLS }, 'are listed with their contacts, 100 a call', async () => {
    const portal = withContact();
    for (let n = 0; n < 100; n += 1) {
      const id = portal.half.seed.record('calls', { hs_timestamp: String(START) }, { at: START });
      portal.half.seed.associate('calls', id, 'contacts', portal.contact);
    }
    const list = await portal.send('GET /crm/v3/objects/calls?limit=100&associations=contacts');
    expect(results(list).every((call) => 'associations' in call)).toBe(true);
  });
});
