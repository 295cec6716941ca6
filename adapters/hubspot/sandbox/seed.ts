import { associate, defaultTypes } from './associations.ts';
import { createCampaign } from './campaigns.ts';
import type { CrmRecord, Portal, PropertyDefinition, Source, Stamp, Table } from './model.ts';
import { createRecord, recordById, tableNamed, writeRecord } from './store.ts';
import { CONNECTOR_PROPERTIES } from './stock/contacts.ts';
import { define } from './stock/define.ts';
import { parseInstant } from './values.ts';

/** Who writes a seeded value; goes into property histories as it is. */
export interface WriterSource {
  /** HubSpot's name of the kind of writer, such as `CRM_UI`, `FORM`, `SALESFORCE`. */
  readonly type: string;
  /** @default `userId:<userId>` where there is a user id */
  readonly id?: string;
  readonly userId?: string;
  readonly label?: string;
}

/** Fills the account without HTTP, at any time of the past; read-only properties may be set. */
export interface HubspotSeed {
  /** Adds a user who can own records. `id` is the owner's id, `userId` the user's: they differ. */
  owner(o: { email: string; firstName: string; lastName: string; teams?: string[] }): { id: string; userId: string };
  /** Adds a record created at `at` (epoch ms) and returns its id. @throws {Error} when a property does not exist */
  record(type: string, properties: Record<string, string>, o: { at: number; source?: WriterSource }): string;
  /** Writes properties as of `at`; histories stay in order of time. @throws {Error} when the record or a property does not exist */
  change(type: string, id: string, properties: Record<string, string>, o: { at: number; source?: WriterSource }): void;
  /** Associates two records in the default way, in both directions. */
  associate(fromType: string, fromId: string, toType: string, toId: string): void;
  /** Adds a campaign: `guid` is its id in the marketing API, `id` its id in the CRM API. */
  campaign(properties: Record<string, string>, o: { at: number }): { guid: string; id: string };
}

/** Values from outside the API have a user at their back unless the seed says otherwise. */
const BY_DEFAULT: WriterSource = { type: 'CRM_UI' };

/** @param addOwner makes an owner, as the account's own users are made */
export function createSeed(portal: Portal, addOwner: HubspotSeed['owner']): HubspotSeed {
  return {
    owner: addOwner,
    record: (type, properties, o) => {
      const table = tableNamed(portal, type);
      if (!table.type.writable) throw new Error(`seed: ${type} have records of two ids; use campaign()`);
      return createRecord(portal, table, seedValues(portal, table, properties), stampOf(o)).id;
    },
    change: (type, id, properties, o) => {
      const table = tableNamed(portal, type);
      writeRecord(portal, table, existing(table, id), { values: seedValues(portal, table, properties), stamp: stampOf(o) });
    },
    associate: (fromType, fromId, toType, toId) => {
      const from = { table: tableNamed(portal, fromType), id: fromId };
      const to = { table: tableNamed(portal, toType), id: toId };
      existing(from.table, from.id);
      existing(to.table, to.id);
      associate(portal, from, to, defaultTypes(portal, from, to));
    },
    campaign: (properties, o) => {
      const table = tableNamed(portal, 'campaigns');
      const extra = createCampaign(portal, seedValues(portal, table, properties), stampOf(o));
      return { guid: extra.guid, id: extra.record.id };
    },
  };
}

function existing(table: Table, id: string): CrmRecord {
  const record = recordById(table, id);
  if (record === undefined) throw new Error(`seed: there is no ${table.type.singular} ${id}`);
  return record;
}

function stampOf(o: { readonly at: number; readonly source?: WriterSource }): Stamp {
  const given = o.source ?? BY_DEFAULT;
  const id = given.id ?? (given.userId === undefined ? undefined : `userId:${given.userId}`);
  const source: Source = {
    sourceType: given.type,
    ...(id === undefined ? {} : { sourceId: id }),
    ...(given.label === undefined ? {} : { sourceLabel: given.label }),
    ...(given.userId === undefined ? {} : { updatedByUserId: Number(given.userId) }),
  };
  return { at: o.at, source };
}

function seedValues(portal: Portal, table: Table, properties: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const [name, value] of Object.entries(properties)) {
    const definition = table.definitions.get(name) ?? connectorProperty(portal, table, name);
    if (definition === undefined)
      throw new Error(`seed: ${table.type.plural} have no property ${name}; create it through the properties API first`);
    values.set(name, stored(definition, value));
  }
  return values;
}

function stored(definition: PropertyDefinition, value: string): string {
  if (definition.name === 'email') return value.toLowerCase();
  const at = definition.type === 'datetime' && value !== '' ? parseInstant(value) : undefined;
  return at === undefined ? value : new Date(at).toISOString();
}

/** HubSpot's Salesforce integration brings its properties along: they come into being with the first value. */
function connectorProperty(portal: Portal, table: Table, name: string): PropertyDefinition | undefined {
  if (!CONNECTOR_PROPERTIES.some(([known]) => known === name)) return undefined;
  installConnector(portal, table);
  return table.definitions.get(name);
}

/** Adds the properties that HubSpot's Salesforce integration brings along, and their group. */
export function installConnector(portal: Portal, table: Table): void {
  for (const definition of define(CONNECTOR_PROPERTIES, portal.clock.now())) table.definitions.set(definition.name, definition);
  table.groups.set('salesforceinformation', {
    name: 'salesforceinformation',
    label: 'Salesforce information',
    displayOrder: table.groups.size,
    archived: false,
  });
}
