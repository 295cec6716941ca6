import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, ids, testPortal, text, USER_TOKEN, type TestPortal } from './portal.ts';
import { listeningPortal } from './receiver.ts';

const REFERENCE = 'https://developers.hubspot.com/docs/api-reference/legacy/crm/objects/contacts/gdpr/gdpr-delete-contact';
const CHANGELOG = 'https://developers.hubspot.com/changelog/gdpr-deletion';
const DELETIONS = 'https://knowledge.hubspot.com/privacy-and-consent/understand-restorable-and-permanent-contact-deletions';
const PERMANENT = 'https://knowledge.hubspot.com/privacy-and-consent/how-do-i-perform-a-gdpr-delete-in-hubspot';
const DELETE = 'https://developers.hubspot.com/docs/api-reference/2026-03/crm/objects/contacts/delete-contact';
const ANN = { properties: { email: 'ann@acme.example', firstname: 'Ann' } };

const forget = (portal: TestPortal, objectId: string, idProperty?: string) =>
  portal.send('POST /crm/v3/objects/contacts/gdpr-delete', { objectId, ...(idProperty === undefined ? {} : { idProperty }) });

describe('a permanent deletion', () => {
  conforms(
    { known: 'specified', source: REFERENCE },
    'takes a contact by id or by e-mail, in v3 and under a date, and answers 204',
    async () => {
      const portal = testPortal();
      const id = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
      expect((await forget(portal, 'ann@acme.example', 'email')).status).toBe(204);
      for (const archived of ['false', 'true'])
        expect((await portal.send(`GET /crm/v3/objects/contacts/${id}?archived=${archived}`)).status).toBe(404);
      const bob = text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id');
      expect((await portal.send('POST /crm/objects/2026-03/contacts/gdpr-delete', { objectId: bob })).status).toBe(204);
      expect((await portal.send(`GET /crm/v3/objects/contacts/${bob}`)).status).toBe(404);
      expect((await portal.send('POST /crm/v3/objects/contacts/search', { filterGroups: [] })).body).toMatchObject({ total: 0 });
    },
  );

  conforms({ known: 'specified', source: CHANGELOG }, 'ends the contact’s associations; what it was associated with stays', async () => {
    const portal = testPortal();
    const ann = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
    const note = text(await portal.send('POST /crm/v3/objects/notes', { properties: { hs_timestamp: '2026-03-01T00:00:00Z' } }), 'id');
    await portal.send(`PUT /crm/v4/objects/contact/${ann}/associations/default/note/${note}`);
    await forget(portal, ann);
    expect((await portal.send(`GET /crm/v3/objects/notes/${note}`)).status).toBe(200);
    expect(ids(await portal.send(`GET /crm/v4/objects/note/${note}/associations/contact`))).toEqual([]);
  });

  conforms({ known: 'specified', source: PERMANENT }, 'keeps the address from the screen, not from the API', async () => {
    const portal = testPortal();
    await forget(portal, text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id'));
    expect((await portal.send('POST /crm/v3/objects/contacts', ANN, { token: USER_TOKEN })).status).toBe(400);
    expect((await portal.send('POST /crm/v3/objects/contacts', ANN)).status).toBe(201);
  });

  conforms({ known: 'specified', source: REFERENCE }, 'blocks an address that no contact has', async () => {
    const portal = testPortal();
    expect((await forget(portal, 'Eve@acme.example', 'email')).status).toBe(204);
    const eve = { properties: { email: 'eve@acme.example' } };
    expect((await portal.send('POST /crm/v3/objects/contacts', eve, { token: USER_TOKEN })).status).toBe(400);
  });

  it('takes contacts only, and needs to know whom', async () => {
    const portal = testPortal();
    expect((await portal.send('POST /crm/v3/objects/deals/gdpr-delete', { objectId: '1' })).status).toBe(400);
    expect((await portal.send('POST /crm/v3/objects/contacts/gdpr-delete', {})).status).toBe(400);
    expect((await forget(portal, 'Ann', 'firstname')).status).toBe(400);
  });
});

describe('a restorable deletion', () => {
  conforms({ known: 'specified', source: DELETE }, 'can be undone for 90 days; then the record is gone', async () => {
    const portal = testPortal();
    const [ann, bob] = [
      text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id'),
      text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id'),
    ];
    await portal.send('POST /crm/v3/objects/contacts/batch/archive', { inputs: [{ id: ann }, { id: bob }] });
    expect(ids(await portal.send('GET /crm/v3/objects/contacts?archived=true'))).toEqual([ann, bob]);
    portal.clock.advance(89 * 86_400_000);
    portal.half.restore('contacts', ann);
    expect(dig(await portal.send(`GET /crm/v3/objects/contacts/${ann}`), 'archived')).toBe(false);
    portal.clock.advance(2 * 86_400_000);
    expect(ids(await portal.send('GET /crm/v3/objects/contacts?archived=true'))).toEqual([]);
    expect((await portal.send(`GET /crm/v3/objects/contacts/${bob}?archived=true`)).status).toBe(404);
    expect((await portal.send(`GET /crm/v3/objects/contacts/${ann}`)).status).toBe(200);
  });

  conforms({ known: 'specified', source: DELETIONS }, 'hides the record’s associations until it is back', async () => {
    const portal = testPortal();
    const ann = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
    const call = text(await portal.send('POST /crm/v3/objects/calls', { properties: { hs_timestamp: '2026-03-01T00:00:00Z' } }), 'id');
    await portal.send(`PUT /crm/v4/objects/contact/${ann}/associations/default/call/${call}`);
    const linked = async (): Promise<unknown> => dig(await portal.send(`GET /crm/v4/objects/call/${call}/associations/contact`), 'results');
    await portal.send(`DELETE /crm/v3/objects/contacts/${ann}`);
    expect(await linked()).toEqual([]);
    portal.half.restore('contacts', ann);
    expect(await linked()).toHaveLength(1);
  });

  conforms(
    { known: 'specified', source: 'https://developers.hubspot.com/docs/api-reference/legacy/webhooks/guide' },
    'is told when it is undone',
    async () => {
      const { portal, subscribe, pass, notices } = await listeningPortal();
      await subscribe('contact.restore');
      const ann = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
      await portal.send(`DELETE /crm/v3/objects/contacts/${ann}`);
      portal.half.restore('contacts', ann);
      await pass(5);
      expect(notices()).toMatchObject([{ subscriptionType: 'contact.restore', objectId: Number(ann), changeSource: 'CRM_UI' }]);
    },
  );

  conforms(
    { known: 'assumed', probe: 'Delete a contact, create another with its e-mail, restore the first one' },
    'leaves a unique value with the record that took it meanwhile',
    async () => {
      const portal = testPortal();
      const ann = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
      await portal.send(`DELETE /crm/v3/objects/contacts/${ann}`);
      const twin = text(await portal.send('POST /crm/v3/objects/contacts', ANN), 'id');
      portal.half.restore('contacts', ann);
      const found = await portal.send('GET /crm/v3/objects/contacts/ann@acme.example?idProperty=email');
      expect(text(found, 'id')).toBe(twin);
      expect(() => portal.half.restore('contacts', ann)).toThrow('no deleted contact');
    },
  );
});
