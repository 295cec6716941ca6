import type { Row, Store } from '../store.ts';
import { NO_BIN, count, flag, longText, object, picklist, readOnly, readOnlyObject, required, text, textOf } from './fields.ts';
import type { Address, FieldDef, ObjectDef } from './types.ts';

const UNSTAMPED = ['IsDeleted', 'CreatedDate', 'CreatedById', 'LastModifiedById', 'SystemModstamp'];

/** A definition as the Tooling API shows it: stored as JSON text, read as an object. */
export function metadataField(extra: Partial<FieldDef> = {}): FieldDef {
  return longText('Metadata', 131_072, { nillable: false, ...extra, derive: parsedMetadata });
}

function parsedMetadata(row: Row, store: Store): Address | null {
  const stored = textOf(store.value(row, 'Metadata'));
  if (stored === null) return null;
  const parsed: unknown = JSON.parse(stored);
  return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? { ...parsed } : null;
}

function onEntity(): FieldDef {
  return text('EntityDefinitionId', 255, { ...readOnly, referenceTo: ['EntityDefinition'], relationship: 'EntityDefinition' });
}

/**
 * A validation rule, made through the Tooling API by `FullName` and `Metadata`.
 * @source https://developer.salesforce.com/docs/atlas.en-us.260.0.api_tooling.meta/api_tooling/tooling_api_objects_validationrule.htm (checked 2026-11-22)
 */
export function validationRuleObject(): ObjectDef {
  const fields = [
    text('ValidationName', 80, readOnly),
    flag('Active', readOnly),
    text('Description', 1000, readOnly),
    onEntity(),
    text('ErrorDisplayField', 255, readOnly),
    text('ErrorMessage', 255, readOnly),
    text('NamespacePrefix', 15, readOnly),
    text('FullName', 255, { nillable: false, updateable: false, filterable: false }),
    metadataField(),
  ];
  return object('ValidationRule', '03d', fields, { home: 'tooling', lacks: NO_BIN });
}

/**
 * One flow as administrators list them; what it does stands in the active version's `Flow.Metadata`.
 * @source https://developer.salesforce.com/docs/atlas.en-us.254.0.object_reference.meta/object_reference/sforce_api_objects_flowdefinitionview.htm (checked 2026-11-22)
 */
export function flowDefinitionViewObject(): ObjectDef {
  const fields = [
    text('DurableId', 18, readOnly),
    text('ApiName', 255, readOnly),
    text('Label', 255, readOnly),
    text('Description', 1000, readOnly),
    text('ActiveVersionId', 18, readOnly),
    text('LatestVersionId', 18, readOnly),
    text('Builder', 255, readOnly),
    flag('IsActive', readOnly),
    flag('IsOutOfDate', readOnly),
    flag('IsTemplate', readOnly),
    flag('HasAsyncAfterCommitPath', readOnly),
    picklist('ManageableState', ['unmanaged', 'installed'], { ...readOnly, length: 40 }),
    text('NamespacePrefix', 15, readOnly),
    picklist('ProcessType', ['AutoLaunchedFlow', 'Flow', 'Workflow', 'InvocableProcess'], { ...readOnly, length: 40 }),
    picklist('RecordTriggerType', ['Create', 'Update', 'CreateAndUpdate', 'Delete'], { ...readOnly, length: 40 }),
    text('TriggerObjectOrEventId', 255, { ...readOnly, referenceTo: ['EntityDefinition'], relationship: 'TriggerObjectOrEvent' }),
    text('TriggerObjectOrEventLabel', 255, readOnly),
    picklist('TriggerType', ['RecordBeforeSave', 'RecordAfterSave', 'RecordBeforeDelete', 'Scheduled', 'PlatformEvent'], {
      ...readOnly,
      length: 40,
    }),
    count('VersionNumber', readOnly),
  ];
  return object('FlowDefinitionView', '3dd', fields, { ...readOnlyObject, lacks: UNSTAMPED });
}

/** One version of a flow, with the fields that it looks at and sets in `Metadata`. */
export function flowObject(): ObjectDef {
  const fields = [
    text('DefinitionId', 18, readOnly),
    text('MasterLabel', 255, readOnly),
    text('FullName', 255, { ...readOnly, filterable: false }),
    picklist('Status', ['Active', 'Draft', 'Obsolete', 'InvalidDraft'], { ...readOnly, length: 40 }),
    picklist('ProcessType', ['AutoLaunchedFlow', 'Flow', 'Workflow'], { ...readOnly, length: 40 }),
    count('VersionNumber', readOnly),
    text('Description', 1000, readOnly),
    metadataField(readOnly),
  ];
  return object('Flow', '301', fields, { ...readOnlyObject, home: 'tooling', lacks: NO_BIN });
}

/** An Apex trigger, with its source. */
export function apexTriggerObject(): ObjectDef {
  const usage = ['BeforeInsert', 'AfterInsert', 'BeforeUpdate', 'AfterUpdate', 'BeforeDelete', 'AfterDelete'];
  const fields = [
    text('Name', 255, readOnly),
    text('TableEnumOrId', 255, readOnly),
    text('NamespacePrefix', 15, readOnly),
    ...usage.map((when) => flag(`Usage${when}`, readOnly)),
    picklist('Status', ['Active', 'Inactive', 'Deleted'], { ...readOnly, length: 40 }),
    longText('Body', 1_000_000, readOnly),
  ];
  return object('ApexTrigger', '01q', fields, { ...readOnlyObject, home: 'both', lacks: NO_BIN });
}

/** What happens to a record that looks like another. @source https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference/sforce_api_objects_duplicaterule.htm (checked 2026-11-22) */
export function duplicateRuleObject(): ObjectDef {
  const fields = [
    text('DeveloperName', 80, readOnly),
    text('MasterLabel', 80, readOnly),
    text('NamespacePrefix', 15, readOnly),
    picklist('Language', ['en_US'], { ...readOnly, length: 40 }),
    picklist('SobjectType', ['Account', 'Contact', 'Lead'], { ...readOnly, length: 40 }),
    picklist('SobjectSubtype', ['None', 'PersonAccount'], { ...readOnly, length: 40 }),
    flag('IsActive', readOnly),
  ];
  return object('DuplicateRule', '0Bm', fields, { ...readOnlyObject, lacks: NO_BIN });
}

/** A kind of record with its own choice of picklist values. */
export function recordTypeObject(): ObjectDef {
  const fields = [
    text('Name', 80, { ...readOnly, ...required }),
    text('DeveloperName', 80, { ...readOnly, ...required }),
    text('NamespacePrefix', 15, readOnly),
    text('Description', 255, readOnly),
    text('SobjectType', 40, readOnly),
    flag('IsActive', readOnly),
  ];
  return object('RecordType', '012', fields, { ...readOnlyObject, lacks: NO_BIN });
}
