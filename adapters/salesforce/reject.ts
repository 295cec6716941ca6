import type { RejectCode, WriteResult } from '../../src/crm.ts';
import type { CrmError } from '../../src/errors.ts';
import { withoutPersonalData } from './classify.ts';
import type { VendorError } from './classify.ts';
import { canonicalId } from './ids.ts';

interface Meaning {
  readonly code: RejectCode;
  readonly fix: string;
  readonly retryable?: boolean;
}

const locked: Meaning = {
  code: 'LOCKED',
  fix: 'Somebody else held the record or its parent; it is tried again in the next run.',
  retryable: true,
};
const gone: Meaning = {
  code: 'NOT_FOUND',
  fix: 'The record was deleted in Salesforce. Restore it from the recycle bin, or let Truce unlink it.',
};
const duplicate: Meaning = {
  code: 'DUPLICATE',
  fix: 'Another record stands in the way. Merge the two in Salesforce, or link the existing one; Truce never saves past a duplicate rule.',
};
const noAccess: Meaning = {
  code: 'NO_ACCESS',
  fix: 'The user that Truce runs as may not edit this record. Assign the permission set Truce_Integration and check sharing and record types.',
};
const invalid: Meaning = { code: 'INVALID_VALUE', fix: 'Correct the mapping or the value: Salesforce does not accept it for this field.' };
const readOnly: Meaning = {
  code: 'READ_ONLY_FIELD',
  fix: 'The field can’t be written by this user: grant edit access to it, or take it out of the mapping if Salesforce computes it.',
};
const rule: Meaning = {
  code: 'VALIDATION_RULE',
  fix: 'A validation rule, flow or trigger refused the change. Meet its condition, or exempt the user that Truce runs as.',
};

/** What Salesforce's status codes mean for Truce. @source partner WSDL, enumeration StatusCode */
const meanings: ReadonlyMap<string, Meaning> = new Map<string, Meaning>([
  ['UNABLE_TO_LOCK_ROW', locked],
  ['DUPLICATES_DETECTED', duplicate],
  ['DUPLICATE_VALUE', duplicate],
  ['DUPLICATE_EXTERNAL_ID', duplicate],
  ['ENTITY_IS_DELETED', gone],
  ['NOT_FOUND', gone],
  [
    'ENTITY_IS_LOCKED',
    {
      code: 'LOCKED',
      fix: 'The record is locked by an approval process. Finish the approval, or let its process allow this user to edit.',
    },
  ],
  [
    'CANNOT_UPDATE_CONVERTED_LEAD',
    { code: 'CONVERTED', fix: 'The lead was converted: its status follows from its opportunities and is not written any more.' },
  ],
  [
    'INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST',
    { code: 'INVALID_VALUE', fix: 'Add the value to the picklist, or map the status to one that the picklist has.' },
  ],
  [
    'FIELD_INTEGRITY_EXCEPTION',
    {
      ...invalid,
      fix: 'Salesforce does not allow this value here, for example a converted status on a lead that was not converted. Change the mapping.',
    },
  ],
  ['STRING_TOO_LONG', { ...invalid, fix: 'The text is longer than the field. Lengthen the field or shorten the value.' }],
  ['NUMBER_OUTSIDE_VALID_RANGE', invalid],
  ['INVALID_EMAIL_ADDRESS', { ...invalid, fix: 'Correct the e-mail address in the CRM it came from.' }],
  ['INVALID_TYPE_ON_FIELD_IN_RECORD', invalid],
  ['JSON_PARSER_ERROR', { ...invalid, fix: 'The value has another type than the field. Change the mapping.' }],
  ['INVALID_CROSS_REFERENCE_KEY', { ...invalid, fix: 'The record refers to another one that does not exist or may not be referred to.' }],
  ['MALFORMED_ID', { ...invalid, fix: 'An id in this write is not one of Salesforce. Check the stored link.' }],
  [
    'INVALID_FIELD',
    { code: 'UNKNOWN_FIELD', fix: 'The field does not exist or is hidden from the user that Truce runs as. Run `truce check`.' },
  ],
  ['INVALID_FIELD_FOR_INSERT_UPDATE', readOnly],
  ['CANNOT_INSERT_UPDATE_ACTIVATE_ENTITY', rule],
  ['FIELD_CUSTOM_VALIDATION_EXCEPTION', rule],
  ['APEX_ERROR', rule],
  ['CUSTOM_APEX_ERROR', rule],
  ['CANNOT_EXECUTE_FLOW_TRIGGER', rule],
  [
    'REQUIRED_FIELD_MISSING',
    { code: 'REQUIRED_FIELD', fix: 'Give the fields a value in the CRM the record comes from, or a default in Salesforce.' },
  ],
  ['INSUFFICIENT_ACCESS_OR_READONLY', noAccess],
  ['INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY', noAccess],
  ['INSUFFICIENT_ACCESS', noAccess],
  ['CANNOT_UPDATE_OWNER', noAccess],
  ['STORAGE_LIMIT_EXCEEDED', { code: 'OTHER', fix: 'The organisation has no data storage left.', retryable: true }],
]);

const other: Meaning = { code: 'OTHER', fix: 'Read the cause; Salesforce refused this record only.' };

/** What one record's errors mean; the first error decides. */
export function rejected(intentId: string, errors: readonly VendorError[]): Extract<WriteResult, { status: 'rejected' }> {
  const [first] = errors;
  const meaning = meanings.get(first?.code ?? '') ?? other;
  const existing = first?.recordIds[0];
  return {
    intentId,
    status: 'rejected',
    code: meaning.code,
    cause: first === undefined ? 'Salesforce gave no reason' : `${first.code}: ${withoutPersonalData(first.message)}${fieldsOf(first)}`,
    fix: meaning.fix,
    retryable: meaning.retryable ?? false,
    ...(existing === undefined || meaning.code !== 'DUPLICATE' ? {} : { existingId: canonicalId(existing) }),
  };
}

/** A refusal of the adapter itself, before anything was sent. */
export function unsendable(intentId: string, code: RejectCode, words: { readonly cause: string; readonly fix: string }): WriteResult {
  return { intentId, status: 'rejected', code, retryable: false, ...words };
}

/** Salesforce answered 412: the record changed after the moment the decision was made from. */
export function changedMeanwhile(intentId: string): WriteResult {
  return {
    intentId,
    status: 'rejected',
    code: 'CHANGED_MEANWHILE',
    cause: '412: the record was modified after it was read',
    fix: 'It is read and merged again in the next run.',
    retryable: true,
  };
}

/** A write that certainly was not made because the batch stopped before it. */
export function notSent(intentId: string, why: CrmError): WriteResult {
  return {
    intentId,
    status: 'rejected',
    code: 'NOT_SENT',
    cause: `not sent: ${why.code}, the batch stopped`,
    fix: 'It is planned again in the next run.',
    retryable: true,
    stoppedBy: why,
  };
}

function fieldsOf(error: VendorError): string {
  const missing = error.fields.filter((field) => !error.message.includes(field));
  return missing.length === 0 ? '' : ` (${missing.join(', ')})`;
}
