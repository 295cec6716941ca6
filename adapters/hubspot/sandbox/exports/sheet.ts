import { exists, linksOf } from '../associations.ts';
import type { CrmRecord, Portal, PropertyDefinition, Table } from '../model.ts';
import { recordById } from '../store.ts';
import { parseInstant } from '../values.ts';

/** What an exported file shows. */
export interface SheetOptions {
  readonly properties: readonly PropertyDefinition[];
  readonly associated: Table | null;
  /** Internal names of properties in the head row, in place of labels. */
  readonly names: boolean;
  /** Internal values of options, owners and dates, in place of what the screen shows. */
  readonly values: boolean;
}

/**
 * The records as CSV: `Record ID`, the properties, and the associated records' ids and names. Assumed: the heads of the
 * added columns, and dates in the account's time zone.
 */
export function csvOf(portal: Portal, table: Table, records: readonly CrmRecord[], options: SheetOptions): string {
  const { properties, associated, names } = options;
  const head = ['Record ID', ...properties.map((definition) => (names ? definition.name : definition.label))];
  if (associated !== null) head.push(`Associated ${associated.type.label} IDs`, `Associated ${associated.type.label}`);
  const show = displayOf(portal, options.values);
  const lines = [line(head)];
  for (const record of records) {
    const cells = [record.id, ...properties.map((definition) => show(definition, record.values.get(definition.name) ?? ''))];
    if (associated !== null) cells.push(...associatedCells(portal, table, record, associated));
    lines.push(line(cells));
  }
  return `${lines.join('\n')}\n`;
}

function line(cells: readonly string[]): string {
  return cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',');
}

function associatedCells(portal: Portal, table: Table, record: CrmRecord, associated: Table): readonly [string, string] {
  const ids = [...linksOf(portal, { table, id: record.id }, associated).keys()].filter((id) => exists({ table: associated, id }));
  return [ids.join(';'), ids.map((id) => nameOf(associated, id)).join(';')];
}

function nameOf(table: Table, id: string): string {
  const values = recordById(table, id)?.values;
  const own = values?.get('name') ?? values?.get('dealname') ?? values?.get('hs_lead_name');
  return own ?? [values?.get('firstname'), values?.get('lastname')].filter((part) => part !== undefined).join(' ');
}

function displayOf(portal: Portal, internal: boolean): (definition: PropertyDefinition, value: string) => string {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: portal.account.timeZone, dateStyle: 'short', timeStyle: 'short' });
  const owners = new Map(portal.owners.map((owner) => [owner.id, `${owner.firstName} ${owner.lastName}`]));
  const stages = new Map([...portal.pipelines.values()].flat().flatMap((one) => [[one.id, one.label] as const, ...labels(one.stages)]));
  return (definition, value) => {
    if (internal || value === '') return value;
    if (definition.type === 'datetime') return format.format(parseInstant(value) ?? 0);
    if (definition.type !== 'enumeration') return value;
    if (definition.name === 'hubspot_owner_id') return owners.get(value) ?? value;
    const known = new Map(definition.options.map((option) => [option.value, option.label]));
    return value
      .split(';')
      .map((each) => known.get(each) ?? stages.get(each) ?? each)
      .join(';');
  };
}

function labels(stages: readonly { readonly id: string; readonly label: string }[]): (readonly [string, string])[] {
  return stages.map((stage) => [stage.id, stage.label] as const);
}
