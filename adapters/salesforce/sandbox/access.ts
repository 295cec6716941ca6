import type { FieldDef, ObjectDef } from './schema/types.ts';
import { textOf } from './schema/fields.ts';
import type { Store } from './store.ts';

/** What a user may do with a field. */
interface FieldAccess {
  readonly read: boolean;
  readonly edit: boolean;
}

/** Field-level security: who sees and edits which field. */
export interface Access {
  field(userId: string, def: ObjectDef, field: FieldDef): FieldAccess;
}

const FULL: FieldAccess = { read: true, edit: true };

/**
 * A field that was made through the API belongs to nobody, administrators included, until a permission set (or the
 * permission set behind a profile) grants it; every other field is open to all.
 */
export function fieldAccess(store: Store): Access {
  function permissionSets(userId: string): ReadonlySet<string> {
    const sets = new Set<string>();
    for (const row of store.find('PermissionSetAssignment', 'AssigneeId', userId) ?? [])
      sets.add(String(store.value(row, 'PermissionSetId')));
    const profile = store.value(store.row(userId), 'ProfileId');
    for (const row of store.find('PermissionSet', 'ProfileId', profile) ?? []) sets.add(row.id);
    return sets;
  }

  return {
    field(userId, def, field) {
      if (!field.needsGrant) return FULL;
      let read = false;
      let edit = false;
      for (const set of permissionSets(userId)) {
        for (const grant of store.find('FieldPermissions', 'ParentId', set) ?? []) {
          if (textOf(store.value(grant, 'Field'))?.toLowerCase() !== `${def.name}.${field.name}`.toLowerCase()) continue;
          read ||= store.value(grant, 'PermissionsRead') === true;
          edit ||= store.value(grant, 'PermissionsEdit') === true;
        }
      }
      return { read: read || edit, edit };
    },
  };
}

/** A field that this user can see, by its name in any case. */
export function visibleField(access: Access, userId: string, def: ObjectDef, name: string): FieldDef | undefined {
  const field = def.fields.get(name.toLowerCase());
  return field !== undefined && access.field(userId, def, field).read ? field : undefined;
}
