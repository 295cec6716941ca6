import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, results, testPortal, type Reply, type TestPortal } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/legacy/crm/properties/guide';
const KNOWLEDGE = 'https://knowledge.hubspot.com/properties/hubspots-default-contact-properties';
const PROPERTY = '@hubspot/api-client lib/codegen/crm/properties/models/Property';
const META = '@hubspot/api-client lib/codegen/crm/properties/models/PropertyModificationMetadata';
const READ = '@hubspot/api-client lib/codegen/crm/properties/models/BatchReadInputPropertyName';
const GROUP = '@hubspot/api-client lib/codegen/crm/properties/models/PropertyGroup';
const RECORDED = 'https://github.com/sudhakar-mwb/Practus-Migration/blob/main/migrate-campaigns.js';

const PATH = '/crm/v3/properties/contacts';
const TEXT = { label: 'X', type: 'string', fieldType: 'text', groupName: 'contactinformation' };

const options = async (portal: TestPortal, name: string): Promise<unknown> =>
  (dig(await portal.send(`GET ${PATH}/${name}`), 'options') as { value: string }[]).map((option) => option.value);

const make = (portal: TestPortal, more: object): Promise<Reply> => portal.send(`POST ${PATH}`, { ...TEXT, ...more });

const names = (reply: Reply): unknown[] => results(reply).map((property) => property['name']);

describe('stock properties', () => {
  conforms({ known: 'specified', source: KNOWLEDGE }, 'hs_lead_status has eight options at first', async () => {
    expect(await options(testPortal(), 'hs_lead_status')).toEqual([
      'NEW',
      'OPEN',
      'IN_PROGRESS',
      'OPEN_DEAL',
      'UNQUALIFIED',
      'ATTEMPTED_TO_CONTACT',
      'CONNECTED',
      'BAD_TIMING',
    ]);
  });

  conforms({ known: 'specified', source: KNOWLEDGE }, 'lifecyclestage has eight stages in order', async () => {
    expect(await options(testPortal(), 'lifecyclestage')).toEqual([
      'subscriber',
      'lead',
      'marketingqualifiedlead',
      'salesqualifiedlead',
      'opportunity',
      'customer',
      'evangelist',
      'other',
    ]);
  });

  conforms({ known: 'specified', source: KNOWLEDGE }, 'hs_lead_status is a radio select', async () => {
    expect((await testPortal().send(`GET ${PATH}/hs_lead_status`)).body).toMatchObject({ type: 'enumeration', fieldType: 'radio' });
  });

  conforms({ known: 'specified', source: PROPERTY }, 'say hubspotDefined', async () => {
    expect(dig(await testPortal().send(`GET ${PATH}/email`), 'hubspotDefined')).toBe(true);
  });

  conforms({ known: 'recorded', source: RECORDED }, 'custom ones leave hubspotDefined out', async () => {
    expect((await make(testPortal(), { name: 'code' })).body).not.toHaveProperty('hubspotDefined');
  });

  conforms({ known: 'specified', source: META }, 'tell whether their value is read-only', async () => {
    const { send } = testPortal();
    expect(dig(await send(`GET ${PATH}/createdate`), 'modificationMetadata', 'readOnlyValue')).toBe(true);
    expect(dig(await send(`GET ${PATH}/city`), 'modificationMetadata', 'readOnlyValue')).toBe(false);
  });

  conforms({ known: 'specified', source: GUIDE }, 'can’t be archived', async () => {
    const { send } = testPortal();
    expect((await send(`DELETE ${PATH}/email`)).status).toBe(400);
    expect((await send(`GET ${PATH}/email`)).status).toBe(200);
  });

  it('hold Truce’s own when provisioned, and not otherwise', async () => {
    const own = async (provisioned: boolean, type: string): Promise<unknown[]> =>
      names(await testPortal({ provisioned }).send(`GET /crm/v3/properties/${type}`)).filter((name) => String(name).startsWith('truce_'));
    expect(await own(true, 'contacts')).toContain('truce_key');
    expect(await own(true, 'campaigns')).toHaveLength(20);
    expect(await own(false, 'contacts')).toEqual([]);
    expect(await own(false, 'campaigns')).toEqual([]);
  });
});

describe('making a property', () => {
  conforms({ known: 'specified', source: GUIDE }, 'answers 201 with the definition', async () => {
    const reply = await make(testPortal(), { name: 'code', description: 'd' });
    expect([reply.status, reply.body]).toMatchObject([
      201,
      { name: 'code', label: 'X', description: 'd', groupName: 'contactinformation', archived: false, options: [] },
    ]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'lets it be written at once', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code' });
    expect(dig(await portal.send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } }), 'properties', 'code')).toBe('A');
  });

  conforms({ known: 'specified', source: GUIDE }, 'of a name that is taken is 409', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code' });
    expect((await make(portal, { name: 'code' })).status).toBe(409);
  });

  conforms(
    { known: 'assumed', probe: `POST ${PATH} with a name that is taken` },
    'of a name that is taken says OBJECT_ALREADY_EXISTS',
    async () => {
      const reply = await make(testPortal(), { name: 'email' });
      expect([dig(reply, 'category'), dig(reply, 'subCategory')]).toEqual(['OBJECT_ALREADY_EXISTS', 'PropertyError.PROPERTY_EXISTS']);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'needs name, label, type, field type and group', async () => {
    const whole: Record<string, unknown> = { ...TEXT, name: 'code' };
    for (const name of Object.keys(whole)) {
      const { [name]: _, ...rest } = whole;
      expect([name, (await testPortal().send(`POST ${PATH}`, rest)).status]).toEqual([name, 400]);
    }
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes lower-case names without blanks only', async () => {
    for (const name of ['Upper', 'two words', '1st', 'a-b', 'ä'])
      expect([name, (await make(testPortal(), { name })).status]).toEqual([name, 400]);
  });

  conforms({ known: 'assumed', probe: `POST ${PATH} with the name hs_mine` }, 'does not take names with HubSpot’s prefix', async () => {
    expect((await make(testPortal(), { name: 'hs_mine' })).status).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes field types that fit the type only', async () => {
    expect((await make(testPortal(), { name: 'code', type: 'number', fieldType: 'text' })).status).toBe(400);
    expect((await make(testPortal(), { name: 'code', type: 'number', fieldType: 'number' })).status).toBe(201);
  });

  conforms({ known: 'specified', source: GUIDE }, 'needs a group that exists', async () => {
    expect((await make(testPortal(), { name: 'code', groupName: 'nowhere' })).status).toBe(400);
  });

  conforms({ known: 'specified', source: GUIDE }, 'needs options for an enumeration', async () => {
    const select = { name: 'code', type: 'enumeration', fieldType: 'select' };
    expect((await make(testPortal(), select)).status).toBe(400);
    expect((await make(testPortal(), { ...select, options: [{ label: 'A', value: 'a', displayOrder: 0, hidden: false }] })).status).toBe(
      201,
    );
  });

  conforms({ known: 'specified', source: GUIDE }, 'with hasUniqueValue refuses a second record of one value', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code', hasUniqueValue: true });
    const write = (): Promise<Reply> => portal.send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } });
    expect([(await write()).status, (await write()).status]).toEqual([201, 400]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'with hasUniqueValue gives an idProperty', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code', hasUniqueValue: true });
    const id = dig(await portal.send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } }), 'id');
    expect(dig(await portal.send('GET /crm/v3/objects/contacts/A?idProperty=code'), 'id')).toBe(id);
  });

  conforms({ known: 'specified', source: GUIDE }, 'with hasUniqueValue works ten times an object', async () => {
    const portal = testPortal({ provisioned: false });
    const statuses: number[] = [];
    for (let n = 0; n < 11; n += 1) statuses.push((await make(portal, { name: `code_${n}`, hasUniqueValue: true })).status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 201), 400]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'in a batch makes the good ones and lists the others', async () => {
    const { send } = testPortal();
    const batch = await send(`POST ${PATH}/batch/create`, {
      inputs: [
        { ...TEXT, name: 'one' },
        { ...TEXT, name: 'email' },
      ],
    });
    expect([batch.status, names(batch), dig(batch, 'numErrors')]).toEqual([207, ['one'], 1]);
  });
});

describe('a property', () => {
  conforms({ known: 'assumed', probe: `GET ${PATH}/nonsense` }, 'that does not exist is 404', async () => {
    const reply = await testPortal().send(`GET ${PATH}/nonsense`);
    expect([reply.status, dig(reply, 'subCategory')]).toEqual([404, 'PropertyError.PROPERTY_NOT_FOUND']);
  });

  conforms({ known: 'specified', source: GUIDE }, 'changes its label, not its name', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code' });
    expect((await portal.send(`PATCH ${PATH}/code`, { label: 'Code', name: 'other' })).body).toMatchObject({ name: 'code', label: 'Code' });
  });

  conforms({ known: 'specified', source: GUIDE }, 'takes a new option once it was added', async () => {
    const { send } = testPortal();
    const status = (hs_lead_status: string): Promise<Reply> => send('POST /crm/v3/objects/contacts', { properties: { hs_lead_status } });
    expect((await status('MEETING')).status).toBe(400);
    await send(`PATCH ${PATH}/hs_lead_status`, { options: ['NEW', 'MEETING'].map((value) => ({ label: value, value })) });
    expect([(await status('MEETING')).status, (await status('OPEN')).status]).toEqual([201, 400]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'is archived with 204, also twice', async () => {
    const portal = testPortal();
    await make(portal, { name: 'code' });
    expect([(await portal.send(`DELETE ${PATH}/code`)).status, (await portal.send(`DELETE ${PATH}/code`)).status]).toEqual([204, 204]);
  });

  conforms({ known: 'specified', source: GUIDE }, 'that is archived is shown with archived=true only', async () => {
    const { send } = testPortal();
    await send(`POST ${PATH}`, { ...TEXT, name: 'code' });
    await send(`DELETE ${PATH}/code`);
    expect((await send(`GET ${PATH}/code`)).status).toBe(404);
    expect(names(await send(`GET ${PATH}`))).not.toContain('code');
    expect(names(await send(`GET ${PATH}?archived=true`))).toEqual(['code']);
  });

  conforms({ known: 'specified', source: GUIDE }, 'that is archived is not written', async () => {
    const { send } = testPortal();
    await send(`POST ${PATH}`, { ...TEXT, name: 'code' });
    await send(`DELETE ${PATH}/code`);
    expect((await send('POST /crm/v3/objects/contacts', { properties: { code: 'A' } })).status).toBe(400);
  });

  conforms({ known: 'assumed', probe: `PATCH ${PATH}/NAME of an archived property` }, 'that is archived is not changed', async () => {
    const { send } = testPortal();
    await send(`POST ${PATH}`, { ...TEXT, name: 'code' });
    await send(`DELETE ${PATH}/code`);
    expect((await send(`PATCH ${PATH}/code`, { label: 'Code' })).status).toBe(404);
  });

  conforms({ known: 'specified', source: READ }, 'is read in a batch by name', async () => {
    const read = await testPortal().send(`POST ${PATH}/batch/read`, { inputs: [{ name: 'email' }, { name: 'city' }], archived: false });
    expect([read.status, names(read).toSorted((a, b) => String(a).localeCompare(String(b)))]).toEqual([200, ['city', 'email']]);
  });

  conforms({ known: 'specified', source: READ }, 'that is archived is read in a batch with archived only', async () => {
    const { send } = testPortal();
    await send(`POST ${PATH}`, { ...TEXT, name: 'code' });
    await send(`DELETE ${PATH}/code`);
    const read = (archived: boolean): Promise<Reply> => send(`POST ${PATH}/batch/read`, { inputs: [{ name: 'code' }], archived });
    expect([names(await read(true)), names(await read(false))]).toEqual([['code'], []]);
  });

  conforms({ known: 'specified', source: GROUP }, 'stands in a group, which can be made', async () => {
    const { send } = testPortal();
    const group = await send(`POST ${PATH}/groups`, { name: 'ours', label: 'Ours' });
    expect([group.status, group.body]).toEqual([201, { name: 'ours', label: 'Ours', displayOrder: -1, archived: false }]);
    expect((await send(`POST ${PATH}`, { ...TEXT, name: 'code', groupName: 'ours' })).status).toBe(201);
    expect((await send(`POST ${PATH}/groups`, { name: 'ours', label: 'Ours' })).status).toBe(409);
  });
});
