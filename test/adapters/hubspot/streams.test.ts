import { beforeEach, describe, expect, it } from 'vitest';
import type { Crm } from '../../../src/crm.ts';
import type { Deal, StatusChange, Touch } from '../../../src/model/records.ts';
import { openPortal, start } from './portal.ts';
import type { Portal } from './portal.ts';
import { pass } from './steps.ts';

const hour = 3_600_000;
const day = 24 * hour;
let portal: Portal;
let crm: Crm;
beforeEach(() => {
  portal = openPortal();
  crm = portal.connect();
});

const contact = (email: string, properties: Record<string, string> = {}, at: number = start - day): string =>
  portal.half.seed.record('contacts', { email, ...properties }, { at });

describe('people', () => {
  it('carry name, addresses, owner, keys of both sides, score and opt-out', async () => {
    const owner = portal.half.seed.owner({ email: 'o@example.com', firstName: 'O', lastName: 'Wner' });
    const id = contact('Ann@Example.com', {
      firstname: 'Ann',
      lastname: 'Lee',
      company: 'Acme',
      hubspot_owner_id: owner.id,
      truce_cross_id: '00Q000000000001AAA',
      truce_key: 'key-1',
      hs_email_optout: 'true',
      hs_lead_status: 'NEW',
    });
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'people', null, { fields: ['hs_lead_status', 'lifecyclestage', 'no_such_property'] });
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({
      id,
      object: 'contact',
      name: 'Ann Lee',
      company: 'Acme',
      ownerId: owner.id,
      crossIds: ['00Q000000000001AAA'],
      key: 'key-1',
      optedOut: true,
      converted: null,
      dealOutcomes: [],
      createdAt: start - day,
    });
    expect(records[0]?.emails[0]?.toLowerCase()).toBe('ann@example.com');
    expect(records[0]?.fields.get('hs_lead_status')).toBe('NEW');
    expect([...(records[0]?.fields.keys() ?? [])]).toEqual(['hs_lead_status', 'lifecyclestage']);
  });

  it('name the campaign of a first page by its address when the portal has no UTM properties', async () => {
    contact('a@example.com', {
      hs_analytics_source: 'PAID_SEARCH',
      hs_analytics_source_data_1: 'from the source',
      hs_analytics_first_url: 'https://acme.example/p?utm_campaign=Spring%20Fair&utm_source=google#top',
    });
    contact('b@example.com', { hs_analytics_source: 'PAID_SEARCH', hs_analytics_source_data_1: 'from the source' });
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'people');
    expect(records.map((person) => person.hints.get('utm_campaign'))).toEqual(['Spring Fair', 'from the source']);
    expect(records[0]?.hints.get('utm_source')).toBe('google');
    expect(records[0]?.channel).toBe('PAID_SEARCH');
  });

  it('in a deleted state are told once, and not again at every pass', async () => {
    const id = contact('gone@example.com');
    await portal.clock.advance(hour);
    const first = await pass(crm, 'people');
    await portal.user('DELETE', `/crm/v3/objects/contacts/${id}`);
    await portal.clock.advance(hour);
    const second = await pass(crm, 'people', first.cursor);
    expect(second.others).toEqual([{ type: 'deleted', id }]);
    await portal.clock.advance(hour);
    expect((await pass(crm, 'people', second.cursor)).others).toEqual([]);
  });

  it('outside of a list are left alone: members are delivered, who is taken out has left, who is new on it joins', async () => {
    const [inside, outside, later] = ['in@example.com', 'out@example.com', 'later@example.com'].map((email) => contact(email));
    const made = (await portal.user('POST', '/crm/v3/lists', { name: 'Sync these', objectTypeId: '0-1', processingType: 'MANUAL' })) as {
      list: { listId: string };
    };
    const members = `/crm/v3/lists/${made.list.listId}/memberships`;
    await portal.user('PUT', `${members}/add`, [inside]);
    await portal.clock.advance(hour);
    const scope = 'Sync these';
    const first = await pass(crm, 'people', null, { scope });
    expect(first.records.map((person) => person.id)).toEqual([inside]);
    await portal.clock.advance(hour);
    await portal.user('PUT', `${members}/add`, [later]);
    await portal.user('PUT', `${members}/remove`, [inside]);
    for (const id of [inside, outside]) await portal.user('PATCH', `/crm/v3/objects/contacts/${id}`, { properties: { company: 'New' } });
    await portal.clock.advance(hour);
    const second = await pass(crm, 'people', first.cursor, { scope });
    expect(second.records.map((person) => person.id)).toEqual([later]);
    expect(
      second.others
        .filter((event) => event.type === 'left')
        .map((event) => event.id)
        .sort(),
    ).toEqual([inside, outside]);
    await expect(pass(crm, 'people', null, { scope: 'No such list' })).rejects.toMatchObject({ code: 'UNKNOWN_SCOPE' });
  });
});

describe('deals', () => {
  const stages = { open: 'appointmentscheduled', won: 'closedwon', lost: 'closedlost' };
  const deal = (properties: Record<string, string>, at: number): string =>
    portal.half.seed.record('deals', { dealname: 'D', dealstage: stages.open, pipeline: 'default', ...properties }, { at });
  const read = async (): Promise<readonly Deal[]> => {
    await portal.clock.advance(hour);
    return (await pass(crm, 'deals')).records;
  };

  it('close when their stage says so, not on the date somebody entered', async () => {
    const id = deal({ amount: '1234.5', closedate: new Date(start + 30 * day).toISOString() }, start - 3 * day);
    portal.half.seed.change('deals', id, { dealstage: stages.won }, { at: start - day });
    portal.half.seed.change('deals', id, { closedate: new Date(start + 40 * day).toISOString() }, { at: start - hour });
    expect(await read()).toMatchObject([
      { outcome: 'won', closedAt: start - day, closedPrecision: 'ms', amount: { minor: 123_450n, currency: 'USD' }, reopened: 0 },
    ]);
  });

  it('that were reopened count it, and close when they closed last', async () => {
    const id = deal({}, start - 9 * day);
    portal.half.seed.change('deals', id, { dealstage: stages.lost }, { at: start - 6 * day });
    portal.half.seed.change('deals', id, { dealstage: stages.open }, { at: start - 5 * day });
    portal.half.seed.change('deals', id, { dealstage: stages.lost, closed_lost_reason: 'Price' }, { at: start - 2 * day });
    expect(await read()).toMatchObject([{ outcome: 'lost', closedAt: start - 2 * day, reopened: 1, reason: 'Price' }]);
  });

  it('that arrived closed keep the day they were closed on', async () => {
    deal({ dealstage: stages.won, closedate: new Date(start - 100 * day + hour).toISOString() }, start - day);
    const midnight = Math.floor((start - 100 * day) / day) * day;
    expect(await read()).toMatchObject([{ outcome: 'won', closedAt: midnight, closedPrecision: 'day' }]);
  });

  it('that are open have neither an end nor a reason, and no amount stays no amount', async () => {
    deal({ closed_lost_reason: 'left over from before' }, start - day);
    expect(await read()).toMatchObject([{ outcome: 'open', closedAt: null, reason: null, amount: null }]);
  });

  it('are delivered again when only their stage moved, with the new history', async () => {
    const id = deal({}, start - 3 * day);
    await portal.clock.advance(hour);
    const first = await pass(crm, 'deals');
    await portal.user('PATCH', `/crm/v3/objects/deals/${id}`, { properties: { dealstage: stages.won } });
    const moved = portal.clock.now();
    await portal.clock.advance(hour);
    const second = await pass(crm, 'deals', first.cursor);
    expect(second.records).toMatchObject([{ id, outcome: 'won', closedAt: moved }]);
  });
});

describe('touches', () => {
  const log = (type: string, person: string, properties: Record<string, string>): string => {
    const id = portal.half.seed.record(type, { hs_timestamp: new Date(start - hour).toISOString(), ...properties }, { at: start - hour });
    portal.half.seed.associate(type, id, 'contacts', person);
    return id;
  };
  const touches = async (): Promise<readonly Touch[]> => {
    await portal.clock.advance(hour);
    return (await pass(crm, 'touches')).records;
  };

  it('know kind, direction and result of each activity', async () => {
    const person = contact('p@example.com');
    log('calls', person, { hs_call_direction: 'OUTBOUND', hs_call_disposition: 'f240bbac-87c9-4f6e-bf70-924b57d47db7' });
    log('calls', person, { hs_call_direction: 'INBOUND' });
    log('calls', person, { hs_call_direction: 'OUTBOUND', hs_call_disposition: '73a0d17f-1163-4015-bdd5-ec830791da20' });
    log('emails', person, { hs_email_direction: 'EMAIL', hs_email_status: 'SENT' });
    log('emails', person, { hs_email_direction: 'EMAIL', hs_email_status: 'BOUNCED' });
    log('emails', person, { hs_email_direction: 'INCOMING_EMAIL' });
    log('meetings', person, { hs_meeting_outcome: 'COMPLETED', hs_meeting_start_time: new Date(start - 2 * hour).toISOString() });
    log('meetings', person, { hs_meeting_outcome: 'NO_SHOW' });
    log('communications', person, { hs_communication_channel_type: 'SMS' });
    log('communications', person, { hs_communication_channel_type: 'LINKEDIN_MESSAGE' });
    log('tasks', person, { hs_task_status: 'COMPLETED', hs_task_type: 'CALL' });
    log('tasks', person, { hs_task_status: 'NOT_STARTED', hs_task_type: 'CALL' });
    const found = (await touches()).filter((touch) => !['visit', 'form', 'click'].includes(touch.kind));
    expect(found.map((touch) => `${touch.kind} ${touch.direction} ${touch.result ?? '-'}`).sort()).toEqual(
      [
        'call out answered',
        'call in -',
        'call out no_answer',
        'email out sent',
        'email out bounced',
        'email in replied',
        'meeting out held',
        'meeting out no_show',
        'sms out sent',
        'social out sent',
        'task out -',
      ].sort(),
    );
    expect(found.every((touch) => touch.personIds.join() === person)).toBe(true);
    expect(found.find((touch) => touch.result === 'held')?.occurredAt).toBe(start - 2 * hour);
    expect(found.find((touch) => touch.result === 'replied')?.actor.kind).toBe('prospect');
  });

  it('are credited to their owner, and to nobody human when a workflow made them', async () => {
    const owner = portal.half.seed.owner({ email: 'rep@example.com', firstName: 'R', lastName: 'Ep' });
    const person = contact('p@example.com');
    log('calls', person, { hubspot_owner_id: owner.id });
    const at = start - hour;
    const made = portal.half.seed.record(
      'tasks',
      { hs_timestamp: new Date(at).toISOString(), hs_task_status: 'COMPLETED' },
      { at, source: { type: 'AUTOMATION_PLATFORM', id: 'flow-1' } },
    );
    portal.half.seed.associate('tasks', made, 'contacts', person);
    const found = await touches();
    expect(found.find((touch) => touch.kind === 'call')?.actor).toMatchObject({ kind: 'human', userId: owner.id });
    expect(found.find((touch) => touch.kind === 'task')?.actor.kind).toBe('workflow');
  });

  it('include what the contact did: its first visit and its forms, the same ones at every pass', async () => {
    const at = (hoursAgo: number): string => new Date(start - hoursAgo * hour).toISOString();
    contact('p@example.com', { hs_analytics_first_timestamp: at(9), first_conversion_date: at(5), recent_conversion_date: at(5) });
    const found = await touches();
    expect(found.map((touch) => [touch.kind, touch.direction, touch.occurredAt, touch.actor.kind])).toEqual([
      ['visit', 'in', start - 9 * hour, 'prospect'],
      ['form', 'in', start - 5 * hour, 'prospect'],
    ]);
    expect((await touches()).map((touch) => touch.id)).toEqual(found.map((touch) => touch.id));
  });

  it('logged later come with their people by the search and the associations', async () => {
    const person = contact('p@example.com');
    await portal.clock.advance(hour);
    const first = await pass(crm, 'touches');
    const call = (await portal.user('POST', '/crm/v3/objects/calls', {
      properties: { hs_timestamp: new Date(portal.clock.now()).toISOString(), hs_call_direction: 'OUTBOUND' },
    })) as { id: string };
    await portal.user('PUT', `/crm/v4/objects/calls/${call.id}/associations/default/contacts/${person}`);
    await portal.clock.advance(hour);
    const second = await pass(crm, 'touches', first.cursor);
    expect(second.records).toMatchObject([{ id: `calls:${call.id}`, kind: 'call', personIds: [person] }]);
  });
});

describe('histories', () => {
  it('name who wrote each value: a person, this integration, the native connector, a workflow, a form', async () => {
    const user = portal.half.seed.owner({ email: 'u@example.com', firstName: 'U', lastName: 'Ser' });
    const id = contact('h@example.com', { hs_lead_status: 'NEW' }, start - 9 * hour);
    const change = (value: string, hoursAgo: number, source: Parameters<Portal['half']['seed']['change']>[3]['source']): void =>
      portal.half.seed.change(
        'contacts',
        id,
        { hs_lead_status: value },
        { at: start - hoursAgo * hour, ...(source === undefined ? {} : { source }) },
      );
    change('OPEN', 8, { type: 'CRM_UI', userId: user.userId });
    change('IN_PROGRESS', 7, { type: 'SALESFORCE' });
    change('CONNECTED', 6, { type: 'AUTOMATION_PLATFORM', id: 'flow-1' });
    change('OPEN_DEAL', 5, { type: 'FORM', id: 'form-1' });
    change('BAD_TIMING', 4, { type: 'SOMETHING_NEW' });
    await crm.write('person', [{ intentId: 'i', op: 'update', id: id as never, fields: new Map([['hs_lead_status', 'UNQUALIFIED']]) }]);
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'status-history', null, { historyFields: ['hs_lead_status'] });
    const rows = records.filter((row) => row.field === 'hs_lead_status');
    expect(rows.map((row: StatusChange) => [row.from, row.to, row.actor.kind])).toEqual([
      [null, 'NEW', 'human'],
      ['NEW', 'OPEN', 'human'],
      ['OPEN', 'IN_PROGRESS', 'connector'],
      ['IN_PROGRESS', 'CONNECTED', 'workflow'],
      ['CONNECTED', 'OPEN_DEAL', 'prospect'],
      ['OPEN_DEAL', 'BAD_TIMING', 'unknown'],
      ['BAD_TIMING', 'UNQUALIFIED', 'truce'],
    ]);
    expect(rows[1]?.actor.userId).toBe(user.userId);
    const created = records.find((row) => row.field === 'created' && row.entity === 'person');
    expect(created).toMatchObject({ entityId: id, at: start - 9 * hour });
  });

  it('tell the owner’s changes and what each deal stage meant', async () => {
    const [first, second] = ['a', 'b'].map((name) =>
      portal.half.seed.owner({ email: `${name}@example.com`, firstName: name, lastName: 'X' }),
    );
    const id = contact('h@example.com', { hubspot_owner_id: first?.id ?? '' }, start - 9 * hour);
    portal.half.seed.change('contacts', id, { hubspot_owner_id: second?.id ?? '' }, { at: start - 8 * hour });
    const deal = portal.half.seed.record(
      'deals',
      { dealname: 'D', dealstage: 'appointmentscheduled', pipeline: 'default' },
      { at: start - 7 * hour },
    );
    portal.half.seed.change('deals', deal, { dealstage: 'closedwon' }, { at: start - 6 * hour });
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'status-history', null, { historyFields: [] });
    expect(records.filter((row) => row.field === 'owner').map((row) => [row.from, row.to])).toEqual([
      [null, first?.id],
      [first?.id, second?.id],
    ]);
    expect(records.filter((row) => row.field === 'dealstage').map((row) => [row.entity, row.to, row.outcome])).toEqual([
      ['deal', 'appointmentscheduled', 'open'],
      ['deal', 'closedwon', 'won'],
    ]);
  });

  it('mark our own writes where HubSpot says nothing about the token, once one came back', async () => {
    portal.meddle((_request, path) => (path.includes('access-token-info') ? notThere() : undefined));
    const id = contact('own@example.com', { hs_lead_status: 'NEW' });
    const read = async (): Promise<string | undefined> => {
      const [answer] = await crm.read('person', [{ id: id as never }], { fields: ['hs_lead_status'], history: true });
      return answer?.found[0]?.history.get('hs_lead_status')?.[0]?.actor.kind;
    };
    await crm.write('person', [{ intentId: 'i', op: 'update', id: id as never, fields: new Map([['hs_lead_status', 'OPEN']]) }]);
    expect(await read()).toBe('truce');
  });
});

function notThere(): ReturnType<NonNullable<Parameters<Portal['meddle']>[0]>> {
  return {
    status: 404,
    headers: { 'content-type': 'application/json', date: new Date(start).toUTCString() },
    body: new TextEncoder().encode('{"status":"error","message":"resource not found"}'),
  };
}

describe('lists of the whole', () => {
  it('give campaigns with dates, cost and currency, and members by their numeric id', async () => {
    const { guid, id } = portal.half.seed.campaign(
      {
        hs_name: 'Fair',
        hs_start_date: '2026-01-10',
        hs_campaign_status: 'in_progress',
        hs_currency_code: 'EUR',
        hs_utm: 'fair-26',
        truce_cross_id: '701A;701B',
      },
      { at: start - day },
    );
    const person = contact('m@example.com');
    portal.half.seed.associate('campaigns', id, 'contacts', person);
    await portal.clock.advance(hour);
    const campaigns = await pass(crm, 'campaigns');
    expect(campaigns.records).toMatchObject([
      { id: guid, name: 'Fair', utm: 'fair-26', currency: 'EUR', startsAt: Date.UTC(2026, 0, 10), crossIds: ['701A', '701B'] },
    ]);
    const members = await pass(crm, 'members');
    expect(members.records).toMatchObject([{ campaignId: guid, personId: person, responded: false, respondedAt: null }]);
    expect((await pass(portal.connect(), 'members')).records).toEqual(members.records);
  });

  it('give owners with both ids and their teams', async () => {
    const rep = portal.half.seed.owner({ email: 'rep@example.com', firstName: 'Rep', lastName: 'One', teams: ['Sales'] });
    await portal.clock.advance(hour);
    const { records } = await pass(crm, 'users');
    expect(records.find((user) => user.id === rep.id)).toMatchObject({
      otherId: rep.userId,
      name: 'Rep One',
      email: 'rep@example.com',
      active: true,
      kind: 'person',
      teams: ['Sales'],
    });
  });
});
