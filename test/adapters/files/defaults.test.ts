import { describe, expect, it } from 'vitest';

import { csv, withFiles } from './folder.ts';

const at = '2026-01-05T09:00:00Z';

describe('what a touch is taken for where its file does not say', () => {
  it("a form, click, visit, event or response is the prospect's own: never a contact by sales", () =>
    withFiles(
      {
        'leads.csv': csv('lead_id', 'p1'),
        'touches.csv': csv(
          'lead_id,occurred_at,kind',
          ...['form', 'click', 'visit', 'event', 'response', 'call'].map((kind) => `p1,${at},${kind}`),
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(report.warnings).toEqual([
          "touches.csv: 5 forms, clicks, visits, events and responses without side, direction or actor_kind taken for the prospect's own (marketing, in, prospect).",
          'touches.csv: 1 row without a side taken for a contact by sales.',
          'touches.csv: 1 row without a direction taken for outbound.',
          "touches.csv: 1 row without an actor_kind taken for a human's.",
        ]);
        expect(
          await warehouse.query(
            'SELECT DISTINCT side, direction, actor_kind, CAST(count(*) AS INTEGER) AS n FROM touches GROUP BY 1, 2, 3 ORDER BY n',
          ),
        ).toEqual([
          { side: 'sales', direction: 'out', actor_kind: 'human', n: 1 },
          { side: 'marketing', direction: 'in', actor_kind: 'prospect', n: 5 },
        ]);
      },
    ));

  it('what the file says stands, and what it says in full needs no warning', () =>
    withFiles(
      {
        'leads.csv': csv('lead_id', 'p1'),
        'touches.csv': csv(
          'touch_id,lead_id,occurred_at,kind,side,direction,actor_kind',
          `t1,p1,${at},event,sales,out,human`,
          `t2,p1,${at},email,marketing,out,workflow`,
          `t3,p1,${at},email,sales,in,prospect`,
        ),
      },
      async (warehouse, run) => {
        expect((await run()).warnings).toEqual([]);
        expect(await warehouse.query('SELECT side, direction, actor_kind FROM touches ORDER BY touch_id')).toEqual([
          { side: 'sales', direction: 'out', actor_kind: 'human' },
          { side: 'marketing', direction: 'out', actor_kind: 'workflow' },
          { side: 'sales', direction: 'in', actor_kind: 'prospect' },
        ]);
      },
    ));

  it('users.csv tells the team of whoever acted, and which actors are programs', () =>
    withFiles(
      {
        'leads.csv': csv('lead_id', 'p1'),
        'users.csv': csv('user_id,team,kind,email', 'u1,marketing,,', 'u2,sales,,', 'u3,sales,integration,', 'u4,,,robot@us.example'),
        'touches.csv': csv(
          'touch_id,lead_id,occurred_at,kind,direction,actor_id,actor_kind',
          ...['u1', 'u2', 'u3', 'u4', ''].map((user, n) => `t${n},p1,${at},email,out,${user},${n === 2 ? 'human' : ''}`),
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(await warehouse.query('SELECT side, actor_kind FROM touches ORDER BY touch_id')).toEqual([
          { side: 'marketing', actor_kind: 'human' },
          { side: 'sales', actor_kind: 'human' },
          { side: 'sales', actor_kind: 'integration' },
          { side: 'sales', actor_kind: 'integration' },
          { side: 'sales', actor_kind: 'human' },
        ]);
        expect(report.warnings).toEqual([
          'touches.csv: 2 rows without a side taken for a contact by sales.',
          "touches.csv: 3 rows without an actor_kind taken for a human's.",
        ]);
      },
    ));

  it('without a kind it is no touch: the row is skipped, and a file without the column is refused', () =>
    withFiles(
      { 'leads.csv': csv('lead_id', 'p1'), 'touches.csv': csv('lead_id,occurred_at,kind', `p1,${at},`, `p1,${at},call`) },
      async (warehouse, run) => {
        expect((await run()).problems).toEqual([{ file: 'touches.csv', line: 2, problem: 'skipped, kind is empty' }]);
        expect(await warehouse.query('SELECT touch_id FROM touches')).toEqual([{ touch_id: 'touches.csv:3' }]);
        await expect(run({ 'touches.csv': csv('lead_id,occurred_at,kinds', `p1,${at},call`) })).rejects.toMatchObject({
          code: 'IMPORT_COLUMN_MISSING',
          message: 'touches.csv has no column kind. The column "kinds" may be meant.',
        });
      },
    ));

  it('a touch of a deal alone is taken, one of nobody is not', () =>
    withFiles(
      {
        'deals.csv': csv('deal_id,outcome', 'd1,open'),
        'deal_contacts.csv': csv('deal_id,lead_id', 'd1,p1'),
        'touches.csv': csv('lead_id,deal_id,occurred_at,kind', `,d1,${at},call`, `,,${at},call`),
      },
      async (warehouse, run) => {
        expect((await run()).problems).toEqual([{ file: 'touches.csv', line: 3, problem: 'skipped, lead_id and deal_id are empty' }]);
        expect(await warehouse.query('SELECT lead_id, deal_id FROM touches')).toEqual([{ lead_id: null, deal_id: 'd1' }]);
        expect(await warehouse.query('SELECT lead_id FROM leads')).toEqual([{ lead_id: 'p1' }]);
        await run({ 'touches.csv': csv('deal_id,occurred_at,kind', `d1,${at},call`) });
        await expect(run({ 'touches.csv': csv('occurred_at,kind', `${at},call`) })).rejects.toMatchObject({
          message: 'touches.csv has no column lead_id or deal_id.',
        });
      },
    ));
});

describe('what deals are taken for', () => {
  it('an open deal has an expected date, but no close date; one without an outcome is open, and says so', () =>
    withFiles(
      {
        'deals.csv': csv(
          'deal_id,outcome,closed_at',
          'd1,open,2026-05-01',
          'd2,won,2026-05-01',
          'd3,,2026-06-01',
          'd4,Closed Lost,2026-06-01',
          'd5,maybe,2026-06-01',
        ),
        'deal_contacts.csv': csv('deal_id,lead_id', 'd1,p1', 'd2,p1', 'd3,p1', 'd4,p1'),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(await warehouse.query('SELECT deal_id, outcome, closed_at IS NOT NULL AS closed FROM deals ORDER BY 1')).toEqual([
          { deal_id: 'd1', outcome: 'open', closed: false },
          { deal_id: 'd2', outcome: 'won', closed: true },
          { deal_id: 'd3', outcome: 'open', closed: false },
          { deal_id: 'd4', outcome: 'lost', closed: true },
        ]);
        expect(report.warnings.slice(0, 3)).toEqual([
          'deals.csv:6: skipped, outcome "maybe" is none of open, won, lost.',
          'deals.csv: the closed_at of 2 open deals taken for an expected date and left out (the first in line 2).',
          'deals.csv: 1 deal without an outcome taken for open.',
        ]);
      },
    ));

  it('an amount in two columns that disagree, of no currency or of no number is left empty, and never added up', () =>
    withFiles(
      {
        'deals.csv': csv(
          'deal_id;amount;amount_minor;currency;outcome',
          'd1;10.50;1050;eur;won',
          'd2;10.50;1051;EUR;won',
          'd3;10,5;;;won',
          'd4;1,234;;EUR;won',
          'd5;10;;€;won',
          'd6;;99;JPY;won',
          'd7;1.5;;JPY;won',
        ),
        'deal_contacts.csv': csv('deal_id,lead_id', ...[1, 2, 3, 4, 5, 6, 7].map((n) => `d${n},p1`)),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(await warehouse.query('SELECT deal_id, amount_minor, currency, amount_base FROM deals ORDER BY 1')).toEqual([
          { deal_id: 'd1', amount_minor: 1050n, currency: 'EUR', amount_base: 1050n },
          { deal_id: 'd2', amount_minor: null, currency: null, amount_base: null },
          { deal_id: 'd3', amount_minor: 1050n, currency: 'EUR', amount_base: 1050n },
          { deal_id: 'd4', amount_minor: null, currency: null, amount_base: null },
          { deal_id: 'd5', amount_minor: null, currency: null, amount_base: null },
          { deal_id: 'd6', amount_minor: 99n, currency: 'JPY', amount_base: null },
          { deal_id: 'd7', amount_minor: null, currency: null, amount_base: null },
        ]);
        expect(report.problems).toEqual([
          { file: 'deals.csv', line: 3, problem: 'left empty, amount and amount_minor do not say the same amount of EUR' },
          { file: 'deals.csv', line: 5, problem: 'left empty, amount "1,234" is no amount of EUR' },
          { file: 'deals.csv', line: 6, problem: 'left empty, currency "€" is no ISO 4217 code, so the amount means nothing' },
          { file: 'deals.csv', line: 8, problem: 'left empty, amount "1.5" is no amount of JPY' },
        ]);
        expect(report.warnings).toContain('deals: 1 amount not in EUR and without amount_base left out of sums.');
      },
    ));
});

describe('what campaigns and users are taken for', () => {
  it("the sales CRM's campaigns become the JSON array that the warehouse holds", () =>
    withFiles(
      {
        'campaigns.csv': csv('campaign_id,sales_campaign_ids', 'k1,701A', 'k2,701A; 701B', 'k3,"[""701A"",""701B""]"', 'k4,', 'k5,"[701A"'),
      },
      async (warehouse, run) => {
        await run();
        expect(
          (await warehouse.query('SELECT sales_campaign_ids AS ids FROM campaigns ORDER BY campaign_id')).map((row) => row['ids']),
        ).toEqual(['["701A"]', '["701A","701B"]', '["701A","701B"]', null, '["[701A"]']);
      },
    ));

  it("a team of any name is the user's role, and a side only where the configuration says so", () =>
    withFiles(
      {
        'users.csv': csv(
          'user_id,team,email,role,kind',
          'u1,Field Sales,,,',
          'u2,EMEA,Mara@us.example,,',
          'u3,EMEA,x@us.example,Manager,',
          'u4,Sales,,,',
          'u5,,robot@us.example,,person',
          'u6,,,,wizard',
        ),
      },
      async (warehouse, run) => {
        const report = await run();
        expect(await warehouse.query('SELECT team, role, kind FROM users ORDER BY user_id')).toEqual([
          { team: 'sales', role: 'Field Sales', kind: 'person' },
          { team: 'marketing', role: 'EMEA', kind: 'person' },
          { team: null, role: 'Manager', kind: 'person' },
          { team: 'sales', role: null, kind: 'person' },
          { team: null, role: null, kind: 'integration' },
          { team: null, role: null, kind: 'person' },
        ]);
        expect(report.warnings.slice(0, 2)).toEqual([
          'users.csv:7: left empty, kind "wizard" is none of person, queue, integration.',
          'users.csv: 1 user of a team that is neither marketing nor sales nor listed in teams.marketing or teams.sales: kept as the role, without a side (line 4).',
        ]);
      },
    ));
});
