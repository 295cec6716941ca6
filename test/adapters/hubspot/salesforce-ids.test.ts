import { expect, test } from 'vitest';
import { fullSalesforceId } from '../../../adapters/hubspot/salesforce-ids.ts';

test.each([
  ['00Q5f00000AbCdE', '00Q5f00000AbCdEEAV'],
  ['001A0000006Vm9r', '001A0000006Vm9rIAC'],
])('the id %s of a report is the record %s', (short, long) => {
  expect(fullSalesforceId(short)).toBe(long);
});

test('an id that is whole, and anything that is none, stays as it is', () => {
  for (const text of ['001A0000006Vm9rIAC', '12345', '', '123456789012345', 'ann@example.com']) expect(fullSalesforceId(text)).toBe(text);
});
