import type { Row, Store } from '../store.ts';
import { field, readOnly, text, textOf } from './fields.ts';
import type { Address, FieldDef, Value } from './types.ts';

/** First and last name as one, the way Salesforce shows people. */
export function fullName(row: Row, store: Store): string {
  return [textOf(store.value(row, 'FirstName')), textOf(store.value(row, 'LastName'))].filter((part) => part !== null).join(' ');
}

const PARTS = ['Street', 'City', 'State', 'PostalCode', 'Country'] as const;

/** The parts of an address and the compound field that reads them together. */
export function addressFields(prefix: string, compound: string): readonly FieldDef[] {
  const lengths: Readonly<Record<(typeof PARTS)[number], number>> = { Street: 255, City: 40, State: 80, PostalCode: 20, Country: 80 };
  const parts = PARTS.map((part) =>
    part === 'Street' ? field(prefix + part, 'textarea', { length: 255 }) : text(prefix + part, lengths[part]),
  );
  return [...parts, field(compound, 'address', { ...readOnly, filterable: false, derive: (row, store) => addressOf(row, store, prefix) })];
}

function addressOf(row: Row, store: Store, prefix: string): Address | null {
  const [street, city, state, postalCode, country] = PARTS.map((part) => textOf(store.value(row, prefix + part)));
  if ([street, city, state, postalCode, country].every((part) => part === null)) return null;
  return {
    city: city ?? null,
    country: country ?? null,
    geocodeAccuracy: null,
    latitude: null,
    longitude: null,
    postalCode: postalCode ?? null,
    state: state ?? null,
    street: street ?? null,
  };
}

/** The latest day among a record's closed tasks and its events. */
export function activityDay(link: 'WhoId' | 'WhatId' | 'AccountId'): (row: Row, store: Store) => Value {
  return (row, store) => {
    let latest: string | null = null;
    for (const sobject of ['Task', 'Event']) {
      for (const activity of store.find(sobject, link, row.id) ?? []) {
        const due = textOf(store.value(activity, 'ActivityDate'));
        const counts = sobject === 'Event' || store.value(activity, 'IsClosed') === true;
        if (due !== null && counts && (latest === null || due > latest)) latest = due;
      }
    }
    return latest;
  };
}
