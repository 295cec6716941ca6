import type { StoredPerson } from '../../src/state/types.ts';
import type { FieldValue, RecordId, Side } from '../../src/model/words.ts';

/** A stored person with everything filled in; `fields` as a plain object for short tests. */
export function storedPerson(
  side: Side,
  id: string,
  rest: Partial<Omit<StoredPerson, 'side' | 'id' | 'fields'>> & { readonly fields?: Readonly<Record<string, FieldValue>> } = {},
): StoredPerson {
  const { fields, ...other } = rest;
  return {
    side,
    id: id as RecordId,
    object: side === 'marketing' ? 'contact' : 'Lead',
    version: '1',
    modifiedAt: 1_000,
    createdAt: 500,
    emails: [],
    badEmails: 0,
    crossIds: [],
    key: null,
    convertedTo: null,
    converted: false,
    dealOutcomes: [],
    linkId: null,
    ...other,
    fields: new Map(Object.entries(fields ?? {})),
  };
}
