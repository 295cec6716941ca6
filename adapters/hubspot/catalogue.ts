import type * as z from 'zod';
import type { Clock } from '../../src/ports.ts';
import { HubspotRefusal } from './classify.ts';
import { parse, propertiesShape } from './shapes.ts';
import type { ValueType } from './values.ts';
import type { Wire } from './wire.ts';

/** One property of an object type, as its definition says. */
export type Property = z.output<typeof propertiesShape>['results'][number];

/** The properties that the portal has; asked for once, and again after a while, since admins add some. */
export interface Catalogue {
  of(objectType: string, signal?: AbortSignal): Promise<ReadonlyMap<string, Property>>;
  /** Forgets what is known: something was just created, or turned out to be missing. */
  forget(): void;
}

export function createCatalogue(wire: Wire, clock: Clock): Catalogue {
  const known = new Map<string, (signal: AbortSignal | undefined) => Promise<ReadonlyMap<string, Property>>>();
  return {
    of: (objectType, signal) => {
      const kept = known.get(objectType) ?? remembered(clock, (asking) => load(wire, objectType, asking));
      known.set(objectType, kept);
      return kept(signal);
    },
    forget: () => known.clear(),
  };
}

/** How long definitions are believed. */
const believedMs = 10 * 60_000;

/** Asks once in a while, however many want to know at the same time; a failure is not kept. */
export function remembered<T>(
  clock: Clock,
  ask: (signal: AbortSignal | undefined) => Promise<T>,
): (signal: AbortSignal | undefined) => Promise<T> {
  let kept: { readonly at: number; readonly answer: Promise<T> } | null = null;
  return (signal) => {
    if (kept !== null && clock.now() - kept.at < believedMs) return kept.answer;
    const mine = { at: clock.now(), answer: ask(signal) };
    kept = mine;
    mine.answer.catch(() => {
      if (kept === mine) kept = null;
    });
    return mine.answer;
  };
}

async function load(wire: Wire, objectType: string, signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Property>> {
  try {
    const { body } = await wire.client({ limit: 'general', repeatable: true, signal }, (api) => api.properties.getAll(objectType, false));
    const { results } = parse(propertiesShape, body, `the properties of ${objectType}`);
    return new Map(results.filter((property) => !property.archived).map((property) => [property.name, property]));
  } catch (error) {
    // A portal without the object type has no properties of it.
    if (error instanceof HubspotRefusal && error.status === 404) return new Map();
    throw error;
  }
}

/** How a property's values are read and written. */
export function valueType(property: Property | undefined): ValueType {
  switch (property?.type ?? 'string') {
    case 'number':
      return 'number';
    case 'bool':
      return 'boolean';
    case 'date':
      return 'date';
    case 'datetime':
      return 'instant';
    case 'enumeration':
      return property?.fieldType === 'booleancheckbox' ? 'boolean' : 'text';
    default:
      return 'text';
  }
}
