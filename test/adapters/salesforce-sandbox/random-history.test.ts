import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { step, take } from './random-history.ts';
import type { Known, Step } from './random-history.ts';
import { rig } from './rig.ts';
import type { Json, Rig } from './rig.ts';

const PREFIXES: Readonly<Record<string, string>> = {
  Lead: '00Q',
  Contact: '003',
  Account: '001',
  Campaign: '701',
  CampaignMember: '00v',
  Opportunity: '006',
  OpportunityContactRole: '00K',
  OpportunityHistory: '008',
  LeadHistory: '017',
  OpportunityFieldHistory: '017',
};

/** The last three letters of an id, from the case of the first fifteen: computed here anew. */
function suffixOf(id: string): string {
  return [0, 5, 10]
    .map((from) => {
      const bits = Array.from(id.slice(from, from + 5)).map((letter, place) => (/[A-Z]/.test(letter) ? 2 ** place : 0));
      return 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345'[bits.reduce((sum, bit) => sum + bit, 0)];
    })
    .join('');
}

async function idsAreSound(r: Rig): Promise<void> {
  for (const [object, prefix] of Object.entries(PREFIXES)) {
    const live = (await r.records(`SELECT Id FROM ${object}`)).map((row) => String(row['Id']));
    const all = await r.records(`SELECT Id, IsDeleted FROM ${object}`, { all: true });
    expect(new Set(live).size).toBe(live.length);
    for (const row of all) {
      const id = String(row['Id']);
      expect([id.slice(0, 3), id.slice(15)]).toEqual([prefix, suffixOf(id)]);
      expect([id, live.includes(id)]).toEqual([id, String(row['IsDeleted']) === 'false']);
    }
  }
}

async function historiesAreInOrder(r: Rig): Promise<void> {
  const leads = await r.records('SELECT Id, Status, CreatedDate FROM Lead');
  const rows = await r.records('SELECT LeadId, Field, OldValue, NewValue, CreatedDate FROM LeadHistory ORDER BY Id');
  for (const lead of leads) {
    const mine = rows.filter((row) => row['LeadId'] === lead['Id']);
    expect(mine[0]?.['Field']).toBe('created');
    const times = mine.map((row) => String(row['CreatedDate']));
    expect(times).toEqual([...times].sort());
    const statuses = mine.filter((row) => String(row['Field']) === 'Status');
    for (const [index, row] of statuses.entries()) if (index > 0) expect(row['OldValue']).toBe(statuses[index - 1]?.['NewValue']);
    if (statuses.length > 0) expect(statuses.at(-1)?.['NewValue']).toBe(lead['Status']);
  }
}

async function figuresAddUp(r: Rig): Promise<void> {
  const members = await r.records('SELECT CampaignId, LeadId, ContactId, HasResponded, Lead.IsConverted FROM CampaignMember');
  const deals = await r.records('SELECT CampaignId, Amount, IsWon FROM Opportunity');
  const figures =
    'NumberOfLeads, NumberOfConvertedLeads, NumberOfContacts, NumberOfResponses, NumberOfOpportunities, NumberOfWonOpportunities, AmountAllOpportunities, AmountWonOpportunities';
  for (const campaign of await r.records(`SELECT Id, ${figures} FROM Campaign`)) {
    const mine = members.filter((row) => row['CampaignId'] === campaign['Id']);
    const won = (row: Json): boolean => String(row['IsWon']) === 'true';
    const brought = deals.filter((row) => row['CampaignId'] === campaign['Id']);
    const sum = (rows: readonly Json[]): number =>
      Math.round(rows.reduce((total, row) => total + Number(row['Amount'] ?? 0), 0) * 100) / 100;
    expect(campaign).toMatchObject({
      NumberOfLeads: mine.filter((row) => row['LeadId'] !== null).length,
      NumberOfConvertedLeads: mine.filter((row) => String(row['Lead']?.['IsConverted'] ?? '') === 'true').length,
      NumberOfContacts: mine.filter((row) => row['ContactId'] !== null).length,
      NumberOfResponses: mine.filter((row) => String(row['HasResponded']) === 'true').length,
      NumberOfOpportunities: brought.length,
      NumberOfWonOpportunities: brought.filter(won).length,
      AmountAllOpportunities: sum(brought),
      AmountWonOpportunities: sum(brought.filter(won)),
    });
  }
}

async function nobodyIsMemberTwice(r: Rig): Promise<void> {
  const members = await r.records('SELECT CampaignId, LeadId, ContactId FROM CampaignMember');
  for (const link of ['LeadId', 'ContactId']) {
    const keys = members.filter((row) => row[link] !== null).map((row) => `${String(row['CampaignId'])} ${String(row[link])}`);
    expect(new Set(keys).size).toBe(keys.length);
  }
}

async function noLiveRecordPointsAtADeletedOne(r: Rig): Promise<void> {
  const live = new Set<unknown>();
  for (const object of ['Lead', 'Contact', 'Account', 'Campaign', 'Opportunity']) {
    for (const row of await r.records(`SELECT Id FROM ${object}`)) live.add(row['Id']);
  }
  const links: readonly (readonly [string, string])[] = [
    ['Contact', 'AccountId'],
    ['Opportunity', 'AccountId'],
    ['Opportunity', 'CampaignId'],
    ['CampaignMember', 'CampaignId'],
    ['CampaignMember', 'ContactId'],
    ['CampaignMember', 'LeadId'],
    ['OpportunityContactRole', 'ContactId'],
  ];
  for (const [object, link] of links) {
    for (const row of await r.records(`SELECT Id, ${link} FROM ${object} WHERE ${link} != null`))
      expect([object, link, live.has(row[link])]).toEqual([object, link, true]);
  }
}

async function convertedLeadsAreLocked(r: Rig): Promise<void> {
  for (const lead of await r.records('SELECT Id, Status, ConvertedContactId FROM Lead WHERE IsConverted = true')) {
    expect(lead['Status']).toBe('Closed - Converted');
    const answer = await r.send('PATCH', `/sobjects/Lead/${String(lead['Id'])}`, { body: { Title: 'T' } });
    expect(answer.json.at(0)?.['errorCode']).toBe('CANNOT_UPDATE_CONVERTED_LEAD');
  }
}

describe('any history of calls', () => {
  it('leaves an organisation in which the documented rules hold', { timeout: 120_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), async (steps: readonly Step[]) => {
        const r = rig({ limits: 'none' });
        const known: Known = new Map();
        for (const object of ['Account', 'Campaign', 'Lead', 'Contact'] as const)
          for (let a = 0; a < 2; a += 1) await take(r, known, { do: 'create', object, a, b: a });
        for (const one of steps) {
          const answer = await take(r, known, one);
          expect(answer?.text ?? '').not.toContain('UNKNOWN_EXCEPTION');
        }
        await idsAreSound(r);
        await historiesAreInOrder(r);
        await figuresAddUp(r);
        await nobodyIsMemberTwice(r);
        await noLiveRecordPointsAtADeletedOne(r);
        await convertedLeadsAreLocked(r);
      }),
      { numRuns: 40 },
    );
  });
});
