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

/** How long a definition is believed. */
const believedMs = 10 * 60_000;

export function createCatalogue(wire: Wire, clock: Clock): Catalogue {
  const known = new Map<string, { readonly at: number; readonly properties: ReadonlyMap<string, Property> }>();
  return {
    of: async (objectType, signal) => {
      const kept = known.get(objectType);
      if (kept !== undefined && clock.now() - kept.at < believedMs) return kept.properties;
      const properties = await load(wire, objectType, signal);
      known.set(objectType, { at: clock.now(), properties });
      return properties;
    },
    forget: () => known.clear(),
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
