import type { PropertyDefinition, PropertyGroup } from '../model.ts';
import type { ObjectType } from '../object-types.ts';
import { CAMPAIGN_PROPERTIES } from './campaigns.ts';
import { COMPANY_PROPERTIES } from './companies.ts';
import { CONTACT_PROPERTIES } from './contacts.ts';
import { DEAL_PROPERTIES, LEAD_PROPERTIES } from './deals.ts';
import { define, everyObject, type StockRow } from './define.ts';
import { ENGAGEMENT_PROPERTIES } from './engagements.ts';

const OWN_ROWS: ReadonlyMap<string, readonly StockRow[]> = new Map<string, readonly StockRow[]>([
  ['contacts', CONTACT_PROPERTIES],
  ['companies', COMPANY_PROPERTIES],
  ['deals', DEAL_PROPERTIES],
  ['leads', LEAD_PROPERTIES],
  ['campaigns', CAMPAIGN_PROPERTIES],
  ...ENGAGEMENT_PROPERTIES,
]);

const MAIN_GROUP: ReadonlyMap<string, string> = new Map([
  ['contacts', 'contactinformation'],
  ['companies', 'companyinformation'],
  ['deals', 'dealinformation'],
  ['leads', 'leadinformation'],
  ['campaigns', 'campaigninformation'],
]);

/** The group that an object's own properties belong to. */
function mainGroup(type: ObjectType): string {
  return MAIN_GROUP.get(type.plural) ?? type.singular;
}

/** The definitions that HubSpot ships for an object type, and the groups they name. */
export function stockOf(type: ObjectType, at: number): { readonly definitions: PropertyDefinition[]; readonly groups: PropertyGroup[] } {
  const rows = [...everyObject(mainGroup(type), type.createdProperty, type.modifiedProperty), ...(OWN_ROWS.get(type.plural) ?? [])];
  const definitions = define(rows, at);
  const names = [...new Set(definitions.map((definition) => definition.groupName))];
  const groups = names.map((name, displayOrder) => ({ name, label: groupLabel(name), displayOrder, archived: false }));
  return { definitions, groups };
}

function groupLabel(name: string): string {
  const spaced = name.replace('_', ' ').replace(/information$/, ' information');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
