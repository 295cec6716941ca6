import { describe, expect, it } from 'vitest';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import { describes, fakeOrg, instanceUrl, refused, rows } from './fake.ts';
import { sandboxOrg } from './org.ts';

describe('automation that uses a field', () => {
  it('is named by field: flows, triggers and rules of leads and contacts, switched on ones only', async () => {
    const org = sandboxOrg();
    const { seed } = org.half;
    seed.automation('Lead', { name: 'Rate_Lead', when: { field: 'Status', becomes: 'Working - Contacted' }, sets: { Rating: 'Hot' } });
    seed.automation('Lead', { name: 'Source', when: { field: 'LeadSource' }, sets: { Rating: 'Cold' }, timing: 'before' });
    seed.automation('Lead', { name: 'LeadTrigger', kind: 'trigger', when: { field: 'Status' }, sets: { Rating: 'Warm' } });
    seed.automation('Opportunity', { name: 'Deal', when: { field: 'StageName' }, sets: { NextStep: 'Call' } });
    seed.validationRule('Lead', { name: 'Reason', formula: 'AND(ISPICKVAL(Status, "Closed"), ISBLANK(Company))', message: 'Why?' });
    seed.validationRule('Lead', { name: 'Old', formula: 'ISPICKVAL(Status, "x")', message: 'No.', active: false });
    const { automation, automationGaps } = await org.crm.describe({ automation: ['Status', 'Rating', 'Email'] });
    expect(automation).toEqual([
      { field: 'Status', name: 'Rate_Lead', kind: 'flow' },
      { field: 'Rating', name: 'Rate_Lead', kind: 'flow' },
      { field: 'Rating', name: 'Source', kind: 'flow' },
      { field: 'Status', name: 'LeadTrigger', kind: 'Apex trigger' },
      { field: 'Rating', name: 'LeadTrigger', kind: 'Apex trigger' },
      { field: 'Status', name: 'Reason', kind: 'validation rule' },
    ]);
    expect(automationGaps).toEqual([]);
  });

  it('is not looked for unless fields are named, and costs no call then', async () => {
    const org = sandboxOrg();
    const { automation, automationGaps } = await org.crm.describe();
    expect(automation).toBeNull();
    expect(automationGaps).toBeUndefined();
    expect(org.log.filter((line) => line.includes('tooling') || line.includes('FlowDefinitionView'))).toEqual([]);
  });

  it('is looked into for 25 flows and no more, and says how many are left out', async () => {
    const org = sandboxOrg();
    for (let n = 0; n < 30; n += 1)
      org.half.seed.automation('Lead', { name: `Flow_${String(n).padStart(2, '0')}`, when: { field: 'Status' }, sets: { Rating: 'Hot' } });
    const { automation, automationGaps } = await org.crm.describe({ automation: ['Status'] });
    expect(automation).toHaveLength(25);
    expect(automationGaps).toEqual(['5 of 30 flows']);
    expect(org.log.filter((line) => line.includes('/tooling/query')).length).toBeLessThanOrEqual(27);
  });

  it('is unknown, not none, where the user may see none of it', async () => {
    const org = fakeOrg((asked) => {
      if (asked.path === '/tooling/query') return refused('INSUFFICIENT_ACCESS', 'no access', 403);
      if (/FlowDefinitionView|ApexTrigger/.test(asked.soql)) return refused('INVALID_TYPE', 'not supported');
      return describes(asked) ?? rows([]);
    });
    const crm = salesforce({ instanceUrl, accessToken: 't' }).connect(org.ports);
    const { automation, automationGaps } = await crm.describe({ automation: ['Status'] });
    expect(automation).toBeNull();
    expect(automationGaps).toEqual(['flows', 'Apex triggers', 'validation rules']);
  });
});
