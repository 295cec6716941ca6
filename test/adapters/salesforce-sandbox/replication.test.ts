import { describe, expect, it } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { START, rig } from './rig.ts';
import type { Answer, Rig } from './rig.ts';

const REST = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest';
const OBJECTS = 'https://developer.salesforce.com/docs/atlas.en-us.object_reference.meta/object_reference';

const MINUTE = 60_000;

function between(r: Rig, kind: 'updated' | 'deleted', start: number, end: number): Promise<Answer> {
  const at = (ms: number): string => encodeURIComponent(new Date(ms).toISOString().replace('Z', '+00:00'));
  return r.send('GET', `/sobjects/Lead/${kind}?start=${at(start)}&end=${at(end)}`);
}

describe('updated and deleted', () => {
  conforms(
    { known: 'specified', source: `${REST}/resources_getupdated.htm` },
    'seconds are ignored on both ends, and the answer says how far it reaches',
    async () => {
      const r = rig();
      const seeded = (seconds: number): string =>
        r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: Date.parse('2026-03-02T09:20:00Z') + seconds * 1000 });
      const ids = [seeded(0), seeded(59), seeded(60), seeded(-1)];
      const answer = await between(r, 'updated', Date.parse('2026-03-02T09:20:45Z'), Date.parse('2026-03-02T09:21:45Z'));
      expect(answer.json).toEqual({ ids: [ids[0], ids[1]], latestDateCovered: '2026-03-02T09:21:00.000+0000' });
    },
  );

  conforms(
    { known: 'assumed', probe: 'GET /sobjects/Lead/updated with an end ten minutes ahead and read latestDateCovered' },
    'the end is never later than the present minute',
    async () => {
      const r = rig();
      const answer = await between(r, 'updated', START - 10 * MINUTE, START + 10 * MINUTE);
      expect(answer.json['latestDateCovered']).toBe('2026-03-02T09:30:00.000+0000');
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_getupdated.htm` },
    'less than a minute, or longer ago than 30 (15) days, is INVALID_REPLICATION_DATE',
    async () => {
      const r = rig();
      const day = 1440 * MINUTE;
      const refused = async (answer: Promise<Answer>): Promise<void> => {
        expect((await answer).json.at(0)?.['errorCode']).toBe('INVALID_REPLICATION_DATE');
      };
      await refused(between(r, 'updated', START - 5 * MINUTE, START - 5 * MINUTE + 10_000));
      await refused(between(r, 'updated', START - 31 * day, START));
      await refused(between(r, 'deleted', START - 16 * day, START));
      await refused(r.send('GET', '/sobjects/Lead/updated?start=yesterday&end=today'));
      await refused(r.send('GET', '/sobjects/Lead/updated'));
      expect((await between(r, 'updated', START - 29 * day, START)).status).toBe(200);
    },
  );

  conforms(
    { known: 'specified', source: `${REST}/resources_getdeleted.htm` },
    'deleted lists what went to the bin, which updated no longer does',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
      await r.send('DELETE', `/sobjects/Lead/${id}`);
      r.advance(2 * MINUTE);
      expect((await between(r, 'updated', START - MINUTE, r.now())).json['ids']).toEqual([]);
      expect((await between(r, 'deleted', START - MINUTE, r.now())).json).toMatchObject({
        deletedRecords: [{ id, deletedDate: '2026-03-02T09:30:15.000+0000' }],
        earliestDateAvailable: '2026-02-15T09:32:00.000+0000',
      });
    },
  );
});

describe('histories', () => {
  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_leadhistory.htm` },
    'LeadHistory keeps tracked fields alone, to the second, the owner twice',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y', LeadSource: 'Web' }, { at: START - 5000 });
      const [queue] = await r.records("SELECT Id FROM Group WHERE Type = 'Queue'");
      const headers = { 'sforce-auto-assign': 'FALSE' };
      await r.send('PATCH', `/sobjects/Lead/${id}`, {
        headers,
        as: 'user',
        body: { Status: 'Working - Contacted', Company: 'not tracked', OwnerId: queue?.['Id'] },
      });
      const rows = await r.records(
        'SELECT LeadId, Field, OldValue, NewValue, DataType, CreatedDate, CreatedBy.Name FROM LeadHistory ORDER BY Id',
      );
      expect(rows.map((one) => [one['Field'], one['DataType'], one['NewValue']])).toEqual([
        ['created', 'Text', null],
        ['Status', 'DynamicEnum', 'Working - Contacted'],
        ['Owner', 'EntityId', queue?.['Id']],
        ['Owner', 'Text', 'Unworked Leads'],
      ]);
      expect(rows[1]).toMatchObject({
        LeadId: id,
        OldValue: 'Open - Not Contacted',
        CreatedDate: '2026-03-02T09:30:15.000+0000',
        CreatedBy: { Name: 'Sasha Seller' },
      });
    },
  );

  conforms(
    { known: 'specified', source: `${OBJECTS}/sforce_api_objects_leadhistory.htm` },
    'writing the same value again leaves no trace',
    async () => {
      const r = rig();
      const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: START });
      await r.send('PATCH', `/sobjects/Lead/${id}`, {
        headers: { 'sforce-auto-assign': 'FALSE' },
        body: { Status: 'Open - Not Contacted' },
      });
      expect((await r.records('SELECT Field FROM LeadHistory')).map((one) => one['Field'])).toEqual(['created']);
    },
  );

  it('the seed writes a past with its authors', async () => {
    const r = rig();
    const mia = r.half.seed.user({ name: 'Mia', email: 'mia@example.com' });
    const id = r.half.seed.insert('Lead', { LastName: 'x', Company: 'y' }, { at: Date.parse('2025-01-01T00:00:00Z'), userId: mia });
    r.half.seed.update('Lead', id, { Status: 'Working - Contacted' }, { at: Date.parse('2025-01-02T00:00:00Z'), userId: mia });
    expect((await r.records('SELECT CreatedDate, CreatedById, OwnerId, LastModifiedDate, SystemModstamp FROM Lead'))[0]).toMatchObject({
      CreatedDate: '2025-01-01T00:00:00.000+0000',
      CreatedById: mia,
      OwnerId: mia,
      LastModifiedDate: '2025-01-02T00:00:00.000+0000',
      SystemModstamp: '2025-01-02T00:00:00.000+0000',
    });
    expect((await r.records("SELECT CreatedDate, CreatedById FROM LeadHistory WHERE Field = 'Status'"))[0]).toMatchObject({
      CreatedDate: '2025-01-02T00:00:00.000+0000',
      CreatedById: mia,
    });
    expect(() => r.half.seed.insert('Lead', { LastName: 'x' }, { at: START })).toThrow('Required fields are missing: [Company]');
  });
});
