import { conflict, HubspotProblem, invalid, notFound } from './errors.ts';
import {
  type Answer,
  batchAnswer,
  bodyObject,
  type Call,
  inputsOf,
  iso,
  NO_CONTENT,
  objectOf,
  ok,
  param,
  requiredText,
  textOf,
} from './http.ts';
import type { PropertyDefinition, PropertyOption, Table } from './model.ts';
import { tableNamed } from './store.ts';

/** Field types that each property type allows. @source https://developers.hubspot.com/docs/guides/api/crm/properties (checked 2026-11) */
const FIELD_TYPES: ReadonlyMap<string, readonly string[]> = new Map([
  ['string', ['text', 'textarea', 'html', 'file', 'phonenumber', 'calculation_equation']],
  ['number', ['number', 'calculation_equation']],
  ['date', ['date']],
  ['datetime', ['date']],
  ['enumeration', ['select', 'radio', 'checkbox', 'booleancheckbox', 'calculation_equation']],
  ['bool', ['booleancheckbox', 'calculation_equation']],
  ['phone_number', ['phonenumber']],
]);

/** Custom properties with unique values that an object may have. */
const MAX_UNIQUE = 10;

function present(definition: PropertyDefinition): Record<string, unknown> {
  const { hubspotDefined, createdUserId } = definition;
  return {
    updatedAt: iso(definition.updatedAt),
    createdAt: iso(definition.createdAt),
    name: definition.name,
    label: definition.label,
    type: definition.type,
    fieldType: definition.fieldType,
    description: definition.description,
    groupName: definition.groupName,
    options: definition.options,
    displayOrder: definition.displayOrder,
    calculated: definition.calculated,
    externalOptions: definition.externalOptions,
    archived: definition.archivedAt !== null,
    ...(definition.archivedAt === null ? {} : { archivedAt: iso(definition.archivedAt) }),
    hasUniqueValue: definition.hasUniqueValue,
    hidden: definition.hidden,
    ...(createdUserId === null ? {} : { createdUserId, updatedUserId: createdUserId }),
    // Custom properties leave the member out (recorded by third parties, 2026-09).
    ...(hubspotDefined ? { hubspotDefined } : {}),
    modificationMetadata: {
      archivable: !hubspotDefined,
      readOnlyDefinition: hubspotDefined,
      readOnlyValue: definition.readOnlyValue,
      ...(hubspotDefined && definition.type === 'enumeration' ? { readOnlyOptions: definition.readOnlyValue } : {}),
    },
    formField: definition.formField,
    ...(definition.showCurrencySymbol === undefined ? {} : { showCurrencySymbol: definition.showCurrencySymbol }),
    dataSensitivity: 'non_sensitive',
  };
}

function tableOfCall(call: Call): Table {
  return tableNamed(call.portal, param(call, 'type'));
}

/** `GET /crm/properties/{type}` */
export function listProperties(call: Call): Answer {
  const archived = call.query.get('archived') === 'true';
  const definitions = [...tableOfCall(call).definitions.values()].filter((one) => (one.archivedAt !== null) === archived);
  return ok({ results: definitions.map(present) });
}

function definitionNamed(table: Table, name: string): PropertyDefinition {
  const definition = table.definitions.get(name);
  if (definition === undefined) {
    throw new HubspotProblem(
      404,
      `Property ${name} does not exist`,
      { category: 'OBJECT_NOT_FOUND', subCategory: 'PropertyError.PROPERTY_NOT_FOUND', context: { propertyName: [name] } },
      { 'x-hubspot-notfound': 'true' },
    );
  }
  return definition;
}

/** `GET /crm/properties/{type}/{name}` */
export function getProperty(call: Call): Answer {
  const definition = definitionNamed(tableOfCall(call), param(call, 'name'));
  if ((definition.archivedAt !== null) !== (call.query.get('archived') === 'true'))
    throw notFound(`Property ${definition.name} does not exist`);
  return ok(present(definition));
}

/** `POST /crm/properties/{type}` */
export function postProperty(call: Call): Answer {
  return ok(present(createProperty(call, tableOfCall(call), bodyObject(call))), 201);
}

function createProperty(call: Call, table: Table, input: Readonly<Record<string, unknown>>): PropertyDefinition {
  const name = requiredText(input['name'], 'name');
  const type = requiredText(input['type'], 'type');
  const fieldType = requiredText(input['fieldType'], 'fieldType');
  const groupName = requiredText(input['groupName'], 'groupName');
  const label = requiredText(input['label'], 'label');
  if (!/^[a-z][a-z0-9_]{0,99}$/.test(name)) {
    throw invalid(
      `Property name ${name} is not valid: names start with a lower-case letter and hold only lower-case letters, digits and underscores`,
    );
  }
  if (name.startsWith('hs_')) throw invalid(`Property name ${name} is not valid: the prefix hs_ is reserved`);
  if (FIELD_TYPES.get(type)?.includes(fieldType) !== true) throw invalid(`fieldType ${fieldType} is not valid for type ${type}`);
  if (!table.groups.has(groupName)) {
    throw invalid(`Property group ${groupName} does not exist`, { subCategory: 'PropertyError.PROPERTY_GROUP_NOT_FOUND' });
  }
  const known = table.definitions.get(name);
  if (known !== undefined && known.archivedAt === null) {
    throw conflict(`A property named '${name}' already exists.`, {
      category: 'OBJECT_ALREADY_EXISTS',
      subCategory: 'PropertyError.PROPERTY_EXISTS',
      context: { propertyName: [name] },
    });
  }
  const hasUniqueValue = input['hasUniqueValue'] === true;
  if (hasUniqueValue && type !== 'string' && type !== 'number') throw invalid(`Properties of type ${type} can't have unique values`);
  const uniqueCount = [...table.unique.keys()].filter((property) => property !== 'email').length;
  if (hasUniqueValue && uniqueCount >= MAX_UNIQUE)
    throw invalid(`${table.type.upper} already has ${MAX_UNIQUE} properties with unique values`);
  const definition: PropertyDefinition = {
    name,
    label,
    description: textOf(input['description'], 'description') ?? '',
    groupName,
    type,
    fieldType,
    options: optionsOf(type, input['options']),
    hasUniqueValue,
    hidden: input['hidden'] === true,
    formField: input['formField'] === true,
    displayOrder: typeof input['displayOrder'] === 'number' ? input['displayOrder'] : -1,
    hubspotDefined: false,
    calculated: fieldType === 'calculation_equation',
    externalOptions: false,
    readOnlyValue: fieldType === 'calculation_equation',
    createdAt: call.now,
    updatedAt: call.now,
    archivedAt: null,
    createdUserId: String(call.caller.userId),
  };
  table.definitions.set(name, definition);
  if (hasUniqueValue) table.unique.set(name, new Map());
  return definition;
}

function optionsOf(type: string, given: unknown): readonly PropertyOption[] {
  if (type === 'bool')
    return [
      { label: 'True', value: 'true', displayOrder: 0, hidden: false },
      { label: 'False', value: 'false', displayOrder: 1, hidden: false },
    ];
  if (type !== 'enumeration') return [];
  if (!Array.isArray(given) || given.length === 0) throw invalid('Enumeration properties must have at least one option');
  const options = given.map((item, displayOrder): PropertyOption => {
    const input = objectOf(item);
    const description = textOf(input['description'], 'description');
    return {
      label: requiredText(input['label'], 'label'),
      value: requiredText(input['value'], 'value'),
      ...(description === undefined ? {} : { description }),
      displayOrder: typeof input['displayOrder'] === 'number' ? input['displayOrder'] : displayOrder,
      hidden: input['hidden'] === true,
    };
  });
  if (new Set(options.map((one) => one.value)).size < options.length) throw invalid('Property options must have unique values');
  return options;
}

/** `PATCH /crm/properties/{type}/{name}` */
export function patchProperty(call: Call): Answer {
  const table = tableOfCall(call);
  const definition = definitionNamed(table, param(call, 'name'));
  if (definition.archivedAt !== null) throw notFound(`Property ${definition.name} does not exist`);
  const body = bodyObject(call);
  const groupName = textOf(body['groupName'], 'groupName') ?? definition.groupName;
  if (!table.groups.has(groupName)) throw invalid(`Property group ${groupName} does not exist`);
  const changed: PropertyDefinition = {
    ...definition,
    label: textOf(body['label'], 'label') ?? definition.label,
    description: textOf(body['description'], 'description') ?? definition.description,
    groupName,
    hidden: typeof body['hidden'] === 'boolean' ? body['hidden'] : definition.hidden,
    options: body['options'] === undefined ? definition.options : optionsOf(definition.type, body['options']),
    updatedAt: call.now,
  };
  table.definitions.set(definition.name, changed);
  return ok(present(changed));
}

/** `DELETE /crm/properties/{type}/{name}`: 204, also when there is none. */
export function deleteProperty(call: Call): Answer {
  archive(call, tableOfCall(call), param(call, 'name'));
  return NO_CONTENT;
}

function archive(call: Call, table: Table, name: string): void {
  const definition = table.definitions.get(name);
  if (definition === undefined || definition.archivedAt !== null) return;
  if (definition.hubspotDefined) throw invalid(`Property ${name} is defined by HubSpot and can't be archived`);
  table.definitions.set(name, { ...definition, archivedAt: call.now });
  table.unique.delete(name);
}

/** `POST /crm/properties/{type}/batch/create` */
export function batchCreateProperties(call: Call): Answer {
  return eachProperty(call, 201, (table, input) => createProperty(call, table, input));
}

/** `POST /crm/properties/{type}/batch/read` */
export function batchReadProperties(call: Call): Answer {
  const archived = bodyObject(call)['archived'] === true;
  return eachProperty(call, 200, (table, input) => {
    const definition = definitionNamed(table, requiredText(input['name'], 'name'));
    if ((definition.archivedAt !== null) !== archived) throw notFound(`Property ${definition.name} does not exist`);
    return definition;
  });
}

function eachProperty(call: Call, plain: number, act: (table: Table, input: Record<string, unknown>) => PropertyDefinition): Answer {
  const table = tableOfCall(call);
  const results: unknown[] = [];
  const errors: unknown[] = [];
  for (const input of inputsOf(call, 100)) {
    try {
      results.push(present(act(table, input)));
    } catch (error) {
      if (!(error instanceof HubspotProblem)) throw error;
      errors.push({ status: 'error', message: error.message, ...error.detail, context: { name: [String(input['name'])] } });
    }
  }
  return batchAnswer(call, plain, results, errors);
}

/** `POST /crm/properties/{type}/batch/archive` */
export function batchArchiveProperties(call: Call): Answer {
  for (const input of inputsOf(call, 100)) archive(call, tableOfCall(call), requiredText(input['name'], 'name'));
  return NO_CONTENT;
}

/** `GET /crm/properties/{type}/groups` */
export function listGroups(call: Call): Answer {
  return ok({ results: [...tableOfCall(call).groups.values()] });
}

/** `GET /crm/properties/{type}/groups/{name}` */
export function getGroup(call: Call): Answer {
  const group = tableOfCall(call).groups.get(param(call, 'name'));
  if (group === undefined) throw notFound(`Property group ${param(call, 'name')} does not exist`);
  return ok(group);
}

/** `POST /crm/properties/{type}/groups` */
export function postGroup(call: Call): Answer {
  const table = tableOfCall(call);
  const body = bodyObject(call);
  const name = requiredText(body['name'], 'name');
  if (table.groups.has(name)) throw conflict(`A property group named '${name}' already exists.`, { category: 'OBJECT_ALREADY_EXISTS' });
  const displayOrder = typeof body['displayOrder'] === 'number' ? body['displayOrder'] : -1;
  const group = { name, label: requiredText(body['label'], 'label'), displayOrder, archived: false };
  table.groups.set(name, group);
  return ok(group, 201);
}
