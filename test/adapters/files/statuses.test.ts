import { describe, expect, it } from 'vitest';

import { statusReader } from '../../../adapters/files/statuses.ts';
import { rungs } from '../../../adapters/files/tables.ts';
import { parseConfig } from '../../../config/schema.ts';
import { csv, withFiles } from './folder.ts';

const stock = parseConfig({ status: { marketing: { blank: 'new' } } });
const at = '2026-01-05T09:00:00Z';

describe('reading a status', () => {
  const reader = statusReader(stock, rungs);
  const read = (side: 'marketing' | 'sales', field: string, rung: string, raw = ''): string => {
    const found = reader.read({ side, field, rung, raw, told: true });
    return `${found.rung} from ${found.raw}`;
  };

  it('a rung in small letters is itself, whatever else the row says', () => {
    expect(read('marketing', 'status', 'new')).toBe('new from null');
    expect(read('sales', 'status', 'handed', 'Anything')).toBe('handed from Anything');
    expect(read('sales', 'owner', 'handed', 'u2')).toBe('handed from u2');
  });

  it("any other text is the CRM's own value, and means what the map of its side says: NEW is handed, not new", () => {
    expect(read('marketing', 'status', 'NEW')).toBe('handed from NEW');
    expect(read('marketing', 'hs_lead_status', '', 'NEW')).toBe('handed from NEW');
    expect(read('sales', 'Status', '', 'Working - Contacted')).toBe('working from Working - Contacted');
    expect(read('sales', 'status', 'NEW')).toBe('null from NEW');
    expect(read('marketing', 'status', 'New')).toBe('null from New');
  });

  it('a rung in capitals is one where no map says otherwise', () => {
    expect(read('sales', 'status', 'MQL')).toBe('mql from MQL');
    expect(read('sales', 'status', '', 'MQL')).toBe('null from MQL');
  });

  it('each field is read by its own map, and a field without one gives no rung', () => {
    expect(read('marketing', 'lifecyclestage', '', 'marketingqualifiedlead')).toBe('mql from marketingqualifiedlead');
    expect(read('marketing', 'lifecyclestage', '', 'NEW')).toBe('null from NEW');
    expect(read('marketing', 'status', '', 'marketingqualifiedlead')).toBe('null from marketingqualifiedlead');
    expect(read('sales', 'owner', '', 'Working - Contacted')).toBe('null from Working - Contacted');
  });

  it('an empty status is what the map says of empty ones, where the file tells statuses at all', () => {
    expect(read('marketing', 'status', '')).toBe('new from null');
    expect(read('marketing', 'lifecyclestage', '')).toBe('null from null');
    expect(read('sales', 'status', '')).toBe('null from null');
    expect(reader.read({ side: 'marketing', field: 'status', rung: '', raw: '', told: false })).toEqual({ rung: null, raw: null });
  });
});

describe('statuses in files', () => {
  it('raw values go through the maps, are kept beside the rung, and unknown ones are listed and never guessed', () =>
    withFiles(
      {
        'leads.csv': csv(
          'lead_id,marketing_status,sales_status,marketing_person_id',
          'p1,IN_PROGRESS,Working - Contacted,m1',
          'p2,,Nurture,m2',
          'p3,,,',
        ),
        'status_changes.csv': csv(
          'change_id,entity_id,occurred_at,recorded_in,field,from_status,to_status,to_raw',
          `c1,p1,${at},hubspot,,,NEW,`,
          `c2,p1,${at},salesforce,Status,new,,Working - Contacted`,
          `c3,p1,${at},hubspot,lifecyclestage,,,marketingqualifiedlead`,
          `c4,p2,${at},salesforce,,,Nurture,`,
          `c5,p2,${at},salesforce,,,Parked,`,
          `c6,p2,${at},salesforce,Rating,,,Hot`,
          `c7,p2,${at},salesforce,,,,`,
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(
          await warehouse.query('SELECT change_id AS id, field, from_status, to_status, to_raw FROM status_changes ORDER BY 1'),
        ).toEqual([
          { id: 'c1', field: 'status', from_status: 'new', to_status: 'handed', to_raw: 'NEW' },
          { id: 'c2', field: 'Status', from_status: 'new', to_status: 'working', to_raw: 'Working - Contacted' },
          { id: 'c3', field: 'lifecyclestage', from_status: null, to_status: 'mql', to_raw: 'marketingqualifiedlead' },
          { id: 'c4', field: 'status', from_status: null, to_status: null, to_raw: 'Nurture' },
          { id: 'c5', field: 'status', from_status: null, to_status: null, to_raw: 'Parked' },
          { id: 'c6', field: 'Rating', from_status: null, to_status: null, to_raw: 'Hot' },
          { id: 'c7', field: 'status', from_status: null, to_status: null, to_raw: null },
        ]);
        // p3 has no record in the marketing CRM, so its status there is not blank: it has none.
        expect(await warehouse.query('SELECT lead_id AS id, marketing_rung AS m, sales_rung AS s FROM leads ORDER BY 1')).toEqual([
          { id: 'p1', m: 'working', s: 'working' },
          { id: 'p2', m: 'new', s: null },
          { id: 'p3', m: null, s: null },
        ]);
        expect(await warehouse.query('SELECT recorded_in, field, value, n FROM unmapped_statuses ORDER BY value')).toEqual([
          { recorded_in: 'sales', field: 'Status', value: 'Nurture', n: 1n },
          { recorded_in: 'sales', field: 'Status', value: 'Parked', n: 1n },
        ]);
        expect(report.warnings).toEqual([
          'status_changes.csv: 1 change of a field that no status map reads without a rung (line 7).',
          'status_changes.csv: 1 change of nothing: to_status and to_raw are empty (line 8).',
          '1 person with the sales status "Nurture" (Status), which has no rung: kept, but counted nowhere. Add it to status.sales.reads in the configuration.',
          '1 person with the sales status "Parked" (Status), which has no rung: kept, but counted nowhere. Add it to status.sales.reads in the configuration.',
        ]);
      },
      { settings: stock },
    ));

  it('a change of owner to somebody of sales is the hand-over of whom no status showed as handed over, as in a pull', () =>
    withFiles(
      {
        'users.csv': csv('user_id,team', 'u1,marketing', 'u2,sales', 'u3,sales'),
        'leads.csv': csv('lead_id', 'p1', 'p2', 'p3'),
        'status_changes.csv': csv(
          'entity_id,occurred_at,recorded_in,field,from_raw,to_raw,to_status',
          `p1,${at},sales,Owner,u1,u2,`,
          'p1,2026-01-06T09:00:00Z,sales,owner,u2,u3,',
          `p2,${at},sales,owner,u1,u2,`,
          `p2,${at},sales,,,,handed`,
          `p3,${at},sales,owner,u2,u3,`,
        ),
      },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([]);
        expect(
          await warehouse.query(`SELECT entity_id, field, rule, to_raw FROM status_changes WHERE to_status = 'handed' ORDER BY 1`),
        ).toEqual([
          { entity_id: 'p1', field: 'owner', rule: 'owner', to_raw: 'u2' },
          { entity_id: 'p2', field: 'status', rule: null, to_raw: null },
        ]);
      },
    ));

  it("a deal's stage is open, won or lost; any other is kept and said to count nowhere", () =>
    withFiles(
      {
        'deals.csv': csv('deal_id,outcome', 'd1,won'),
        'deal_contacts.csv': csv('deal_id,lead_id', 'd1,p1'),
        'status_changes.csv': csv(
          'change_id,entity,entity_id,occurred_at,recorded_in,to_status,to_raw',
          `c1,deal,d1,${at},sales,Negotiation,`,
          `c2,deal,d1,${at},sales,Closed Won,`,
          `c3,deal,d1,${at},sales,lost,Closed Lost (price)`,
          `c4,ticket,d1,${at},sales,won,`,
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(await warehouse.query('SELECT to_status, to_raw FROM status_changes ORDER BY change_id')).toEqual([
          { to_status: null, to_raw: 'Negotiation' },
          { to_status: 'won', to_raw: 'Closed Won' },
          { to_status: 'lost', to_raw: 'Closed Lost (price)' },
        ]);
        expect(report.warnings.slice(0, 2)).toEqual([
          'status_changes.csv:5: skipped, entity "ticket" is none of lead, deal.',
          'status_changes.csv: 1 change of a deal to a stage that is none of open, won, lost: kept in to_raw, but counted nowhere (line 2).',
        ]);
      },
    ));
});
