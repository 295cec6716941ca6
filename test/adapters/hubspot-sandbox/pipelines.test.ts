import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, results, testPortal, text } from './portal.ts';

const GUIDE = 'https://developers.hubspot.com/docs/api-reference/latest/crm/pipelines/guide';
const MODELS = '@hubspot/api-client lib/codegen/crm/pipelines/models';
const STAGE = { label: 'Talking', displayOrder: 0, metadata: { probability: '0.5' } };
const RENEWALS = {
  label: 'Renewals',
  displayOrder: 1,
  stages: [STAGE, { label: 'Renewed', displayOrder: 1, metadata: { probability: '1.0' } }],
};

describe('a pipeline', () => {
  conforms({ known: 'specified', source: GUIDE }, 'is made with its stages, whose probability says whether they are closed', async () => {
    const portal = testPortal();
    const made = await portal.send('POST /crm/v3/pipelines/deals', RENEWALS);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ label: 'Renewals', archived: false, createdAt: '2026-03-02T15:00:00.000Z' });
    expect(dig(made, 'stages')).toMatchObject([
      { label: 'Talking', metadata: { probability: '0.5', isClosed: 'false' } },
      { label: 'Renewed', metadata: { probability: '1.0', isClosed: 'true' } },
    ]);
    const [stage, won] = [text(made, 'stages', 0, 'id'), text(made, 'stages', 1, 'id')];
    const properties = { dealname: 'D', pipeline: text(made, 'id'), dealstage: stage };
    const deal = text(await portal.send('POST /crm/v3/objects/deals', { properties }), 'id');
    await portal.send(`PATCH /crm/v3/objects/deals/${deal}`, { properties: { dealstage: won } });
    const read = await portal.send(`GET /crm/v3/objects/deals/${deal}?properties=hs_is_closed_won`);
    expect(dig(read, 'properties', 'hs_is_closed_won')).toBe('true');
  });

  conforms({ known: 'specified', source: GUIDE }, 'needs stages, and deal stages a probability from 0 to 1', async () => {
    const portal = testPortal();
    for (const stages of [[], [{ ...STAGE, metadata: {} }], [{ ...STAGE, metadata: { probability: '1.5' } }]])
      expect((await portal.send('POST /crm/v3/pipelines/deals', { ...RENEWALS, stages })).status).toBe(400);
    expect((await portal.send('POST /crm/v3/pipelines/contacts', RENEWALS)).status).toBe(400);
  });

  conforms(
    { known: 'specified', source: `${MODELS}/PipelineStageInput.d.ts` },
    'has a label of its own, as each of its stages',
    async () => {
      const portal = testPortal();
      await portal.send('POST /crm/v3/pipelines/deals', RENEWALS);
      expect((await portal.send('POST /crm/v3/pipelines/deals', RENEWALS)).status).toBe(400);
      expect((await portal.send('POST /crm/v3/pipelines/deals', { ...RENEWALS, label: 'X', stages: [STAGE, STAGE] })).status).toBe(400);
    },
  );

  conforms({ known: 'specified', source: GUIDE }, 'is renamed, replaced, and deleted', async () => {
    const portal = testPortal();
    const path = `/crm/v3/pipelines/deals/${text(await portal.send('POST /crm/v3/pipelines/deals', RENEWALS), 'id')}`;
    expect(dig(await portal.send(`PATCH ${path}`, { label: 'Again' }), 'label')).toBe('Again');
    const replaced = await portal.send(`PUT ${path}`, { label: 'New', displayOrder: 2, stages: [STAGE] });
    expect([dig(replaced, 'label'), dig(replaced, 'stages', 'length')]).toEqual(['New', 1]);
    expect((await portal.send(`DELETE ${path}`)).status).toBe(204);
    expect((await portal.send(`GET ${path}`)).status).toBe(404);
  });

  conforms(
    { known: 'specified', source: GUIDE },
    'in use is deleted before 2026-09, and from then on only when told not to look',
    async () => {
      for (const [version, looked] of [
        ['v3', 204],
        ['2026-09', 400],
      ] as const) {
        const portal = testPortal();
        const path = version === 'v3' ? '/crm/v3/pipelines/deals' : `/crm/pipelines/${version}/deals`;
        const made = await portal.send(`POST ${path}`, RENEWALS);
        const properties = { dealname: 'D', pipeline: text(made, 'id'), dealstage: text(made, 'stages', 0, 'id') };
        await portal.send('POST /crm/v3/objects/deals', { properties });
        const own = `${path}/${text(made, 'id')}`;
        expect((await portal.send(`DELETE ${own}?validateDealStageUsagesBeforeDelete=true`)).status).toBe(400);
        expect((await portal.send(`DELETE ${own}`)).status).toBe(looked);
        if (looked === 400) expect((await portal.send(`DELETE ${own}?validateDealStageUsagesBeforeDelete=false`)).status).toBe(204);
      }
    },
  );
});

describe('a stage', () => {
  conforms({ known: 'specified', source: GUIDE }, 'is added, changed and deleted; what a change leaves out stays', async () => {
    const portal = testPortal();
    const added = await portal.send('POST /crm/v3/pipelines/deals/default/stages', { ...STAGE, displayOrder: 8 });
    expect([added.status, dig(added, 'metadata', 'isClosed')]).toEqual([201, 'false']);
    const path = `/crm/v3/pipelines/deals/default/stages/${text(added, 'id')}`;
    expect((await portal.send(`PATCH ${path}`, { label: 'Meeting' })).body).toMatchObject({ label: 'Meeting', displayOrder: 8 });
    expect(results(await portal.send('GET /crm/v3/pipelines/deals/default/stages'))).toHaveLength(8);
    expect((await portal.send(`DELETE ${path}`)).status).toBe(204);
    expect((await portal.send(`GET ${path}`)).status).toBe(404);
  });

  conforms(
    { known: 'specified', source: `${MODELS}/PublicAuditInfo.d.ts` },
    'and its pipeline tell what was done to them, the newest first',
    async () => {
      const portal = testPortal();
      const id = text(await portal.send('POST /crm/v3/pipelines/deals', RENEWALS), 'id');
      portal.clock.advance(1000);
      await portal.send(`PATCH /crm/v3/pipelines/deals/${id}`, { label: 'Again' });
      const audit = results(await portal.send(`GET /crm/v3/pipelines/deals/${id}/audit`));
      expect(audit.map((one) => [one['action'], one['identifier'], one['timestamp'], one['portalId']])).toEqual([
        ['UPDATE', id, '2026-03-02T15:00:01.000Z', 4711],
        ['CREATE', id, '2026-03-02T15:00:00.000Z', 4711],
      ]);
      await portal.send('PATCH /crm/v3/pipelines/deals/default/stages/closedwon', { label: 'Won' });
      const stage = results(await portal.send('GET /crm/v3/pipelines/deals/default/stages/closedwon/audit'));
      expect(stage).toMatchObject([{ action: 'UPDATE', rawObject: { label: 'Won' } }]);
      expect(results(await portal.send('GET /crm/v3/pipelines/deals/default/audit'))).toEqual([]);
    },
  );
});
