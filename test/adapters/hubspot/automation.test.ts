import { describe, expect, it } from 'vitest';
import { jsonAnswer, openPortal } from './portal.ts';

const flow = (id: string, more: Readonly<Record<string, unknown>> = {}) => ({
  id,
  name: `Flow ${id}`,
  isEnabled: true,
  objectTypeId: '0-1',
  flowType: 'WORKFLOW',
  revisionId: '1',
  ...more,
});
/** Of the documented shape: an enrolment filter, and an action that sets a property. */
const reads = {
  enrollmentCriteria: { listFilterBranch: { filterBranches: [{ filters: [{ property: 'hs_lead_status' }] }], filters: [] } },
};
const sets = { actions: [{ type: 'SINGLE_CONNECTION', actionTypeId: '0-5', fields: { property_name: 'hs_lead_status' } }] };

describe('workflows that use a property', () => {
  it('are those of contacts that are switched on, by what they enrol on and by what they set', async () => {
    const portal = openPortal();
    const asked: string[] = [];
    portal.meddle((request, path) => {
      if (!path.startsWith('/automation/v4/flows')) return undefined;
      asked.push(`${request.method} ${path} ${typeof request.body === 'string' ? request.body : ''}`.trim());
      if (path.includes('batch/read'))
        return jsonAnswer(200, { results: [flow('1', reads), flow('2', sets), flow('3', { actions: [] }), flow('6', reads)] });
      if (path.includes('after=')) return jsonAnswer(200, { results: [flow('6')] });
      const off = [flow('4', { isEnabled: false }), flow('5', { objectTypeId: '0-3' })];
      return jsonAnswer(200, { results: [flow('1'), flow('2'), flow('3'), ...off], paging: { next: { after: 'p2' } } });
    });
    const { automation, automationGaps } = await portal.connect().describe({ automation: ['hs_lead_status', 'email'] });
    expect(automation?.map(({ field, name, kind }) => [field, name, kind])).toEqual([
      ['hs_lead_status', 'Flow 1', 'workflow'],
      ['hs_lead_status', 'Flow 2', 'workflow'],
      ['hs_lead_status', 'Flow 6', 'workflow'],
    ]);
    expect(automationGaps).toEqual([]);
    const inputs = ['1', '2', '3', '6'].map((flowId) => ({ type: 'FLOW_ID', flowId }));
    expect(asked.at(-1)).toBe(`POST /automation/v4/flows/batch/read ${JSON.stringify({ inputs })}`);
  });

  it('are unknown, not none, where the token lacks the scope', async () => {
    const portal = openPortal();
    portal.meddle((_request, path) =>
      path.startsWith('/automation')
        ? jsonAnswer(403, { status: 'error', message: 'no', category: 'MISSING_SCOPES', correlationId: 'c' })
        : undefined,
    );
    const { automation, automationGaps } = await portal.connect().describe({ automation: ['hs_lead_status'] });
    expect(automation).toBeNull();
    expect(automationGaps).toEqual(['workflows (grant the scope automation to have them listed)']);
  });

  it('cost no call unless properties are named', async () => {
    const portal = openPortal();
    expect((await portal.connect().describe()).automation).toBeNull();
    expect(portal.sent.filter(({ path }) => path.startsWith('/automation'))).toEqual([]);
  });
});
