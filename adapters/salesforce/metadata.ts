import type { OwnField } from '../../src/crm.ts';
import { objectsOf, ownName } from './own.ts';

/** A field as the Metadata API describes it, in the order of its XML elements. */
export type FieldMetadata = Readonly<Record<string, unknown>>;

export const permissionSets = { integration: 'Truce_Integration', viewer: 'Truce_Viewer' } as const;
/** Marks what Truce made: nothing without it is ever changed. */
export const madeByTruce = 'Made by Truce.';

/** Standard fields that the integration reads and that field-level security may hide (required ones can't be hidden). */
export const readableFields: readonly string[] = [
  ...['Email', 'LeadSource', 'HasOptedOutOfEmail'].map((field) => `Lead.${field}`),
  ...['AccountId', 'Email', 'LeadSource', 'HasOptedOutOfEmail'].map((field) => `Contact.${field}`),
  ...['Website', 'NumberOfEmployees', 'Industry', 'BillingAddress'].map((field) => `Account.${field}`),
  ...['ActualCost', 'BudgetedCost', 'StartDate', 'EndDate', 'Type', 'Status', 'ParentId'].map((field) => `Campaign.${field}`),
  ...['AccountId', 'Amount', 'CampaignId', 'LeadSource', 'Type'].map((field) => `Opportunity.${field}`),
];

/** What the integration may do with whole objects; an account has to be readable for its contacts and opportunities to be. */
export const objectGrants: readonly { readonly object: string; readonly create: boolean; readonly edit: boolean }[] = [
  { object: 'Account', create: false, edit: false },
  { object: 'Contact', create: false, edit: true },
  { object: 'Lead', create: true, edit: true },
  { object: 'Campaign', create: false, edit: true },
  { object: 'Opportunity', create: false, edit: false },
];

/** Every own field on every object that carries it. */
export function ownFieldsByObject(
  fields: readonly OwnField[],
): readonly { readonly object: string; readonly name: string; readonly field: OwnField }[] {
  return fields.flatMap((field) => (objectsOf.get(field.on) ?? []).map((object) => ({ object, name: ownName(field.stem), field })));
}

/**
 * A field's definition as JSON for the Tooling API or as XML for a file. They differ in one word: a picklist's value is
 * its `valueName` in the one and its `fullName` in the other.
 * @source Tooling API, CustomValue Metadata; Metadata API, CustomValue (v67.0)
 */
export function fieldMetadata(field: OwnField, form: 'json' | 'xml'): FieldMetadata {
  const shared = {
    label: field.label.slice(0, 40),
    description: `${madeByTruce} ${field.help}`,
    inlineHelpText: field.help.slice(0, 510),
    required: false,
  };
  switch (field.type) {
    case 'integer':
      return { ...shared, type: 'Number', precision: 18, scale: 0 };
    case 'money':
      return { ...shared, type: 'Currency', precision: 18, scale: 2 };
    case 'percent':
      return { ...shared, type: 'Percent', precision: 5, scale: 2 };
    case 'text':
      return { ...shared, type: 'Text', length: 255 };
    case 'long-text':
      return { ...shared, type: 'LongTextArea', length: 32_768, visibleLines: 5 };
    case 'instant':
      return { ...shared, type: 'DateTime' };
    case 'choice':
      return {
        ...shared,
        type: 'Picklist',
        valueSet: {
          restricted: true,
          valueSetDefinition: {
            sorted: false,
            value: (field.options ?? []).map((option) => ({
              [form === 'json' ? 'valueName' : 'fullName']: option,
              default: false,
              label: option,
            })),
          },
        },
      };
    case 'unique-text':
      return { ...shared, type: 'Text', length: 255, externalId: true, unique: true, caseSensitive: true };
  }
}

/** A project that `sf project deploy start` takes as it is: fields, two permission sets, manifest. */
export function metadataFiles(fields: readonly OwnField[], apiVersion: string): ReadonlyMap<string, string> {
  const placed = ownFieldsByObject(fields);
  const base = 'force-app/main/default';
  const files = new Map<string, string>();
  for (const { object, name, field } of placed) {
    files.set(
      `${base}/objects/${object}/fields/${name}.field-meta.xml`,
      document('CustomField', { fullName: name, ...fieldMetadata(field, 'xml') }),
    );
  }
  const own = placed.map(({ object, name }) => `${object}.${name}`);
  for (const [name, body] of [
    [permissionSets.integration, integrationSet(own)],
    [permissionSets.viewer, viewerSet(own)],
  ] as const) {
    files.set(`${base}/permissionsets/${name}.permissionset-meta.xml`, document('PermissionSet', body));
  }
  files.set('manifest/package.xml', document('Package', manifest(own, apiVersion)));
  const project = {
    packageDirectories: [{ path: 'force-app', default: true }],
    name: 'truce',
    namespace: '',
    sourceApiVersion: apiVersion,
  };
  files.set('sfdx-project.json', `${JSON.stringify(project, null, 2)}\n`);
  return files;
}

function integrationSet(own: readonly string[]): FieldMetadata {
  return {
    label: 'Truce Integration',
    description: `${madeByTruce} For the user that Truce runs as: reads leads, contacts, campaigns and opportunities, writes status and Truce's own fields.`,
    hasActivationRequired: false,
    userPermissions: [{ enabled: true, name: 'ApiEnabled' }],
    objectPermissions: objectGrants.map((grant) => ({
      allowCreate: grant.create,
      allowDelete: false,
      allowEdit: grant.edit,
      allowRead: true,
      modifyAllRecords: false,
      object: grant.object,
      viewAllRecords: false,
    })),
    fieldPermissions: [
      ...own.map((field) => ({ editable: true, field, readable: true })),
      ...readableFields.map((field) => ({ editable: false, field, readable: true })),
    ],
  };
}

function viewerSet(own: readonly string[]): FieldMetadata {
  return {
    label: 'Truce Viewer',
    description: `${madeByTruce} For people who look at Truce's figures: shows its own fields, read-only.`,
    hasActivationRequired: false,
    fieldPermissions: own.map((field) => ({ editable: false, field, readable: true })),
  };
}

function manifest(own: readonly string[], apiVersion: string): FieldMetadata {
  return {
    types: [
      { members: own, name: 'CustomField' },
      { members: Object.values(permissionSets), name: 'PermissionSet' },
    ],
    version: apiVersion,
  };
}

function document(root: string, body: FieldMetadata): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="http://soap.sforce.com/2006/04/metadata">\n${elements(body, '    ')}</${root}>\n`;
}

function elements(body: FieldMetadata, indent: string): string {
  return Object.entries(body)
    .flatMap(([tag, value]) =>
      Array.isArray(value)
        ? (value as readonly unknown[]).map((item): [string, unknown] => [tag, item])
        : [[tag, value] as [string, unknown]],
    )
    .map(([tag, value]) => {
      if (typeof value === 'object' && value !== null)
        return `${indent}<${tag}>\n${elements(value as FieldMetadata, `${indent}    `)}${indent}</${tag}>\n`;
      return `${indent}<${tag}>${escapeXml(String(value))}</${tag}>\n`;
    })
    .join('');
}

function escapeXml(value: string): string {
  return value.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&apos;');
}
