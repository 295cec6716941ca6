import type { PropertyDefinition, PropertyOption } from '../model.ts';

/** `[name, label, 'type fieldType', group, flags]`: one stock property on one line. */
export type StockRow = readonly [name: string, label: string, kind: string, group: string, flags?: StockFlags];

interface StockFlags {
  /** HubSpot or analytics set the value; writes by API are refused. */
  readonly ro?: true;
  /** `value` or `value=Label`. */
  readonly options?: readonly string[];
  /** Options live elsewhere (pipelines, owners); the definition lists none. */
  readonly external?: true;
  readonly calculated?: true;
  readonly unique?: true;
  readonly hidden?: true;
  /** False: made by the account's own admin, not shipped by HubSpot. */
  readonly stock?: false;
}

/** Turns rows into definitions. */
export function define(rows: readonly StockRow[], at: number): PropertyDefinition[] {
  return rows.map(([name, label, kind, groupName, flags = {}]) => {
    const [type = 'string', fieldType = 'text'] = kind.split(' ');
    return {
      name,
      label,
      description: '',
      groupName,
      type,
      fieldType,
      options: optionsOf(flags.options ?? (type === 'bool' ? ['true=True', 'false=False'] : [])),
      hasUniqueValue: flags.unique ?? false,
      hidden: flags.hidden ?? false,
      formField: flags.ro === undefined && groupName === 'contactinformation',
      displayOrder: -1,
      hubspotDefined: flags.stock ?? true,
      calculated: flags.calculated ?? false,
      externalOptions: flags.external ?? false,
      readOnlyValue: flags.ro ?? false,
      createdAt: at,
      updatedAt: at,
      archivedAt: null,
      createdUserId: null,
    };
  });
}

function optionsOf(list: readonly string[]): PropertyOption[] {
  return list.map((entry, displayOrder) => {
    const cut = entry.indexOf('=');
    const value = cut < 0 ? entry : entry.slice(0, cut);
    return { value, label: cut < 0 ? entry : entry.slice(cut + 1), displayOrder, hidden: false };
  });
}

/** Properties that every object has. `group` is the object's own information group. */
export function everyObject(group: string, created: string, modified: string): readonly StockRow[] {
  return [
    ['hs_object_id', 'Record ID', 'number number', group, { ro: true }],
    [created, 'Create date', 'datetime date', group, { ro: true }],
    [modified, 'Last modified date', 'datetime date', group, { ro: true }],
    ['hs_object_source', 'Record creation source', 'string text', group, { ro: true }],
    ['hs_object_source_id', 'Record creation source ID', 'string text', group, { ro: true }],
    ['hs_object_source_label', 'Record source', 'enumeration select', group, { ro: true, external: true }],
    ['hs_object_source_user_id', 'Record creation source user ID', 'number number', group, { ro: true }],
    ['hs_created_by_user_id', 'Created by user ID', 'number number', group, { ro: true }],
    ['hs_updated_by_user_id', 'Updated by user ID', 'number number', group, { ro: true }],
    ['hs_merged_object_ids', 'Merged record IDs', 'enumeration checkbox', group, { ro: true, external: true }],
    ['hs_unique_creation_key', 'Unique creation key', 'string text', group, { ro: true, hidden: true }],
  ];
}
