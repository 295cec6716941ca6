import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, START, testPortal, text, type TestPortal } from './portal.ts';

const PROPERTIES = 'https://knowledge.hubspot.com/contacts/hubspots-default-contact-properties';
const LIFECYCLE = 'https://knowledge.hubspot.com/contacts/use-lifecycle-stages';
const SYNC = 'https://knowledge.hubspot.com/crm-setup/manage-how-lifecycle-stages-sync-between-objects';
const HOUR = 3_600_000;

const iso = (offset: number): string => new Date(START + offset).toISOString();

async function make(portal: TestPortal, type: string, properties: Readonly<Record<string, string>> = {}): Promise<string> {
  return text(await portal.send(`POST /crm/v3/objects/${type}`, { properties }), 'id');
}

async function link(portal: TestPortal, [from, id]: readonly [string, string], [to, other]: readonly [string, string]): Promise<void> {
  const reply = await portal.send(`PUT /crm/v4/objects/${from}/${id}/associations/default/${to}/${other}`);
  expect(reply.status, reply.text).toBe(200);
}

/** Logs an activity at an offset from the start and associates it with a contact. */
async function log(portal: TestPortal, contact: string, activity: readonly [type: string, offset: number, more?: object]): Promise<string> {
  const [type, offset, more = {}] = activity;
  const id = await make(portal, type, { hs_timestamp: iso(offset), ...more });
  await link(portal, ['contact', contact], [type, id]);
  return id;
}

async function values(portal: TestPortal, path: string, ...names: string[]): Promise<unknown[]> {
  const reply = await portal.send(`GET /crm/v3/objects/${path}?properties=${names.join(',')}`);
  return names.map((name) => dig(reply, 'properties', name));
}

describe('activity dates', () => {
  conforms(
    { known: 'specified', source: PROPERTIES },
    'last contacted is the newest call, e-mail, meeting or message, not a note or a task',
    async () => {
      const portal = testPortal();
      const ann = await make(portal, 'contacts');
      await log(portal, ann, ['calls', -5 * HOUR]);
      await log(portal, ann, ['emails', -3 * HOUR, { hs_email_direction: 'EMAIL' }]);
      await log(portal, ann, ['notes', -2 * HOUR]);
      await log(portal, ann, ['tasks', -HOUR]);
      const names = ['notes_last_contacted', 'notes_last_updated', 'num_contacted_notes', 'num_notes'];
      expect(await values(portal, `contacts/${ann}`, ...names)).toEqual([iso(-3 * HOUR), iso(-2 * HOUR), '2', '4']);
    },
  );

  conforms(
    { known: 'specified', source: PROPERTIES },
    'what lies ahead is the next activity, and the latest meeting may lie ahead',
    async () => {
      const portal = testPortal();
      const ann = await make(portal, 'contacts');
      await log(portal, ann, ['meetings', 48 * HOUR]);
      await log(portal, ann, ['tasks', 24 * HOUR]);
      await log(portal, ann, ['tasks', HOUR, { hs_task_status: 'COMPLETED' }]);
      const names = ['notes_next_activity_date', 'hs_latest_meeting_activity', 'notes_last_contacted'];
      expect(await values(portal, `contacts/${ann}`, ...names)).toEqual([iso(24 * HOUR), iso(48 * HOUR), null]);
    },
  );

  conforms({ known: 'specified', source: PROPERTIES }, 'companies and deals have them too', async () => {
    const portal = testPortal();
    const [company, deal] = [await make(portal, 'companies', { name: 'Acme' }), await make(portal, 'deals', { dealname: 'D' })];
    const call = await make(portal, 'calls', { hs_timestamp: iso(-HOUR) });
    await link(portal, ['company', company], ['call', call]);
    await link(portal, ['deal', deal], ['call', call]);
    for (const path of [`companies/${company}`, `deals/${deal}`])
      expect(await values(portal, path, 'notes_last_contacted', 'num_contacted_notes')).toEqual([iso(-HOUR), '1']);
  });

  conforms({ known: 'specified', source: PROPERTIES }, 'they are HubSpot’s own: a write is refused', async () => {
    const portal = testPortal();
    const ann = await make(portal, 'contacts');
    const reply = await portal.send(`PATCH /crm/v3/objects/contacts/${ann}`, { properties: { num_contacted_notes: '3' } });
    expect(reply.status).toBe(400);
  });

  conforms(
    {
      known: 'assumed',
      probe: 'Delete a call of a contact, move another one in time, then read notes_last_contacted and num_contacted_notes',
    },
    'a deleted or moved activity takes its share back',
    async () => {
      const portal = testPortal();
      const ann = await make(portal, 'contacts');
      const [early, late] = [await log(portal, ann, ['calls', -5 * HOUR]), await log(portal, ann, ['calls', -HOUR])];
      await portal.send(`DELETE /crm/v3/objects/calls/${late}`);
      expect(await values(portal, `contacts/${ann}`, 'notes_last_contacted', 'num_contacted_notes')).toEqual([iso(-5 * HOUR), '1']);
      await portal.send(`PATCH /crm/v3/objects/calls/${early}`, { properties: { hs_timestamp: iso(-7 * HOUR) } });
      expect(await values(portal, `contacts/${ann}`, 'notes_last_contacted')).toEqual([iso(-7 * HOUR)]);
    },
  );
});

describe('lifecycle stages through deals', () => {
  conforms({ known: 'specified', source: LIFECYCLE }, 'the first deal makes its contacts and companies opportunities', async () => {
    const portal = testPortal();
    const [ann, acme] = [await make(portal, 'contacts'), await make(portal, 'companies', { name: 'Acme' })];
    const deal = await make(portal, 'deals', { dealname: 'D', dealstage: 'qualifiedtobuy' });
    await link(portal, ['contact', ann], ['deal', deal]);
    await link(portal, ['deal', deal], ['company', acme]);
    expect(await values(portal, `contacts/${ann}`, 'lifecyclestage')).toEqual(['opportunity']);
    expect(await values(portal, `companies/${acme}`, 'lifecyclestage')).toEqual(['opportunity']);
  });

  conforms({ known: 'specified', source: SYNC }, 'a won deal makes them customers', async () => {
    const portal = testPortal();
    const ann = await make(portal, 'contacts');
    const deal = await make(portal, 'deals', { dealname: 'D', dealstage: 'qualifiedtobuy', amount: '70' });
    await link(portal, ['contact', ann], ['deal', deal]);
    await portal.send(`PATCH /crm/v3/objects/deals/${deal}`, { properties: { dealstage: 'closedwon', closedate: '2026-03-01T00:00:00Z' } });
    const names = ['lifecyclestage', 'recent_deal_amount', 'recent_deal_close_date'];
    expect(await values(portal, `contacts/${ann}`, ...names)).toEqual(['customer', '70', '2026-03-01T00:00:00.000Z']);
  });

  conforms(
    { known: 'specified', source: LIFECYCLE },
    'stages only move forward: a customer with a new deal stays one, a lost deal takes nothing back',
    async () => {
      const portal = testPortal();
      const ann = await make(portal, 'contacts', { lifecyclestage: 'customer' });
      const bob = await make(portal, 'contacts');
      const deal = await make(portal, 'deals', { dealname: 'D', dealstage: 'qualifiedtobuy' });
      for (const contact of [ann, bob]) await link(portal, ['contact', contact], ['deal', deal]);
      await portal.send(`PATCH /crm/v3/objects/deals/${deal}`, { properties: { dealstage: 'closedlost' } });
      expect(await values(portal, `contacts/${ann}`, 'lifecyclestage')).toEqual(['customer']);
      expect(await values(portal, `contacts/${bob}`, 'lifecyclestage')).toEqual(['opportunity']);
    },
  );

  it('can be switched off, and never follows what is seeded', async () => {
    const off = testPortal({ automations: false });
    const ann = await make(off, 'contacts');
    await link(off, ['contact', ann], ['deal', await make(off, 'deals', { dealname: 'D' })]);
    expect(await values(off, `contacts/${ann}`, 'lifecyclestage')).toEqual(['lead']);
    const seeded = testPortal();
    const bob = seeded.half.seed.record('contacts', {}, { at: START });
    seeded.half.seed.associate('contacts', bob, 'deals', seeded.half.seed.record('deals', { dealname: 'D' }, { at: START }));
    expect(await values(seeded, `contacts/${bob}`, 'lifecyclestage')).toEqual(['lead']);
  });
});
