import { OBJECT_TYPES } from './object-types.ts';

/** One direction of an association between two object types. */
export interface AssociationType {
  readonly typeId: number;
  /** Null: the unlabelled association that every pair of records starts with. */
  readonly label: string | null;
  /** The same association seen from the other side. */
  readonly inverse: number;
  /** Name in the v3 form, such as `contact_to_deal`. */
  readonly name: string;
}

type Row = readonly [from: string, to: string, forward: number, backward: number, label?: string];

/**
 * @source https://developers.hubspot.com/docs/guides/api/crm/associations/associations-v4, table of type ids (checked 2026-11); assumed: the
 * ids from contacts and engagements back to leads, and lead to primary company
 */
const KNOWN: readonly Row[] = [
  ['contact', 'contact', 449, 449],
  ['company', 'company', 450, 450],
  ['deal', 'deal', 451, 451],
  ['contact', 'company', 279, 280],
  ['contact', 'company', 1, 2, 'Primary'],
  ['contact', 'deal', 4, 3],
  ['company', 'deal', 342, 341],
  ['company', 'deal', 6, 5, 'Primary'],
  ['contact', 'communication', 82, 81],
  ['company', 'communication', 88, 87],
  ['deal', 'communication', 86, 85],
  ['contact', 'call', 193, 194],
  ['contact', 'email', 197, 198],
  ['contact', 'meeting', 199, 200],
  ['contact', 'note', 201, 202],
  ['contact', 'task', 203, 204],
  ['company', 'call', 181, 182],
  ['company', 'email', 185, 186],
  ['company', 'meeting', 187, 188],
  ['company', 'note', 189, 190],
  ['company', 'task', 191, 192],
  ['deal', 'call', 205, 206],
  ['deal', 'email', 209, 210],
  ['deal', 'meeting', 211, 212],
  ['deal', 'note', 213, 214],
  ['deal', 'task', 215, 216],
  ['lead', 'contact', 608, 609],
  ['lead', 'contact', 578, 579, 'Primary'],
  ['lead', 'company', 610, 611],
  ['lead', 'company', 580, 581, 'Primary'],
  ['lead', 'call', 596, 597],
  ['lead', 'email', 598, 599],
  ['lead', 'meeting', 600, 601],
  ['lead', 'communication', 602, 603],
  ['lead', 'task', 646, 647],
  ['lead', 'note', 854, 855],
];

const BY_PAIR = new Map<string, AssociationType[]>();

function add(from: string, to: string, type: AssociationType): void {
  const key = `${from}>${to}`;
  BY_PAIR.set(key, [...(BY_PAIR.get(key) ?? []), type]);
}

function fill(): void {
  const withPrimary = new Set(KNOWN.filter((row) => row[4] !== undefined).map(([from, to]) => `${from}>${to}`));
  for (const [from, to, forward, backward, label] of KNOWN) {
    // Where a primary association exists it has the plain v3 name, and the unlabelled one says so in its name.
    const suffix = withPrimary.has(`${from}>${to}`) && label === undefined ? '_unlabeled' : '';
    add(from, to, { typeId: forward, inverse: backward, label: label ?? null, name: `${from}_to_${to}${suffix}` });
    if (from !== to) add(to, from, { typeId: backward, inverse: forward, label: label ?? null, name: `${to}_to_${from}${suffix}` });
  }
  // Assumed: ids of the pairs that the table of the documentation leaves out (campaigns, engagements among each other).
  for (const [fromIndex, from] of OBJECT_TYPES.entries()) {
    for (const [toIndex, to] of OBJECT_TYPES.entries()) {
      if (BY_PAIR.has(`${from.singular}>${to.singular}`)) continue;
      const name = `${from.singular}_to_${to.singular}`;
      add(from.singular, to.singular, {
        typeId: 1000 + fromIndex * 20 + toIndex,
        inverse: 1000 + toIndex * 20 + fromIndex,
        label: null,
        name,
      });
    }
  }
}

fill();

/** All association types from one object type to another, the unlabelled one first. Singular names. */
export function associationTypes(from: string, to: string): readonly AssociationType[] {
  return BY_PAIR.get(`${from}>${to}`) ?? [];
}
