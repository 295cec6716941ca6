import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { dig, testPortal, text, type Reply } from './portal.ts';

const RECORDS = 'https://developers.hubspot.com/docs/api-reference/legacy/crm/limits-tracking/limits/get-records';
const PIPELINES = 'https://developers.hubspot.com/docs/api-reference/latest/crm/limits-tracking/get-pipelines';
const CUSTOM = 'https://developers.hubspot.com/docs/api-reference/latest/crm/limits-tracking/get-custom-properties';

function of(reply: Reply, member: string, objectTypeId: string): unknown {
  const list = dig(reply, member);
  return Array.isArray(list) ? list.find((one: { objectTypeId?: string }) => one.objectTypeId === objectTypeId) : undefined;
}

describe('the account tells how much it holds and may hold', () => {
  conforms({ known: 'specified', source: RECORDS }, 'of records, deleted ones left out', async () => {
    const portal = testPortal();
    const [ann] = [text(await portal.send('POST /crm/v3/objects/contacts', { properties: {} }), 'id')];
    await portal.send('POST /crm/v3/objects/contacts', { properties: {} });
    await portal.send(`DELETE /crm/v3/objects/contacts/${ann}`);
    for (const path of ['/crm/v3/limits/records', '/crm/limits/2026-03/records']) {
      const reply = await portal.send(`GET ${path}`);
      expect(of(reply, 'hubspotDefinedObjectTypes', '0-1')).toEqual({
        objectTypeId: '0-1',
        singularLabel: 'Contact',
        pluralLabel: 'Contacts',
        limit: 15_000_000,
        usage: 1,
        percentage: 100 / 15_000_000,
      });
      expect(dig(reply, 'customObjectTypes', 'byObjectType')).toEqual([]);
    }
  });

  conforms({ known: 'specified', source: PIPELINES }, 'of pipelines', async () => {
    const portal = testPortal();
    const stages = [{ label: 'S', displayOrder: 0, metadata: { probability: '0.5' } }];
    await portal.send('POST /crm/v3/pipelines/deals', { label: 'P', displayOrder: 1, stages });
    expect(of(await portal.send('GET /crm/v3/limits/pipelines'), 'hubspotDefinedObjectTypes', '0-3')).toMatchObject({ usage: 2 });
  });

  conforms({ known: 'specified', source: CUSTOM }, 'of custom properties, by object and together', async () => {
    const portal = testPortal({ provisioned: false });
    const usage = async (): Promise<readonly unknown[]> => {
      const reply = await portal.send('GET /crm/v3/limits/custom-properties');
      return [(of(reply, 'byObjectType', '0-3') as { usage?: unknown }).usage, dig(reply, 'overallUsage')];
    };
    const [before, together] = await usage();
    const property = { name: 'truce_note', label: 'Note', type: 'string', fieldType: 'text', groupName: 'dealinformation' };
    expect((await portal.send('POST /crm/v3/properties/deals', property)).status).toBe(201);
    expect(await usage()).toEqual([Number(before) + 1, Number(together) + 1]);
    await portal.send('DELETE /crm/v3/properties/deals/truce_note');
    expect(await usage()).toEqual([before, together]);
  });
});
