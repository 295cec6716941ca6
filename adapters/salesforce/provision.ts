import { z } from 'zod';
import type { OwnField, Provision, ProvisionOptions, ProvisionStep } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { parseErrors, withoutPersonalData } from './classify.ts';
import type { ObjectName } from './catalog.ts';
import type { Context } from './context.ts';
import { fieldMetadata, madeByTruce, metadataFiles, objectGrants, ownFieldsByObject, permissionSets, readableFields } from './metadata.ts';
import { chunks, rowsOf } from './query.ts';
import { badAnswer, id, requiredId, text } from './row.ts';
import type { Row } from './row.ts';
import { soql } from './soql.ts';

const created = z.object({ id: z.string() });
const results = z.array(z.object({ success: z.boolean(), errors: z.unknown() }));

/**
 * Plans, and with `create` makes, the missing fields, the permission set of the integration with its field and object
 * permissions, and its assignment. Existing fields and permission sets of other hands stay as they are.
 */
export async function provisionFields(
  context: Context,
  fields: readonly OwnField[],
  options: ProvisionOptions & { readonly assignTo: string | null },
): Promise<Provision> {
  const files = metadataFiles(fields, context.wire.apiVersion);
  context.catalog.refresh();
  const steps: ProvisionStep[] = [];
  const placed = ownFieldsByObject(fields);
  const existing = await existingFields(context, [...new Set(placed.map((one) => one.object))], options);
  for (const { object, name, field } of placed) {
    const what = `field ${object}.${name}`;
    if (existing.has(`${object}.${name}`)) steps.push({ what, status: 'present', detail: field.label });
    else
      steps.push(
        options.create ? await makeField(context, { object, name, field }, options) : { what, status: 'planned', detail: field.label },
      );
  }
  const own = placed.map(({ object, name }) => `${object}.${name}`);
  steps.push(...(await permissionSteps(context, own, options)));
  context.catalog.refresh();
  return { steps, files };
}

/** Names of all fields of these objects, hidden ones too where the setup may be read. */
async function existingFields(context: Context, objects: readonly string[], options: ProvisionOptions): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const object of ['Lead', 'Contact', 'Campaign', 'CampaignMember'] as const) {
    const shape = await context.catalog.object(object, options);
    for (const field of shape?.fields.keys() ?? []) names.add(`${object}.${field}`);
  }
  const [definitions] = await rowsOf(
    context.wire,
    [
      {
        soql: soql`SELECT QualifiedApiName, EntityDefinition.QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN ${objects}`,
        optional: true,
      },
    ],
    options,
  );
  for (const row of definitions ?? [])
    names.add(`${text(row, 'EntityDefinition.QualifiedApiName') ?? ''}.${text(row, 'QualifiedApiName') ?? ''}`);
  return names;
}

async function makeField(
  context: Context,
  place: { readonly object: string; readonly name: string; readonly field: OwnField },
  options: ProvisionOptions,
): Promise<ProvisionStep> {
  const { object, name, field } = place;
  const what = `field ${object}.${name}`;
  const answer = await post(
    context,
    { path: '/tooling/sobjects/CustomField', body: { FullName: `${object}.${name}`, Metadata: fieldMetadata(field, 'json') } },
    options,
  );
  return 'id' in answer ? { what, status: 'created', detail: field.label } : { what, status: 'failed', detail: answer.why };
}

async function post(
  context: Context,
  request: { readonly path: string; readonly body: unknown },
  options: ProvisionOptions,
): Promise<{ readonly id: string } | { readonly why: string }> {
  const answer = await context.wire.call({
    method: 'POST',
    ...request,
    refusable: true,
    ...(options.signal === undefined ? {} : { signal: options.signal }),
  });
  if (answer.status >= 400) return { why: why(answer.body) };
  const parsed = created.safeParse(answer.body);
  if (!parsed.success) throw badAnswer('a creation was not confirmed with an id');
  return parsed.data;
}

function why(body: unknown): string {
  const [error] = parseErrors(body);
  return error === undefined ? 'Salesforce gave no reason' : `${error.code}: ${withoutPersonalData(error.message)}`;
}

async function permissionSteps(
  context: Context,
  own: readonly string[],
  options: ProvisionOptions & { readonly assignTo: string | null },
): Promise<readonly ProvisionStep[]> {
  const set = permissionSets.integration;
  const what = `permission set ${set}`;
  const [sets] = await rowsOf(context.wire, [{ soql: soql`SELECT Id, Description FROM PermissionSet WHERE Name = ${set}` }], options);
  const present = sets?.[0];
  if (present !== undefined && !(text(present, 'Description') ?? '').startsWith(madeByTruce)) {
    return [
      {
        what,
        status: 'failed',
        detail:
          'A permission set of this name exists that Truce did not make; it is left alone. Rename it, or deploy the metadata folder by hand.',
      },
    ];
  }
  // Another user's rights can't be seen with these credentials; our own are enough where nothing is hidden from us.
  if (present === undefined && options.assignTo === null && (await editsAll(context, own, options))) {
    return [{ what, status: 'present', detail: 'not needed: these credentials see and edit all fields already' }];
  }
  if (!options.create)
    return [
      { what, status: present === undefined ? 'planned' : 'present', detail: `${own.length} own fields, ${objectGrants.length} objects` },
    ];
  const steps: ProvisionStep[] = [];
  let setId = present === undefined ? null : requiredId(present, 'Id');
  if (setId === null) {
    const body = {
      Name: set,
      Label: 'Truce Integration',
      Description: `${madeByTruce} For the user that Truce runs as.`,
      PermissionsApiEnabled: true,
    };
    const answer = await post(context, { path: '/sobjects/PermissionSet', body }, options);
    if (!('id' in answer)) return [{ what, status: 'failed', detail: answer.why }];
    setId = answer.id as RecordId;
    steps.push({ what, status: 'created', detail: `${own.length} own fields, ${objectGrants.length} objects` });
  } else steps.push({ what, status: 'present', detail: 'made by Truce before' });
  return [
    ...steps,
    await grantObjects(context, setId, options),
    await grantFields(context, { setId, own }, options),
    await assign(context, setId, options),
  ];
}

async function editsAll(context: Context, own: readonly string[], options: ProvisionOptions): Promise<boolean> {
  for (const full of own) {
    const [object, field] = full.split('.');
    const shape = await context.catalog.object(object as ObjectName, options);
    if (shape?.fields.get(field ?? '')?.updateable !== true) return false;
  }
  return true;
}

async function grantObjects(context: Context, setId: RecordId, options: ProvisionOptions): Promise<ProvisionStep> {
  const [rows] = await rowsOf(context.wire, [{ soql: soql`SELECT SobjectType FROM ObjectPermissions WHERE ParentId = ${setId}` }], options);
  const there = new Set(rows?.map((row) => text(row, 'SobjectType')));
  const records = objectGrants
    .filter((grant) => !there.has(grant.object))
    .map((grant) => ({
      attributes: { type: 'ObjectPermissions' },
      ParentId: setId,
      SobjectType: grant.object,
      PermissionsRead: true,
      PermissionsEdit: grant.edit,
      PermissionsCreate: grant.create,
      PermissionsDelete: false,
      PermissionsViewAllRecords: false,
      PermissionsModifyAllRecords: false,
    }));
  return insert(context, { what: `object permissions of ${permissionSets.integration}`, records }, options);
}

/** A field that was made by API is invisible to everybody until somebody grants it. */
async function grantFields(
  context: Context,
  set: { readonly setId: RecordId; readonly own: readonly string[] },
  options: ProvisionOptions,
): Promise<ProvisionStep> {
  const [rows] = await rowsOf(context.wire, [{ soql: soql`SELECT Field FROM FieldPermissions WHERE ParentId = ${set.setId}` }], options);
  const there = new Set(rows?.map((row) => text(row, 'Field')));
  const wanted = [...set.own.map((field) => ({ field, edit: true })), ...readableFields.map((field) => ({ field, edit: false }))];
  const records = wanted
    .filter(({ field }) => !there.has(field))
    .map(({ field, edit }) => ({
      attributes: { type: 'FieldPermissions' },
      ParentId: set.setId,
      SobjectType: field.split('.')[0],
      Field: field,
      PermissionsRead: true,
      PermissionsEdit: edit,
    }));
  return insert(context, { what: `field permissions of ${permissionSets.integration}`, records }, options);
}

async function insert(
  context: Context,
  batch: { readonly what: string; readonly records: readonly object[] },
  options: ProvisionOptions,
): Promise<ProvisionStep> {
  const { what, records } = batch;
  if (records.length === 0) return { what, status: 'present', detail: 'complete' };
  const failures: string[] = [];
  for (const part of chunks(records, 200)) {
    const call = { method: 'POST' as const, path: '/composite/sobjects', body: { allOrNone: false, records: part }, refusable: true };
    const answer = await context.wire.call({ ...call, ...(options.signal === undefined ? {} : { signal: options.signal }) });
    const parsed = results.safeParse(answer.body);
    if (!parsed.success) failures.push(why(answer.body));
    else failures.push(...parsed.data.filter((result) => !result.success).map((result) => why(result.errors)));
  }
  if (failures.length === 0) return { what, status: 'created', detail: `${records.length} granted` };
  return {
    what,
    status: 'failed',
    detail: `${failures.length} of ${records.length} not granted: ${[...new Set(failures)].slice(0, 3).join('; ')}`,
  };
}

async function assign(
  context: Context,
  setId: RecordId,
  options: ProvisionOptions & { readonly assignTo: string | null },
): Promise<ProvisionStep> {
  const what = `assignment of ${permissionSets.integration}`;
  const user = options.assignTo === null ? await context.organization.self(options) : await userNamed(context, options.assignTo, options);
  if (user === null) return { what, status: 'failed', detail: 'There is no active user of the configured name.' };
  const [rows] = await rowsOf(
    context.wire,
    [{ soql: soql`SELECT Id, AssigneeId FROM PermissionSetAssignment WHERE PermissionSetId = ${setId}` }],
    options,
  );
  if ((rows ?? []).some((row) => id(row, 'AssigneeId') === user)) return { what, status: 'present', detail: `user ${user}` };
  const answer = await post(
    context,
    { path: '/sobjects/PermissionSetAssignment', body: { PermissionSetId: setId, AssigneeId: user } },
    options,
  );
  return 'id' in answer ? { what, status: 'created', detail: `user ${user}` } : { what, status: 'failed', detail: answer.why };
}

async function userNamed(context: Context, username: string, options: ProvisionOptions): Promise<RecordId | null> {
  const [rows] = await rowsOf(
    context.wire,
    [{ soql: soql`SELECT Id FROM User WHERE Username = ${username} AND IsActive = true` }],
    options,
  );
  const row: Row | undefined = rows?.[0];
  return row === undefined ? null : requiredId(row, 'Id');
}
