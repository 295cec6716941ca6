import { describe, expect, test } from 'vitest';
import type { WriteItem } from '../../../src/crm.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import { recordsIn, pass, sandboxOrg } from './org.ts';
import type { SandboxOrg } from './org.ts';

const lead = (org: SandboxOrg, n = 1): RecordId =>
  org.half.seed.insert(
    'Lead',
    { LastName: `Doe ${n}`, Company: 'Acme', Email: `doe-${n}@example.com` },
    { at: org.clock.now() - 60_000 },
  ) as RecordId;
const status = (id: RecordId, value: FieldValue = 'Working - Contacted'): WriteItem => ({
  intentId: `to ${id}`,
  op: 'update',
  id,
  fields: new Map([['Status', value]]),
});

describe('what becomes of a write, as the imitation organisation holds it', () => {
  test('a lead that was converted is left alone, and the contact it became is named', async () => {
    const org = sandboxOrg();
    const id = lead(org);
    const { contactId } = org.half.seed.convertLead(id, { at: org.clock.now() });
    expect(await org.crm.write('person', [status(id)])).toMatchObject([{ status: 'rejected', code: 'CONVERTED', existingId: contactId }]);
    expect(await org.user('GET', `/sobjects/Lead/${id}`)).toMatchObject({ Status: 'Closed - Converted' });
  });

  test('a lead that was merged away names the one that remains, a deleted one is not found', async () => {
    const org = sandboxOrg();
    const [winner, loser, deleted] = [lead(org, 1), lead(org, 2), lead(org, 3)] as const;
    await org.merge('Lead', winner, loser);
    await org.user('DELETE', `/sobjects/Lead/${deleted}`);
    expect(await org.crm.write('person', [status(loser), status(deleted), status(winner)])).toMatchObject([
      { status: 'rejected', code: 'MERGED', existingId: winner },
      { status: 'rejected', code: 'NOT_FOUND' },
      { status: 'applied', id: winner },
    ]);
  });

  test('a converted status is refused on a lead that was not converted', async () => {
    const org = sandboxOrg();
    expect(await org.crm.write('person', [status(lead(org), 'Closed - Converted')])).toMatchObject([
      { status: 'rejected', code: 'INVALID_VALUE' },
    ]);
  });

  test('the owner stays although the organisation has an assignment rule for leads', async () => {
    const org = sandboxOrg();
    const id = lead(org);
    const ownerOf = async (): Promise<unknown> => ((await org.user('GET', `/sobjects/Lead/${id}`)) as { OwnerId: string }).OwnerId;
    const before = await ownerOf();
    await org.crm.write('person', [status(id)]);
    await org.crm.write('person', [{ ...status(id, 'Open - Not Contacted'), ifUnmodifiedSince: org.clock.now() }]);
    expect(await ownerOf()).toBe(before);
    expect(await org.user('GET', `/sobjects/Lead/${id}`)).toMatchObject({ Status: 'Open - Not Contacted' });
  });

  test.each(['before', 'after'] as const)(
    'a connection that breaks %s the organisation acted leaves the write ambiguous, sent once',
    async (when) => {
      const org = sandboxOrg();
      const id = lead(org);
      await org.crm.read('person', [{ id }], { fields: [] });
      org.loseNextWrite(when);
      expect(await org.crm.write('person', [status(id)])).toMatchObject([{ intentId: `to ${id}`, status: 'ambiguous' }]);
      expect(org.log.filter((line) => line.startsWith('PATCH'))).toHaveLength(1);
      expect(await org.user('GET', `/sobjects/Lead/${id}`)).toMatchObject({
        Status: when === 'before' ? 'Open - Not Contacted' : 'Working - Contacted',
      });
    },
  );

  test('a person becomes a campaign member once', async () => {
    const org = sandboxOrg();
    const campaign = org.half.seed.insert('Campaign', { Name: 'Spring' }, { at: org.clock.now() });
    const create: WriteItem = {
      intentId: 'm',
      op: 'create',
      key: 'k',
      fields: new Map([
        ['CampaignId', campaign],
        ['LeadId', lead(org)],
        ['Status', 'Sent'],
      ]),
    };
    expect(await org.crm.write('member', [create])).toMatchObject([{ status: 'applied' }]);
    expect(await org.crm.write('member', [create])).toMatchObject([{ status: 'rejected', code: 'DUPLICATE' }]);
    expect(recordsIn(await pass(org.crm, 'members')).size).toBe(1);
  });

  test('a figure that Salesforce computes itself is refused before anything is sent', async () => {
    const org = sandboxOrg();
    const id = org.half.seed.insert('Campaign', { Name: 'Spring' }, { at: org.clock.now() }) as RecordId;
    const item: WriteItem = { intentId: 'i', op: 'update', id, fields: new Map([['NumberOfLeads', 5]]) };
    expect(await org.crm.write('campaign', [item])).toMatchObject([{ status: 'rejected', code: 'READ_ONLY_FIELD' }]);
  });

  test('the day’s allowance ends the batch with the budget failure', async () => {
    const org = sandboxOrg({ edition: 'developer' });
    const { limit = 0 } = (await org.crm.describe(), (await org.crm.budget()).perDay) ?? {};
    for (let n = 0; n < limit + 200; n += 1) await org.user('GET', '/limits').catch(() => null);
    await expect(org.crm.write('person', [status(lead(org))])).rejects.toMatchObject({ code: 'DAILY_LIMIT_REACHED', failure: 'budget' });
  });
});

describe('credentials of the imitation organisation', () => {
  test('of an app are exchanged for a session that reads and writes', async () => {
    const org = sandboxOrg();
    const crm = org.connect({ clientId: 'client', clientSecret: 'client-secret' });
    expect((await crm.account()).self.name).toBe('Truce Integration');
    expect(await crm.write('person', [status(lead(org))])).toMatchObject([{ status: 'applied' }]);
  });

  test('that are wrong are an authentication failure', async () => {
    await expect(sandboxOrg().connect({ clientId: 'client', clientSecret: 'wrong' }).account()).rejects.toMatchObject({
      code: 'AUTHENTICATION_FAILED',
      failure: 'authentication',
    });
    await expect(sandboxOrg().connect({ accessToken: 'wrong' }).account()).rejects.toMatchObject({ code: 'AUTHENTICATION_FAILED' });
  });
});
