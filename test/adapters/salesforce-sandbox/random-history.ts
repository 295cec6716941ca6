import * as fc from 'fast-check';
import type { Answer, Rig } from './rig.ts';
import { soapConvert, soapIds, soapMerge } from './soap.ts';

/** One call of a random history; numbers choose among the records that are there by then. */
export type Step =
  | { readonly do: 'create'; readonly object: string; readonly a: number; readonly b: number }
  | { readonly do: 'update'; readonly a: number; readonly b: number }
  | { readonly do: 'delete' | 'undelete' | 'empty'; readonly a: number }
  | { readonly do: 'merge'; readonly object: string; readonly a: number; readonly b: number }
  | { readonly do: 'convert'; readonly a: number; readonly into: number | null }
  | { readonly do: 'collection'; readonly a: number; readonly b: number; readonly allOrNone: boolean }
  | { readonly do: 'composite'; readonly a: number; readonly allOrNone: boolean }
  | { readonly do: 'wait'; readonly minutes: number };

const pick = fc.nat(1000);
const OBJECTS = ['Lead', 'Contact', 'Account', 'Campaign', 'Opportunity', 'CampaignMember'] as const;
const STATUSES = ['Open - Not Contacted', 'Working - Contacted', 'Closed - Not Converted', 'Closed - Converted'];
const STAGES = ['Prospecting', 'Negotiation/Review', 'Closed Won', 'Closed Lost', 'Closed Sideways'];

/** Any step, creations and changes more often than the rest. */
export const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: fc.constant('create' as const), object: fc.constantFrom(...OBJECTS), a: pick, b: pick }) },
  { weight: 5, arbitrary: fc.record({ do: fc.constant('update' as const), a: pick, b: pick }) },
  { weight: 3, arbitrary: fc.record({ do: fc.constantFrom('delete' as const, 'undelete' as const), a: pick }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('empty' as const), a: pick }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('merge' as const), object: fc.constantFrom('Lead', 'Contact', 'Account'), a: pick, b: pick }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('convert' as const), a: pick, into: fc.option(pick) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('collection' as const), a: pick, b: pick, allOrNone: fc.boolean() }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('composite' as const), a: pick, allOrNone: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('wait' as const), minutes: fc.constantFrom(1, 60, 24 * 60, 16 * 24 * 60) }) },
);

/** What a history has made so far, by object; deleted records stay in the list, as clients remember them. */
export type Known = Map<string, string[]>;

function some(known: Known, object: string, at: number): string {
  const ids = known.get(object) ?? [];
  return ids[at % Math.max(1, ids.length)] ?? '00Q000000000000AAA';
}

function anyone(known: Known, at: number): readonly [string, string] {
  const object = OBJECTS[at % OBJECTS.length] ?? 'Lead';
  return [object, some(known, object, Math.floor(at / OBJECTS.length))];
}

function fields(known: Known, object: string, a: number, b: number): Record<string, unknown> {
  switch (object) {
    case 'Lead':
      return { LastName: `L${String(a)}`, Company: `C${String(b % 5)}`, Status: STATUSES[b % 3] };
    case 'Contact':
      return { LastName: `C${String(a)}`, AccountId: some(known, 'Account', b) };
    case 'Account':
      return { Name: `A${String(a)}` };
    case 'Campaign':
      return { Name: `K${String(a)}` };
    case 'Opportunity':
      return {
        Name: `O${String(a)}`,
        StageName: STAGES[a % 4],
        CloseDate: '2026-06-30',
        Amount: b / 8,
        AccountId: some(known, 'Account', a),
        CampaignId: some(known, 'Campaign', b),
      };
    default:
      return {
        CampaignId: some(known, 'Campaign', a),
        ...(b % 2 === 0 ? { LeadId: some(known, 'Lead', b) } : { ContactId: some(known, 'Contact', b) }),
        Status: b % 3 === 0 ? 'Responded' : 'Sent',
      };
  }
}

function change(object: string, b: number): Record<string, unknown> {
  switch (object) {
    case 'Lead':
      return { Status: STATUSES[b % 4], LeadSource: b % 2 === 0 ? 'Web' : null };
    case 'Opportunity':
      return { StageName: STAGES[b % 5], Amount: b % 7 === 0 ? null : b / 4 };
    case 'CampaignMember':
      return { Status: b % 2 === 0 ? 'Responded' : 'Sent' };
    case 'Campaign':
      return { NumberOfLeads: 5 };
    default:
      return { Description: String(b) };
  }
}

function note(known: Known, id: unknown): void {
  if (typeof id !== 'string') return;
  const object = { '00Q': 'Lead', '003': 'Contact', '001': 'Account', '701': 'Campaign', '006': 'Opportunity', '00v': 'CampaignMember' }[
    id.slice(0, 3)
  ];
  if (object !== undefined) known.set(object, [...new Set([...(known.get(object) ?? []), id])]);
}

/** Takes one step and remembers what it made. */
export async function take(r: Rig, known: Known, one: Step): Promise<Answer | null> {
  switch (one.do) {
    case 'wait':
      r.advance(one.minutes * 60_000);
      return null;
    case 'create': {
      const answer = await r.send('POST', `/sobjects/${one.object}`, { body: fields(known, one.object, one.a, one.b) });
      if (answer.status === 201) note(known, answer.json['id']);
      return answer;
    }
    case 'update': {
      const [object, id] = anyone(known, one.a);
      return r.send('PATCH', `/sobjects/${object}/${id}`, { body: change(object, one.b) });
    }
    case 'delete': {
      const [object, id] = anyone(known, one.a);
      return r.send('DELETE', `/sobjects/${object}/${id}`);
    }
    case 'undelete':
    case 'empty':
      return soapIds(r, one.do === 'undelete' ? 'undelete' : 'emptyRecycleBin', [anyone(known, one.a)[1]]);
    case 'merge':
      return soapMerge(r, one.object, some(known, one.object, one.a), [some(known, one.object, one.b)]);
    case 'convert':
      return converted(r, known, one);
    case 'collection': {
      const records = ['Lead', 'CampaignMember', 'Opportunity'].map((type, index) => ({
        attributes: { type },
        ...fields(known, type, one.a + index, one.b),
      }));
      const answer = await r.send('POST', '/composite/sobjects', { body: { allOrNone: one.allOrNone, records } });
      for (const made of answer.json.map((result) => result['id'])) note(known, made);
      return answer;
    }
    case 'composite':
      return together(r, known, one);
  }
}

async function converted(r: Rig, known: Known, one: Extract<Step, { do: 'convert' }>): Promise<Answer> {
  const contact = one.into === null ? '' : `<contactId>${some(known, 'Contact', one.into)}</contactId>`;
  const answer = await soapConvert(r, some(known, 'Lead', one.a), contact);
  for (const match of answer.text.matchAll(/<(?:accountId|contactId|opportunityId)>(\w+)</g)) note(known, match[1]);
  return answer;
}

/** A lead and its membership in one composite; with `allOrNone` both or none. */
async function together(r: Rig, known: Known, one: Extract<Step, { do: 'composite' }>): Promise<Answer> {
  const compositeRequest = [
    { method: 'POST', url: '/services/data/v67.0/sobjects/Lead', referenceId: 'lead', body: fields(known, 'Lead', one.a, one.a) },
    {
      method: 'POST',
      url: '/services/data/v67.0/sobjects/CampaignMember',
      referenceId: 'member',
      body: { CampaignId: some(known, 'Campaign', one.a), LeadId: '@{lead.id}' },
    },
  ];
  const answer = await r.send('POST', '/composite', { body: { allOrNone: one.allOrNone, compositeRequest } });
  for (const part of answer.json['compositeResponse']?.map((each) => each) ?? []) note(known, part['body']?.['id']);
  return answer;
}
