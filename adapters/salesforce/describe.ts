import { z } from 'zod';
import type {
  CallOptions,
  DescribeOptions,
  Description,
  FieldDescription,
  ObjectDescription,
  OwnFieldState,
  PermissionCheck,
  WriteKind,
} from '../../src/crm.ts';
import { automationOf } from './automation.ts';
import { objectNames } from './catalog.ts';
import type { FieldShape, ObjectName, ObjectShape } from './catalog.ts';
import type { Context } from './context.ts';
import { setupOf } from './describe-setup.ts';
import type { ObjectSetup } from './describe-setup.ts';
import { objectsOf, ownStates } from './own.ts';
import { rowsOf } from './query.ts';
import { flag, text } from './row.ts';
import type { Row } from './row.ts';
import { at, soql } from './soql.ts';
import { volumesOf } from './volumes.ts';

/** The objects whose fields the engine may map, and what each is to it. */
const described: readonly (readonly [ObjectName, ObjectDescription['kind']])[] = [
  ['Lead', 'person'],
  ['Contact', 'person'],
  ['Campaign', 'campaign'],
  ['Opportunity', 'deal'],
];
const limitsSchema = z.object({ DailyApiRequests: z.object({ Max: z.number(), Remaining: z.number() }) });
/** Objects whose fields the engine writes or reads the history of. */
const ownObjects: readonly string[] = ['Lead', 'Contact', 'Campaign', 'CampaignMember', 'Opportunity'];
/** How far back a history row shows that its field is tracked, where the setup can't be read. */
const recentMs = 30 * 86_400_000;

/** Fields, picklists, permissions and what of Truce's own fields is there, with these credentials' eyes. */
export async function describeOrganization(
  context: Context,
  { setup = false, automation, volumes = false, ...options }: DescribeOptions,
): Promise<Description> {
  const { catalog, wire } = context;
  catalog.refresh();
  const shapes = new Map<ObjectName, ObjectShape>();
  for (const name of objectNames) {
    const shape = await catalog.object(name, options);
    if (shape !== null) shapes.set(name, shape);
  }
  const since = at(wire.serverNow() - recentMs);
  const asked = [
    soql`SELECT MasterLabel, ApiName, IsConverted FROM LeadStatus`,
    soql`SELECT QualifiedApiName, IsFieldHistoryTracked, EntityDefinition.QualifiedApiName FROM FieldDefinition WHERE EntityDefinition.QualifiedApiName IN ${ownObjects}`,
    soql`SELECT Id FROM LeadHistory LIMIT 1`,
    soql`SELECT Field FROM LeadHistory WHERE CreatedDate >= ${since} GROUP BY Field`,
    soql`SELECT Field FROM OpportunityFieldHistory WHERE CreatedDate >= ${since} GROUP BY Field`,
  ];
  const answers = await rowsOf(
    wire,
    asked.map((query) => ({ soql: query, optional: true })),
    options,
  );
  const [statuses, definitions, anyHistory, leadSteps, dealSteps] = answers;
  const tracked = trackedFields(definitions ?? null, [
    ['Lead', leadSteps ?? []],
    ['Opportunity', dealSteps ?? []],
  ]);
  const converted = new Set(
    (statuses ?? []).filter((row) => flag(row, 'IsConverted')).flatMap((row) => [text(row, 'ApiName'), text(row, 'MasterLabel')]),
  );
  const found = described.map(([name]) => name).filter((name) => shapes.has(name));
  const extras = setup ? await setupOf(context, found, options) : new Map<string, ObjectSetup>();
  return {
    objects: described.flatMap(([name, kind]) => {
      const shape = shapes.get(name);
      return shape === undefined ? [] : [{ ...toDescription(shape, kind, { tracked, converted }), ...extras.get(name) }];
    }),
    permissions: [...permissions(shapes, anyHistory !== null), await callsLeft(context, options)],
    own: ownFieldStates(shapes, definitions ?? null),
    connector: connectorOf(shapes),
    ...(automation === undefined ? { automation: null } : await automationOf(context, automation, options)),
    ...(volumes ? { volumes: await volumesOf(context, options) } : {}),
  };
}

interface Known {
  /** `Lead.Status` */
  readonly tracked: ReadonlySet<string>;
  readonly converted: ReadonlySet<string | null>;
}

function toDescription(shape: ObjectShape, kind: ObjectDescription['kind'], known: Known): ObjectDescription {
  return { object: shape.name, label: shape.label, kind, fields: [...shape.fields.values()].map((field) => toField(shape, field, known)) };
}

const types: ReadonlyMap<string, FieldDescription['type']> = new Map<string, FieldDescription['type']>([
  ...['string', 'textarea', 'email', 'phone', 'url', 'id', 'combobox', 'encryptedstring'].map((type) => [type, 'text'] as const),
  ...['int', 'double', 'percent', 'long'].map((type) => [type, 'number'] as const),
  ['boolean', 'boolean'],
  ['date', 'date'],
  ['datetime', 'instant'],
  ['picklist', 'picklist'],
  ['multipicklist', 'multi-picklist'],
  ['currency', 'money'],
  ['reference', 'reference'],
]);

const numeric: ReadonlySet<string> = new Set(['int', 'double', 'percent', 'long', 'currency']);

function toField(shape: ObjectShape, field: FieldShape, known: Known): FieldDescription {
  const isLeadStatus = shape.name === 'Lead' && field.name === 'Status';
  return {
    name: field.name,
    label: field.label,
    type: types.get(field.type) ?? 'other',
    writable: field.updateable,
    required: field.createable && !field.nillable && !field.defaultedOnCreate,
    options: field.picklistValues.map((option) => ({
      value: option.value,
      label: option.label,
      active: option.active,
      isDefault: option.defaultValue,
      converted: isLeadStatus && (known.converted.has(option.value) || known.converted.has(option.label)),
    })),
    restricted: field.restrictedPicklist,
    maxLength: field.length > 0 ? field.length : null,
    ...(field.scale !== undefined && numeric.has(field.type) ? { scale: field.scale } : {}),
    historyTracked: known.tracked.has(`${shape.name}.${field.name}`),
  };
}

/** From the setup where it may be read; and from what the histories hold, which needs no right to the setup. */
function trackedFields(definitions: readonly Row[] | null, steps: readonly (readonly [string, readonly Row[]])[]): ReadonlySet<string> {
  const set = new Set<string>();
  for (const row of definitions ?? []) if (flag(row, 'IsFieldHistoryTracked')) set.add(fullName(row));
  for (const [object, rows] of steps) {
    for (const row of rows) {
      const field = text(row, 'Field');
      if (field !== null) set.add(`${object}.${field === 'Owner' ? 'OwnerId' : field}`);
    }
  }
  return set;
}

function fullName(definition: Row): string {
  return `${text(definition, 'EntityDefinition.QualifiedApiName') ?? ''}.${text(definition, 'QualifiedApiName') ?? ''}`;
}

function ownFieldStates(shapes: ReadonlyMap<ObjectName, ObjectShape>, definitions: readonly Row[] | null): readonly OwnFieldState[] {
  const existing = definitions === null ? null : new Set(definitions.map(fullName));
  const kinds: readonly WriteKind[] = ['campaign', 'person', 'member'];
  return kinds.flatMap((kind) =>
    (objectsOf.get(kind) ?? []).flatMap((name) => {
      const shape = shapes.get(name);
      return shape === undefined ? [] : ownStates(kind, shape, existing);
    }),
  );
}

function permissions(shapes: ReadonlyMap<ObjectName, ObjectShape>, history: boolean): readonly PermissionCheck[] {
  const sees = (...names: readonly ObjectName[]): boolean => names.every((name) => shapes.has(name));
  const edits = (name: ObjectName): boolean => shapes.get(name)?.updateable ?? false;
  const assign = (what: string): string => `Assign the permission set Truce_Integration to the user that Truce runs as; it grants ${what}.`;
  return [
    { name: 'read people', granted: sees('Lead', 'Contact'), neededFor: 'observe', fix: assign('read access to leads and contacts') },
    {
      name: 'read accounts',
      granted: sees('Account'),
      neededFor: 'observe',
      without: 'Accounts are left out.',
      fix: assign('read access to accounts'),
    },
    {
      name: 'read campaigns',
      granted: sees('Campaign', 'CampaignMember'),
      neededFor: 'observe',
      without: "Salesforce's campaigns are left out of outcomes and figures.",
      fix: assign('read access to campaigns'),
    },
    {
      name: 'read deals',
      granted: sees('Opportunity', 'OpportunityContactRole'),
      neededFor: 'observe',
      without: "Salesforce's deals are left out of outcomes and figures.",
      fix: assign('read access to opportunities'),
    },
    {
      name: 'read touches',
      granted: sees('Task', 'Event'),
      neededFor: 'observe',
      without: 'What sales did with the leads is left out of the figures.',
      fix: 'Give the user that Truce runs as access to activities.',
    },
    {
      name: 'read status history',
      granted: history,
      neededFor: 'observe',
      without: 'When a status changed is not known, so conflicts are dated by the whole record and some figures are missing.',
      fix: 'Setup > Object Manager > Lead > Fields & Relationships > Set History Tracking: switch it on, at least for Lead Status and Lead Owner.',
    },
    {
      name: 'write campaigns',
      granted: edits('Campaign'),
      neededFor: 'outcomes',
      without: "No outcome is written onto Salesforce's campaigns.",
      fix: 'Tick “Marketing User” on the user that Truce runs as, and assign the permission set Truce_Integration: both are needed to edit campaigns.',
    },
    {
      name: 'write members',
      granted: edits('CampaignMember'),
      neededFor: 'outcomes',
      without: 'No outcome is written onto campaign members.',
      fix: 'Editing campaign members follows from editing campaigns and leads: tick “Marketing User” and assign Truce_Integration.',
    },
    {
      name: 'write people',
      granted: edits('Lead') && edits('Contact'),
      neededFor: 'outcomes',
      fix: assign('edit access to leads and contacts'),
    },
    {
      name: 'write status',
      granted: shapes.get('Lead')?.fields.get('Status')?.updateable ?? false,
      neededFor: 'sync',
      fix: assign('edit access to the lead status'),
    },
  ];
}

async function callsLeft(context: Context, options: CallOptions): Promise<PermissionCheck> {
  const answer = await context.wire.call({ method: 'GET', path: '/limits', refusable: true, ...options });
  const limits = limitsSchema.safeParse(answer.body).data?.DailyApiRequests;
  if (limits !== undefined) context.wire.noteBudget({ limit: limits.Max, remaining: limits.Remaining });
  const left = limits?.Remaining ?? context.wire.budget().perDay?.remaining ?? null;
  return {
    name: 'API calls left today',
    granted: left === null || left > 0,
    neededFor: 'observe',
    fix: 'The allowance of API calls for 24 hours is used up; see Setup > Company Information, and which integration spends it.',
  };
}

/** The native integration's package adds fields of its own namespace; it can't be seen in any other way from here. */
function connectorOf(shapes: ReadonlyMap<ObjectName, ObjectShape>): Description['connector'] {
  const fields = [...shapes.values()].flatMap((shape) =>
    [...shape.fields.keys()].filter((field) => /^hubspot(?:_inc)?__/i.test(field)).map((field) => `${shape.name}.${field}`),
  );
  if (fields.length === 0) return null;
  return {
    present: true,
    fields,
    evidence: `${fields.length} fields of the HubSpot package are on the objects, for example ${fields[0] ?? ''}`,
  };
}
