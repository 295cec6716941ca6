import type { RecordId } from '../../src/model/words.ts';

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';
const shape = /^[a-zA-Z0-9]{15}(?:[a-zA-Z0-9]{3})?$/;

/** True for the two forms of a Salesforce id: 15 case-sensitive characters, or 18 with the check letters. */
export function isSalesforceId(text: string): boolean {
  return shape.test(text);
}

/**
 * The one form in which this adapter hands out ids: 18 characters. A 15-character id gets its three check letters (one
 * per five characters: which of them are upper case); anything else is returned as it is.
 *
 * @example canonicalId('00Q5f00000AbCdE') // '00Q5f00000AbCdEEAV'
 * @source https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm (ID field type)
 */
export function canonicalId(text: string): RecordId {
  if (text.length !== 15 || !shape.test(text)) return text as RecordId;
  let suffix = '';
  for (let block = 0; block < 3; block += 1) {
    let bits = 0;
    for (let offset = 0; offset < 5; offset += 1) {
      const char = text[block * 5 + offset] ?? '';
      if (char >= 'A' && char <= 'Z') bits |= 1 << offset;
    }
    suffix += letters[bits] ?? '';
  }
  return (text + suffix) as RecordId;
}

/** The object an id belongs to, by its three-character prefix; null for objects this adapter doesn't read. */
export function objectOf(id: string): string | null {
  return prefixes.get(id.slice(0, 3)) ?? null;
}

const prefixes: ReadonlyMap<string, string> = new Map([
  ['00Q', 'Lead'],
  ['003', 'Contact'],
  ['001', 'Account'],
  ['701', 'Campaign'],
  ['00v', 'CampaignMember'],
  ['006', 'Opportunity'],
  ['005', 'User'],
  ['00G', 'Group'],
]);
