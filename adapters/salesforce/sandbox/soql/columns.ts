import type { FieldType as SelectItem, Query, Subquery } from '@jetstreamapp/soql-parser-js';
import type { FieldDef, FieldType, ObjectDef } from '../schema/types.ts';
import { isAggregate } from './aggregate.ts';
import { parseSoql } from './parse.ts';
import { dottedOf } from './project.ts';
import { childRelation, runSoql } from './run.ts';
import { objectOf, pathOf } from './scope.ts';
import type { Asking } from './scope.ts';

/** One column of a query's answer, as `columns=true` tells it. */
interface Column {
  readonly aggregate: boolean;
  readonly apexType: string | null;
  readonly booleanType: boolean;
  readonly columnName: string;
  readonly custom: boolean;
  readonly displayName: string;
  readonly foreignKeyName: string | null;
  readonly insertable: boolean;
  readonly joinColumns: Column[];
  readonly numberType: boolean;
  readonly textType: boolean;
  readonly updatable: boolean;
}

/** What `GET /query?q=…&columns=true` answers instead of records. */
export interface Columns {
  readonly columnMetadata: readonly Column[];
  readonly entityName: string;
  readonly groupBy: boolean;
  readonly idSelected: boolean;
  readonly keyPrefix: string;
}

/**
 * The columns of a query without its records; parents and children are columns that hold columns.
 * @throws {RequestProblem} what the query itself would be refused with
 * @source https://github.com/salesforcecli/plugin-data/blob/main/test/test-files/queryFields.exemplars.ts (checked 2026-11-22)
 */
export function columnsOf(asking: Asking): Columns {
  runSoql(asking);
  const query = parseSoql(asking.soql);
  const def = objectOf(asking, query.sObject ?? '');
  const columnMetadata = columnsIn(asking, def, query);
  return {
    columnMetadata,
    entityName: def.name,
    groupBy: isAggregate(query),
    idSelected: columnMetadata.some((column) => column.columnName === 'Id'),
    keyPrefix: def.prefix,
  };
}

function columnsIn(asking: Asking, def: ObjectDef, query: Query | Subquery): Column[] {
  const columns: Column[] = [];
  let unnamed = 0;
  for (const item of query.fields ?? []) {
    if (item.type === 'Field' || item.type === 'FieldRelationship') placeField(asking, def, { columns, item, alias: query.sObjectAlias });
    else if (item.type === 'FieldSubquery') {
      const child = childRelation(asking, def, item.subquery.relationshipName);
      columns.push({ ...bare(child.name), aggregate: true, joinColumns: columnsIn(asking, child.def, item.subquery) });
    } else if (item.type === 'FieldFunctionExpression') {
      const name = item.alias ?? `expr${String(unnamed++)}`;
      const shown = `${item.functionName.toLowerCase()}(${item.parameters.map((part) => (typeof part === 'string' ? part : '')).join(', ')})`;
      columns.push({ ...bare(name), aggregate: true, displayName: shown, numberType: true });
    }
  }
  return columns;
}

interface Placing {
  readonly columns: Column[];
  readonly item: Extract<SelectItem, { readonly type: 'Field' | 'FieldRelationship' }>;
  readonly alias: string | undefined;
}

/** A field stands in the list itself, or in the column of the parent that it is reached by. */
function placeField(asking: Asking, def: ObjectDef, { columns, item, alias }: Placing): void {
  const path = pathOf(asking, def, dottedOf(item), alias);
  let level = columns;
  for (const hop of path.hops) {
    const name = hop.field.relationship ?? hop.field.name;
    let parent = level.find((column) => column.columnName === name);
    if (parent === undefined) level.push((parent = { ...bare(name), foreignKeyName: hop.field.name }));
    level = parent.joinColumns;
  }
  level.push(fieldColumn(path.field));
}

function bare(name: string): Column {
  return {
    aggregate: false,
    apexType: null,
    booleanType: false,
    columnName: name,
    custom: false,
    displayName: name,
    foreignKeyName: null,
    insertable: false,
    joinColumns: [],
    numberType: false,
    textType: false,
    updatable: false,
  };
}

const APEX: Readonly<Partial<Record<FieldType, string>>> = {
  id: 'Id',
  reference: 'Id',
  boolean: 'Boolean',
  int: 'Integer',
  double: 'Double',
  currency: 'Double',
  percent: 'Double',
  date: 'Date',
  datetime: 'Datetime',
};

function fieldColumn(field: FieldDef): Column {
  const apexType = APEX[field.type] ?? 'String';
  return {
    ...bare(field.name),
    apexType,
    booleanType: apexType === 'Boolean',
    custom: field.custom,
    insertable: field.createable,
    numberType: apexType === 'Integer' || apexType === 'Double',
    textType: apexType === 'String',
    updatable: field.updateable,
  };
}
