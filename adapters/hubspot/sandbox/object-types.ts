/** What is particular to one object type of the CRM API. */
export interface ObjectType {
  readonly typeId: string;
  readonly singular: string;
  readonly plural: string;
  /** The name in error messages: `CONTACT`. */
  readonly upper: string;
  /** Name in messages to people: `Contact`. */
  readonly label: string;
  readonly createdProperty: 'createdate' | 'hs_createdate';
  readonly modifiedProperty: 'lastmodifieddate' | 'hs_lastmodifieddate';
  /** Returned when no properties are asked for. */
  readonly defaultProperties: readonly string[];
  /** What the free-text `query` of a search looks into. */
  readonly searchable: readonly string[];
  readonly required: readonly string[];
  readonly readScope: string;
  readonly writeScope: string;
  /** False: the objects API reads it but refuses to write it (campaigns). */
  readonly writable: boolean;
}

interface Row {
  readonly typeId: string;
  readonly singular: string;
  readonly plural: string;
  readonly scope?: string;
  readonly defaults: readonly string[];
  readonly searchable?: readonly string[];
  readonly required?: readonly string[];
}

/**
 * Object types with their ids; contacts alone carry `lastmodifieddate`.
 * @source https://developers.hubspot.com/docs/guides/api/crm/understanding-the-crm (checked 2026-11)
 */
const ROWS: readonly Row[] = [
  {
    typeId: '0-1',
    singular: 'contact',
    plural: 'contacts',
    defaults: ['email', 'firstname', 'lastname'],
    searchable: ['firstname', 'lastname', 'email', 'phone', 'hs_additional_emails', 'company', 'hs_object_id'],
  },
  {
    typeId: '0-2',
    singular: 'company',
    plural: 'companies',
    defaults: ['domain', 'name'],
    searchable: ['website', 'phone', 'name', 'domain'],
  },
  {
    typeId: '0-3',
    singular: 'deal',
    plural: 'deals',
    defaults: ['amount', 'closedate', 'dealname', 'dealstage', 'pipeline'],
    searchable: ['dealname', 'pipeline', 'dealstage', 'description', 'dealtype'],
  },
  { typeId: '0-18', singular: 'communication', plural: 'communications', defaults: [], required: ['hs_timestamp'] },
  { typeId: '0-27', singular: 'task', plural: 'tasks', defaults: [], required: ['hs_timestamp'] },
  { typeId: '0-35', singular: 'campaign', plural: 'campaigns', scope: 'marketing.campaigns', defaults: [], searchable: ['hs_name'] },
  { typeId: '0-46', singular: 'note', plural: 'notes', defaults: [], required: ['hs_timestamp'] },
  { typeId: '0-47', singular: 'meeting', plural: 'meetings', defaults: [], required: ['hs_timestamp'] },
  { typeId: '0-48', singular: 'call', plural: 'calls', defaults: [], required: ['hs_timestamp'] },
  { typeId: '0-49', singular: 'email', plural: 'emails', defaults: [], required: ['hs_timestamp'] },
  {
    typeId: '0-136',
    singular: 'lead',
    plural: 'leads',
    scope: 'crm.objects.leads',
    defaults: [],
    searchable: ['hs_lead_name'],
    required: ['hs_lead_name'],
  },
];

const OWN_CREATEDATE = new Set(['contact', 'company', 'deal']);

/** All object types that the sandbox holds. */
export const OBJECT_TYPES: readonly ObjectType[] = ROWS.map((row) => {
  const createdProperty = OWN_CREATEDATE.has(row.singular) ? ('createdate' as const) : ('hs_createdate' as const);
  const modifiedProperty = row.singular === 'contact' ? ('lastmodifieddate' as const) : ('hs_lastmodifieddate' as const);
  // Engagements have no scope of their own in v3: contacts' scopes cover them.
  const scope = row.scope ?? (OWN_CREATEDATE.has(row.singular) ? `crm.objects.${row.plural}` : 'crm.objects.contacts');
  return {
    typeId: row.typeId,
    singular: row.singular,
    plural: row.plural,
    upper: row.singular.toUpperCase(),
    label: row.singular.charAt(0).toUpperCase() + row.singular.slice(1),
    createdProperty,
    modifiedProperty,
    defaultProperties: [createdProperty, ...row.defaults, modifiedProperty, 'hs_object_id'],
    searchable: row.searchable ?? [],
    required: row.required ?? [],
    readScope: `${scope}.read`,
    writeScope: `${scope}.write`,
    writable: row.singular !== 'campaign',
  };
});

const BY_NAME: ReadonlyMap<string, ObjectType> = new Map(
  OBJECT_TYPES.flatMap((type) => [[type.typeId, type] as const, [type.singular, type] as const, [type.plural, type] as const]),
);

/** The type behind a name in a path: `contacts`, `contact`, `CONTACT` or `0-1`; undefined when there is none. */
export function objectTypeNamed(name: string): ObjectType | undefined {
  return BY_NAME.get(name.toLowerCase());
}
