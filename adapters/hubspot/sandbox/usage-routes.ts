import { type Answer, type Call, ok } from './http.ts';
import type { Portal, Table } from './model.ts';

/** What a tier allows for each object. Assumed, but for contacts' 15 million records and the custom properties. */
const ALLOWED = {
  free: { records: 1_000_000, properties: 10, pipelines: 1 },
  starter: { records: 15_000_000, properties: 1000, pipelines: 2 },
  pro: { records: 15_000_000, properties: 1000, pipelines: 15 },
  enterprise: { records: 15_000_000, properties: 1000, pipelines: 100 },
} as const;

/** How much of something an object may have, and has. @source https://developers.hubspot.com/docs/api-reference/crm-limits-tracking-v3/guide (checked 2026-11) */
interface Usage {
  readonly limit: number;
  readonly usage: number;
  readonly percentage: number;
  readonly objectTypeId: string;
  readonly singularLabel: string;
  readonly pluralLabel: string;
}

function usageOf(table: Table, limit: number, usage: number): Usage {
  const { typeId, label, plural } = table.type;
  const pluralLabel = plural.charAt(0).toUpperCase() + plural.slice(1);
  return { objectTypeId: typeId, singularLabel: label, pluralLabel, limit, usage, percentage: (100 * usage) / limit };
}

/** Custom objects do not exist here. */
const NO_CUSTOM_OBJECTS = { byObjectType: [], overallLimit: 0, overallUsage: 0, overallPercentage: 0 };

function tables(portal: Portal): readonly Table[] {
  return [...portal.tables.values()];
}

/** `GET /crm/limits/records`: living records of each object. */
export function recordLimits(call: Call): Answer {
  const { records } = ALLOWED[call.portal.account.tier];
  const alive = (table: Table): number => table.inOrder.reduce((sum, one) => sum + (one.gone || one.archivedAt !== null ? 0 : 1), 0);
  const all = tables(call.portal).map((table) => usageOf(table, records, alive(table)));
  return ok({ hubspotDefinedObjectTypes: all, customObjectTypes: NO_CUSTOM_OBJECTS });
}

/** `GET /crm/limits/pipelines` */
export function pipelineLimits(call: Call): Answer {
  const { pipelines } = ALLOWED[call.portal.account.tier];
  const all = tables(call.portal).flatMap((table) => {
    const own = call.portal.pipelines.get(table.type.typeId);
    return own === undefined ? [] : [usageOf(table, pipelines, own.length)];
  });
  return ok({ hubspotDefinedObjectTypes: all, customObjectTypes: NO_CUSTOM_OBJECTS });
}

/** `GET /crm/limits/custom-properties`: those that HubSpot did not ship, archived ones left out. */
export function propertyLimits(call: Call): Answer {
  const { properties } = ALLOWED[call.portal.account.tier];
  const byObjectType = tables(call.portal).map((table) => {
    const own = [...table.definitions.values()].filter((one) => !one.hubspotDefined && one.archivedAt === null);
    return usageOf(table, properties, own.length);
  });
  const [overallLimit, overallUsage] = [sum(byObjectType, 'limit'), sum(byObjectType, 'usage')];
  return ok({ byObjectType, overallLimit, overallUsage, overallPercentage: (100 * overallUsage) / overallLimit });
}

function sum(all: readonly Usage[], what: 'limit' | 'usage'): number {
  return all.reduce((total, one) => total + one[what], 0);
}
