import { textOf } from '../schema/fields.ts';
import type { Value } from '../schema/types.ts';
import type { Row, Store } from '../store.ts';

/** What a matching rule looks at, in lower case and without blanks around; blank text is null. */
interface Traits {
  readonly first: string | null;
  readonly last: string | null;
  readonly title: string | null;
  readonly company: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly street: string | null;
  readonly city: string | null;
  readonly zip: string | null;
  readonly website: string | null;
  readonly state: string | null;
}

/** People of one object by name, in either order, as the rule's match keys. */
export interface PersonKeys {
  /** Ids of records with this name. */
  named(first: string | null, last: string | null): readonly string[];
}

type Get = (field: string) => Value;

function plain(value: Value | undefined): string | null {
  const text = textOf(value)?.trim().toLowerCase() ?? '';
  return text === '' ? null : text;
}

function digits(value: Value | undefined): string | null {
  const found = (textOf(value) ?? '').replaceAll(/\D/g, '').replace(/^1(?=\d{10}$)/, '');
  return found === '' ? null : found;
}

/** Postal codes with letters never match. @source https://help.salesforce.com/apex/HTViewSolution?id=000247089&language=en_US (checked 2026-11-22) */
function zip(value: Value | undefined): string | null {
  return /^(\d{5})(?:-?\d{4})?$/.exec(plain(value) ?? '')?.[1] ?? null;
}

/** The traits of a record of Lead, Contact or Account. */
export function traitsOf(store: Store, object: string, get: Get): Traits {
  const place = object === 'Contact' ? 'Mailing' : object === 'Account' ? 'Billing' : '';
  const company =
    object === 'Lead' ? get('Company') : object === 'Account' ? get('Name') : store.value(store.row(textOf(get('AccountId'))), 'Name');
  return {
    first: plain(get('FirstName')),
    last: plain(get('LastName')),
    title: plain(get('Title')),
    company: plain(company),
    email: plain(get('Email')),
    phone: digits(get('Phone')),
    street: plain(get(`${place}Street`)),
    city: plain(get(`${place}City`)),
    zip: zip(get(`${place}PostalCode`)),
    website: plain(get('Website')),
    state: plain(get(`${place}State`)),
  };
}

/** Builds the index once; it follows the store from then on. */
export function personKeys(store: Store, object: string): PersonKeys {
  const byName = new Map<string, Set<string>>();
  const keyOf = (first: string | null, last: string | null): string => [first ?? '', last ?? ''].sort().join('\n');
  const note = (row: Row | undefined, there: boolean): void => {
    if (row === undefined) return;
    const key = keyOf(plain(store.value(row, 'FirstName')), plain(store.value(row, 'LastName')));
    const ids = byName.get(key);
    if (!there) ids?.delete(row.id);
    else if (ids === undefined) byName.set(key, new Set([row.id]));
    else ids.add(row.id);
  };
  for (const row of store.rows(object)) note(row, true);
  store.watch(object, (before, after) => {
    note(before, false);
    note(after, true);
  });
  return { named: (first, last) => [...(byName.get(keyOf(first, last)) ?? [])] };
}

function same(a: string | null, b: string | null): boolean {
  return a !== null && a === b;
}

/**
 * The standard matching rules of leads and contacts, which are one equation.
 * @source https://help.salesforce.com/htviewhelpdoc?err=1&id=matching_rules_standard_contact_rule.htm (checked 2026-11-22)
 */
export function samePerson(a: Traits, b: Traits): boolean {
  const straight = a.first === b.first && a.last === b.last;
  const swapped = a.first === b.last && a.last === b.first;
  if (!straight && !swapped) {
    // Beside an e-mail address a blank name does not tell people apart.
    return same(a.email, b.email) && same(a.last, b.last) && (a.first === null || b.first === null);
  }
  if (a.first === null || a.last === null) return same(a.email, b.email);
  const title = same(a.title, b.title);
  const street = same(a.street, b.street);
  return (
    (title && same(a.company, b.company)) ||
    same(a.email, b.email) ||
    same(a.phone, b.phone) ||
    (street && (same(a.city, b.city) || same(a.zip, b.zip) || title))
  );
}

/**
 * The standard matching rule of accounts.
 * @source https://help.salesforce.com/apex/HTViewHelpDoc?id=sales.matching_rules_standard_rules.htm (checked 2026-11-22)
 */
export function sameCompany(a: Traits, b: Traits): boolean {
  if (!same(a.company, b.company)) return false;
  return (
    same(a.street, b.street) ||
    (same(a.city, b.city) && same(a.state, b.state)) ||
    same(a.zip, b.zip) ||
    same(a.phone, b.phone) ||
    same(a.website, b.website)
  );
}
