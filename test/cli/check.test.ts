import { describe, expect, it } from 'vitest';
import { userHttp } from '../support/user-http.ts';
import { api, desk, office } from './support.ts';

describe('truce check', () => {
  it('names the rules of Salesforce that use a mapped field, and what it could not look at', async () => {
    await using o = await office();
    using d = desk(o.box);
    const admin = userHttp(o.box.salesforce.url, o.box.salesforce.accessToken);
    const formula = 'ISPICKVAL(Status, "Closed - Not Converted")';
    const Metadata = { active: true, errorConditionFormula: formula, errorMessage: 'Say why.' };
    await admin.send('POST', `${api}/tooling/sobjects/ValidationRule`, { FullName: 'Lead.Reason', Metadata });
    const text = await d.run(['check']);
    expect(text.text).toContain('sales: Status is used by validation rule "Reason" (AUTOMATION)');
    expect(text.text).toContain('marketing: not checked for use of the mapped fields: workflows');
    const json = (await d.run(['check', '--json'])).json();
    expect(json.automation).toEqual({ marketing: null, sales: [{ field: 'Status', name: 'Reason', kind: 'validation rule' }] });
    expect(json.exit).toBe(0);
  });
});
