const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ012345';

/**
 * A record id of Salesforce in its one form of 18 characters. People copy ids of 15 from reports and addresses into
 * HubSpot; the three more say which letters of each five are capitals. Anything that is no such id stays as it is.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api.meta/api/field_types.htm (ID field type)
 * @example
 * fullSalesforceId('00Q5g00000AbCdE'); // '00Q5g00000AbCdEEAV'
 */
export function fullSalesforceId(id: string): string {
  if (!/^0[0-9A-Za-z]{14}$/.test(id)) return id;
  const check = [0, 5, 10].map((start) => {
    const capitals = Array.from(id.slice(start, start + 5), (letter, place) => (letter >= 'A' && letter <= 'Z' ? 2 ** place : 0));
    return alphabet[capitals.reduce((sum, bit) => sum + bit, 0)] ?? '';
  });
  return id + check.join('');
}
