import { RecordProblem } from '../errors.ts';
import { customFieldOf } from '../schema/custom-field.ts';
import { textOf } from '../schema/fields.ts';
import { defineField } from '../definitions.ts';
import type { WriteContext } from '../org.ts';
import type { Rules } from './draft.ts';

/**
 * Whether this user may change the set-up: by the profile or a permission set.
 * @source https://help.salesforce.com/s/articleView?id=platform.admin_userperms.htm (checked 2026-11)
 */
export function mayCustomize({ org, userId }: Pick<WriteContext, 'org' | 'userId'>): boolean {
  const { store } = org;
  const byProfile = store.find('PermissionSet', 'ProfileId', store.value(store.row(userId), 'ProfileId')) ?? [];
  const assigned = (store.find('PermissionSetAssignment', 'AssigneeId', userId) ?? []).map((row) =>
    store.row(String(store.value(row, 'PermissionSetId'))),
  );
  return [...byProfile, ...assigned].some((row) => store.value(row, 'PermissionsCustomizeApplication') === true);
}

/** Nobody grants rights to themselves: permission sets and what they hold are written by administrators. */
export const permissionRules: Rules = {
  before(context) {
    if (!context.trusted && !mayCustomize(context))
      throw new RecordProblem('INSUFFICIENT_ACCESS_OR_READONLY', 'insufficient access rights on object id');
  },
};

/** A custom field made through the Tooling API: it exists at once, and nobody sees it until it is granted. */
export const customFieldRules: Rules = {
  before(context, draft) {
    const { store } = context.org;
    const fullName = textOf(draft.values.get('FullName')) ?? '';
    const [object = '', name = ''] = fullName.split('.');
    const def = store.object(object);
    if (def === undefined || def.home !== 'data')
      throw new RecordProblem('INVALID_TYPE', `Invalid fullName, must be of the form [object].[field]: ${fullName}`, ['FullName']);
    if (def.fields.has(name.toLowerCase())) {
      throw new RecordProblem('DUPLICATE_DEVELOPER_NAME', `There is already a field named ${name.replace(/__c$/, '')} on ${def.label}.`, [
        'DeveloperName',
      ]);
    }
    customFieldOf(name, textOf(draft.values.get('Metadata')) ?? '{}');
    draft.values.set('DeveloperName', name.replace(/__c$/, '')).set('TableEnumOrId', def.name).set('FullName', `${def.name}.${name}`);
  },
  after(context, _draft, row) {
    const { store } = context.org;
    const [object = '', name = ''] = String(store.value(row, 'FullName')).split('.');
    const field = customFieldOf(name, String(store.value(row, 'Metadata')));
    store.addField(object, field);
    defineField(store, context.org.ids, object, field);
  },
};

/** A grant of a field that isn't there, or a second one, is refused; an edit right brings the right to read. */
export const fieldPermissionRules: Rules = {
  before(context, draft) {
    permissionRules.before?.(context, draft);
    const { store } = context.org;
    const [object = '', name = ''] = (textOf(draft.values.get('Field')) ?? '').split('.');
    const def = store.object(object);
    const field = def?.fields.get(name.toLowerCase());
    if (def === undefined || field === undefined) {
      throw new RecordProblem(
        'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
        `bad value for restricted picklist field: ${String(draft.values.get('Field'))}`,
        ['Field'],
      );
    }
    draft.values.set('Field', `${def.name}.${field.name}`).set('SobjectType', def.name);
    if (draft.values.get('PermissionsEdit') === true) draft.values.set('PermissionsRead', true);
    const twin = (store.find('FieldPermissions', 'ParentId', draft.values.get('ParentId') ?? '') ?? []).find(
      (row) => row.id !== draft.id && store.value(row, 'Field') === draft.values.get('Field'),
    );
    if (twin !== undefined)
      throw new RecordProblem(
        'DUPLICATE_VALUE',
        `duplicate value found: Field duplicates value on record with id: ${twin.id.slice(0, 15)}`,
      );
  },
};
