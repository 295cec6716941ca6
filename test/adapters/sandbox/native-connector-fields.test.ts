import { describe, expect, it } from 'vitest';
import type { FieldMapping, SyncRule } from '../../../adapters/sandbox/index.ts';
import { conforms } from '../../conformance/conforms.ts';
import { rig, type Rig } from './native-connector-rig.ts';

const RULES = 'https://knowledge.hubspot.com/salesforce/map-hubspot-properties-to-salesforce-fields';
const CHANGES_BACK =
  'https://knowledge.hubspot.com/articles/KCS_Article/Salesforce/I-am-changing-a-HubSpot-contact-property-but-it-keeps-changing-back-to-the-original';
const OWNERS = 'https://knowledge.hubspot.com/salesforce/assignment-of-salesforce-owners-to-hubspot-contacts-companies-or-deals';
const SOURCE_TYPES = '@hubspot/api-client lib/codegen/crm/imports/models/PropertyValue.d.ts';
const POLLING = 'https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-triggers-a-sync-with-salesforce';

const BASE: readonly FieldMapping[] = [
  { hubspot: 'email', salesforce: 'Email', rule: 'prefer-salesforce-unless-blank' },
  { hubspot: 'lastname', salesforce: 'LastName', rule: 'prefer-salesforce-unless-blank' },
  { hubspot: 'company', salesforce: 'Company', rule: 'prefer-salesforce-unless-blank' },
];

/** Ada, synced as a lead, with her phone under a rule. */
async function ada(rule: SyncRule, phone: { readonly hubspot?: string; readonly salesforce?: string }) {
  const r = await rig({ fields: [...BASE, { hubspot: 'phone', salesforce: 'Phone', rule }] });
  const person = { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' };
  const lead = await r.record('Lead', { ...person, ...(phone.salesforce === undefined ? {} : { Phone: phone.salesforce }) });
  await r.minutes(16);
  const [id = ''] = await r.byEmail('ada@example.com');
  if (phone.hubspot !== undefined) await r.change(id, { phone: phone.hubspot });
  const both = async (): Promise<readonly [unknown, unknown]> => {
    const { properties } = await r.read(id, ['phone']);
    const [row] = await r.query(`SELECT Phone FROM Lead WHERE Id = '${lead}'`);
    return [properties.phone, row.Phone];
  };
  const sales = (value: string | null): Promise<unknown> => r.salesforce(`PATCH /sobjects/Lead/${lead}`, { Phone: value });
  return { r, id, lead, both, sales };
}

describe('prefer Salesforce unless blank', () => {
  conforms({ known: 'specified', source: RULES }, 'passes a value to Salesforce where Salesforce has none', async () => {
    const { r, both } = await ada('prefer-salesforce-unless-blank', { hubspot: '+1 111' });
    await using _ = r;
    await r.minutes(2);
    expect(await both()).toEqual(['+1 111', '+1 111']);
  });

  conforms({ known: 'specified', source: CHANGES_BACK }, 'changes an edit in HubSpot back where Salesforce has a value', async () => {
    const { r, both } = await ada('prefer-salesforce-unless-blank', { salesforce: '+1 222' });
    await using _ = r;
    expect(await both()).toEqual(['+1 222', '+1 222']);
    await r.change((await r.byEmail('ada@example.com'))[0] ?? '', { phone: '+1 333' });
    await r.minutes(2);
    expect(await both()).toEqual(['+1 222', '+1 222']);
  });

  conforms({ known: 'specified', source: RULES }, 'deletes in HubSpot what was deleted in Salesforce', async () => {
    const { r, both, sales } = await ada('prefer-salesforce-unless-blank', { salesforce: '+1 222' });
    await using _ = r;
    await sales(null);
    await r.minutes(16);
    expect(await both()).toEqual([null, null]);
  });
});

describe('always use Salesforce', () => {
  conforms({ known: 'specified', source: RULES }, 'never passes a value to Salesforce, not even where it has none', async () => {
    const { r, both } = await ada('always-use-salesforce', { hubspot: '+1 111' });
    await using _ = r;
    await r.minutes(2);
    expect(await both()).toEqual([null, null]);
  });

  conforms({ known: 'specified', source: RULES }, 'overwrites HubSpot with each new value, and with none', async () => {
    const { r, both, sales } = await ada('always-use-salesforce', { salesforce: '+1 222' });
    await using _ = r;
    await sales('+1 444');
    await r.minutes(16);
    expect(await both()).toEqual(['+1 444', '+1 444']);
    await sales(null);
    await r.minutes(16);
    expect(await both()).toEqual([null, null]);
  });
});

describe('two-way', () => {
  conforms({ known: 'specified', source: RULES }, 'carries an edit, and a deletion, from either side', async () => {
    const { r, id, both, sales } = await ada('two-way', { salesforce: '+1 222' });
    await using _ = r;
    await r.change(id, { phone: '+1 555' });
    await r.minutes(2);
    expect(await both()).toEqual(['+1 555', '+1 555']);
    await sales('+1 666');
    await r.minutes(16);
    expect(await both()).toEqual(['+1 666', '+1 666']);
    await r.change(id, { phone: '' });
    await r.minutes(2);
    expect(await both()).toEqual([null, null]);
  });

  conforms({ known: 'specified', source: RULES }, 'of two edits between two syncs the later one wins', async () => {
    const later = async (last: 'hubspot' | 'salesforce'): Promise<readonly [unknown, unknown]> => {
      const r = await rig({ hubspotPollMs: 3_600_000, fields: [...BASE, { hubspot: 'phone', salesforce: 'Phone', rule: 'two-way' }] });
      await using _ = r;
      const lead = await r.record('Lead', { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines', Phone: '+1 222' });
      await r.minutes(16);
      const [id = ''] = await r.byEmail('ada@example.com');
      const edits = [
        () => r.change(id, { phone: '+1 777' }),
        async () => void (await r.salesforce(`PATCH /sobjects/Lead/${lead}`, { Phone: '+1 888' })),
      ];
      if (last === 'hubspot') edits.reverse();
      for (const edit of edits) {
        await edit();
        await r.minutes(2);
      }
      await r.minutes(16);
      const [row] = await r.query(`SELECT Phone FROM Lead WHERE Id = '${lead}'`);
      return [(await r.read(id, ['phone'])).properties.phone, row.Phone];
    };
    expect(await later('salesforce')).toEqual(['+1 888', '+1 888']);
    expect(await later('hubspot')).toEqual(['+1 777', '+1 777']);
  });
});

conforms({ known: 'specified', source: RULES }, "don't sync: data never passes, and neither do deletions", async () => {
  const { r, both, sales } = await ada('dont-sync', { salesforce: '+1 222', hubspot: '+1 999' });
  await using _ = r;
  await r.minutes(16);
  expect(await both()).toEqual(['+1 999', '+1 222']);
  await sales(null);
  await r.minutes(16);
  expect(await both()).toEqual(['+1 999', null]);
});

describe('whose hand it is', () => {
  conforms(
    { known: 'specified', source: SOURCE_TYPES },
    'histories in HubSpot name SALESFORCE and no app; in Salesforce it is a user of its own',
    async () => {
      const { r, id, lead } = await ada('prefer-salesforce-unless-blank', { salesforce: '+1 222', hubspot: '+1 333' });
      await using _ = r;
      await r.minutes(2);
      const [newest, before] = (await r.read(id, ['phone'])).propertiesWithHistory.phone;
      expect(newest).toMatchObject({ value: '+1 222', sourceType: 'SALESFORCE' });
      expect(newest).not.toHaveProperty('sourceId');
      expect(before).toMatchObject({ value: '+1 333', sourceType: 'CRM_UI' });
      await r.change(id, { company: '' });
      const contact = await r.contact({ email: 'new@example.com', lastname: 'New', company: 'Engines' });
      await r.minutes(2);
      const { salesforceleadid } = (await r.read(contact, ['salesforceleadid'])).properties;
      const [made] = await r.query(`SELECT CreatedBy.Name, OwnerId FROM Lead WHERE Id = '${salesforceleadid}'`);
      expect(made.CreatedBy.Name).toBe('HubSpot Integration');
      expect((await r.read(id, ['salesforceleadid', 'salesforcelastsynctime'])).properties).toMatchObject({
        salesforceleadid: lead,
        salesforcelastsynctime: expect.stringMatching(/^2026-/) as string,
      });
    },
  );

  it("nobody else can write the connector's own properties", async () => {
    await using r = await rig();
    await expect(r.contact({ email: 'a@example.com', salesforceleadid: '00Q000000000001AAA' })).rejects.toThrow(/READ_ONLY_VALUE/);
  });
});

describe('when it syncs', () => {
  conforms({ known: 'specified', source: POLLING }, 'changes in Salesforce come within 15 minutes, those in HubSpot sooner', async () => {
    const { r, id, both, sales } = await ada('two-way', { salesforce: '+1 222' });
    await using _ = r;
    await r.minutes(14);
    await sales('+1 444');
    const asked = r.box.clock.now();
    for (let minute = 0; (await both())[0] !== '+1 444' && minute < 20; minute += 1) await r.minutes(1);
    const tookMs = r.box.clock.now() - asked;
    expect(tookMs).toBeGreaterThan(0);
    expect(tookMs).toBeLessThanOrEqual(15 * 60_000);
    await r.change(id, { phone: '+1 555' });
    await r.minutes(1);
    expect(await both()).toEqual(['+1 555', '+1 555']);
  });

  conforms({ known: 'specified', source: POLLING }, 'properties that are not mapped trigger nothing', async () => {
    const { r, id } = await ada('two-way', { salesforce: '+1 222' });
    await using _ = r;
    const before = (await r.read(id, ['salesforcelastsynctime'])).properties.salesforcelastsynctime as string;
    await r.change(id, { jobtitle: 'Countess' });
    await r.minutes(30);
    expect((await r.read(id, ['salesforcelastsynctime'])).properties.salesforcelastsynctime).toBe(before);
  });
});

describe('owners', () => {
  const people = async (r: Rig): Promise<{ owner: string; user: string }> => {
    const [sales] = await r.query("SELECT Id FROM User WHERE Name = 'Sasha Seller'");
    const owners = (await r.hubspot('GET /crm/v3/owners')).results as { id: string; email: string }[];
    return { owner: owners.find((one) => one.email === 'sasha.seller@example.com')?.id ?? '', user: sales.Id as string };
  };

  conforms({ known: 'specified', source: OWNERS }, 'a new lead goes to the owner whom both sides know by name and address', async () => {
    const r = await rig(true, { empty: false, people: 0 });
    await using _ = r;
    const owners = (await r.hubspot('GET /crm/v3/owners')).results as { id: string; email: string; firstName: string; lastName: string }[];
    const users = await r.query('SELECT Id, Name, Email FROM User');
    const pair = owners.flatMap((one) => {
      const user = users.find((other) => other.Email === one.email && other.Name === `${one.firstName} ${one.lastName}`);
      return user === undefined ? [] : [{ owner: one.id, user: user.Id as string }];
    })[0];
    expect(pair).toBeDefined();
    await r.contact({ email: 'own@example.com', lastname: 'Owned', company: 'Engines', hubspot_owner_id: pair?.owner ?? '' });
    await r.contact({ email: 'free@example.com', lastname: 'Free', company: 'Engines' });
    await r.minutes(2);
    const rows = await r.query("SELECT Email, OwnerId, Owner.Name FROM Lead WHERE Email IN ('own@example.com', 'free@example.com')");
    expect(rows.find((row) => row.Email === 'own@example.com').OwnerId).toBe(pair?.user);
    expect(rows.find((row) => row.Email === 'free@example.com').Owner.Name).toBe('Robin Router');
  });

  it('an owner whom HubSpot does not know is not passed on, and shows as the Salesforce owner', async () => {
    await using r = await rig();
    const { owner, user } = await people(r);
    expect(owner).toBe('');
    await r.record('Lead', { Email: 'ada@example.com', LastName: 'Lovelace', Company: 'Engines' });
    await r.minutes(16);
    const [id = ''] = await r.byEmail('ada@example.com');
    const { properties } = await r.read(id, ['hubspot_owner_id', 'salesforceownerid']);
    expect(properties.hubspot_owner_id).toBeNull();
    expect(properties.salesforceownerid).toMatch(/^005/);
    expect(user).toMatch(/^005/);
  });
});
