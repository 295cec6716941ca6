import type { ObjectDef } from '../schema/types.ts';
import type { Row } from '../store.ts';
import { pointing } from './scope.ts';
import type { Asking } from './scope.ts';

/** A list of children as their parent calls it. */
export interface Relation {
  readonly def: ObjectDef;
  readonly field: string;
  readonly name: string;
}

/** The children of one parent: from the index of the lookup, which knows live rows only, else one by one. */
export function childRows(asking: Asking, relation: Relation, parent: Row): Iterable<Row> {
  const { store } = asking.org;
  const indexed = asking.all ? null : store.find(relation.def.name, relation.field, parent.id);
  return indexed ?? [...store.rows(relation.def.name)].filter((child) => store.value(child, relation.field) === parent.id);
}

/** The child object that a relationship name of a parent means. @throws {RequestProblem} INVALID_TYPE */
/** The child list of this name. @throws {RequestProblem} INVALID_TYPE when the object has none. */
export function childRelation(asking: Asking, def: ObjectDef, name: string): Relation {
  for (const child of asking.org.store.objects()) {
    for (const field of child.fields.values()) {
      if (field.children?.toLowerCase() === name.toLowerCase() && field.referenceTo.includes(def.name))
        return { def: child, field: field.name, name: field.children };
    }
  }
  throw pointing(
    asking,
    'INVALID_TYPE',
    name,
    `Didn't understand relationship '${name}' in FROM part of query call. If you are attempting to use a custom relationship, be sure to append the '__r' after the custom relationship name. Please reference your WSDL or the describe call for the appropriate names.`,
  );
}
