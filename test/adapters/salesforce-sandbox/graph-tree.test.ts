import { describe, expect } from 'vitest';
import { conforms } from '../../conformance/conforms.ts';
import { V, rig } from './rig.ts';
import type { Json } from './rig.ts';

const LIMITS = 'https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api/resources_composite_graph_limits.htm';
const GRAPHS = 'https://developer.salesforce.com/docs/atlas.ja-jp.252.0.api_rest.meta/api_rest/resources_composite_graph_introduction.htm';
const TREE = 'https://developer.salesforce.com/docs/platform/api-rest/guide/resources-composite-sobject-tree.html';
const TREE_ANSWER = 'https://developer.salesforce.com/docs/atlas.en-us.196.0.api_rest.meta/api_rest/responses_composite_sobject_tree.htm';

const node = (referenceId: string, object: string, body: unknown) => ({
  method: 'POST',
  url: `${V}/sobjects/${object}`,
  referenceId,
  body,
});
const pair = (graphId: string, email = 'a@example.com') => ({
  graphId,
  compositeRequest: [
    node('account', 'Account', { Name: graphId }),
    node('contact', 'Contact', { LastName: 'C', Email: email, AccountId: '@{account.id}' }),
  ],
});

describe('composite graphs', () => {
  conforms(
    { known: 'specified', source: GRAPHS },
    'do each graph as a whole: one that fails leaves nothing, the others stand',
    async () => {
      const r = rig();
      const before = r.half.counts().calls;
      const answer = await r.send('POST', '/composite/graph', { body: { graphs: [pair('one'), pair('two', 'nonsense'), pair('three')] } });
      expect(answer.status).toBe(200);
      const graphs = answer.json['graphs']?.map((one) => one) ?? [];
      expect(graphs.map((one) => [one['graphId'], one['isSuccessful']] as unknown[])).toEqual([
        ['one', true],
        ['two', false],
        ['three', true],
      ]);
      const parts = (index: number) =>
        graphs[index]?.['graphResponse']?.['compositeResponse']?.map(
          (one) => [one['referenceId'], one['httpStatusCode'], one['body']?.at?.(0)?.['errorCode']] as unknown[],
        );
      expect(parts(0)).toEqual([
        ['account', 201, undefined],
        ['contact', 201, undefined],
      ]);
      expect(parts(1)).toEqual([
        ['account', 400, 'PROCESSING_HALTED'],
        ['contact', 400, 'INVALID_EMAIL_ADDRESS'],
      ]);
      expect((await r.records('SELECT Name FROM Account ORDER BY Name')).map((one) => one['Name'])).toEqual(['one', 'three']);
      expect((await r.records('SELECT Account.Name FROM Contact')).map((one) => one['Account']?.['Name'])).toHaveLength(2);
      // The graphs together, and the two queries.
      expect(r.half.counts().calls - before).toBe(3);
    },
  );

  conforms({ known: 'specified', source: LIMITS }, 'are at most 75, with 500 nodes, 15 kinds of node and 15 levels', async () => {
    const r = rig();
    const send = async (graphs: unknown[]) => (await r.send('POST', '/composite/graph', { body: { graphs } })).status;
    const wide = (graphId: string, count: number) => ({
      graphId,
      compositeRequest: Array.from({ length: count }, (_, n) => node(`n${String(n)}`, 'Account', { Name: 'A' })),
    });
    expect([
      await send(Array.from({ length: 76 }, (_, n) => wide(`g${String(n)}`, 1))),
      await send(Array.from({ length: 75 }, (_, n) => wide(`g${String(n)}`, 1))),
    ]).toEqual([400, 200]);
    expect([await send([wide('g', 501)]), await send([wide('g', 500)])]).toEqual([400, 200]);
    const chain = (depth: number) => ({
      graphId: 'g',
      compositeRequest: Array.from({ length: depth }, (_, n) =>
        node(`n${String(n)}`, 'Account', { Name: 'A', ...(n === 0 ? {} : { ParentId: `@{n${String(n - 1)}.id}` }) }),
      ),
    });
    expect([await send([chain(16)]), await send([chain(15)])]).toEqual([400, 200]);
    const kinds = ['Account', 'Contact', 'Lead', 'Campaign', 'Opportunity', 'Task'].flatMap((object) =>
      ['GET', 'PATCH', 'DELETE'].map((method) => ({
        method,
        url: `${V}/sobjects/${object}/001000000000000`,
        referenceId: `${object}${method}`,
      })),
    );
    expect(await send([{ graphId: 'g', compositeRequest: kinds.slice(0, 16) }])).toBe(400);
    expect(await send([{ graphId: 'g', compositeRequest: kinds.slice(0, 15) }])).toBe(200);
  });

  conforms({ known: 'specified', source: LIMITS }, 'are not begun any more once more than fourteen failed', async () => {
    const after = async (failures: number) => {
      const r = rig();
      const graphs = [...Array.from({ length: failures }, (_, n) => pair(`bad${String(n)}`, 'nonsense')), pair('good')];
      const { json } = await r.send('POST', '/composite/graph', { body: { graphs } });
      const last = json['graphs']?.at(failures);
      const code: unknown = last?.['graphResponse']?.['compositeResponse']?.at(0)?.['body']?.at?.(0)?.['errorCode'];
      return [last?.['isSuccessful'] as unknown, code, r.half.counts().rows['Account']];
    };
    expect(await after(14)).toEqual([true, undefined, 1]);
    expect(await after(15)).toEqual([false, 'PROCESSING_HALTED', 0]);
  });

  conforms({ known: 'specified', source: GRAPHS }, 'have rows for nodes and nothing else, and names that differ', async () => {
    const r = rig();
    const refused = async (graphs: unknown[]) => (await r.send('POST', '/composite/graph', { body: { graphs } })).status;
    const query = { method: 'GET', url: `${V}/query?q=SELECT+Id+FROM+Lead`, referenceId: 'q' };
    expect(await refused([{ graphId: 'g', compositeRequest: [query] }])).toBe(400);
    expect(await refused([pair('same'), pair('same')])).toBe(400);
    expect(await refused([pair('a.b')])).toBe(400);
    expect(await refused([])).toBe(400);
  });
});

describe('sObject trees', () => {
  const account = (referenceId: string, more: Record<string, unknown> = {}) => ({
    attributes: { type: 'Account', referenceId },
    Name: referenceId,
    ...more,
  });
  const contact = (referenceId: string, more: Record<string, unknown> = {}) => ({
    attributes: { type: 'Contact', referenceId },
    LastName: referenceId,
    ...more,
  });
  const send = (r: ReturnType<typeof rig>, records: unknown[], object = 'Account') =>
    r.send('POST', `/composite/tree/${object}`, { body: { records } });

  conforms(
    { known: 'specified', source: TREE_ANSWER },
    'make parents with their children and name the ids by reference, level by level',
    async () => {
      const r = rig();
      const records = [account('ref1', { Contacts: { records: [contact('ref2'), contact('ref3')] } }), account('ref4')];
      const { status, json } = await send(r, records);
      expect(status).toBe(201);
      expect(json).toEqual({
        hasErrors: false,
        results: ['ref1', 'ref4', 'ref2', 'ref3'].map((referenceId) => ({
          referenceId,
          id: expect.stringMatching(/^00[13]\w{15}$/) as unknown,
        })),
      });
      const made = await r.records('SELECT LastName, Account.Name FROM Contact ORDER BY LastName');
      expect(made.map((one) => [one['LastName'], one['Account']?.['Name']] as unknown[])).toEqual([
        ['ref2', 'ref1'],
        ['ref3', 'ref1'],
      ]);
    },
  );

  conforms({ known: 'specified', source: TREE_ANSWER }, 'make nothing when one record is refused, and show that one alone', async () => {
    const r = rig();
    const { status, json } = await send(r, [account('ref1', { Contacts: { records: [contact('ref2', { Email: '123' })] } })]);
    expect(status).toBe(400);
    expect(json).toEqual({
      hasErrors: true,
      results: [
        {
          referenceId: 'ref2',
          errors: [{ statusCode: 'INVALID_EMAIL_ADDRESS', message: 'Email: invalid email address: 123', fields: ['Email'] }],
        },
      ],
    });
    expect(r.half.counts().rows).toMatchObject({ Account: 0, Contact: 0 });
  });

  conforms({ known: 'specified', source: TREE_ANSWER }, 'refuse a reference that occurs twice, with an entry for each', async () => {
    const r = rig();
    const { status, json } = await send(r, [account('same'), account('same'), account('other')]);
    expect([status, json['results']?.map((one: Json) => one['referenceId'] as unknown)]).toEqual([400, ['same', 'same']]);
    expect(r.half.counts().rows['Account']).toBe(0);
  });

  conforms({ known: 'specified', source: TREE }, 'have at most 200 records, five levels and five types of record', async () => {
    const r = rig();
    const many = (count: number) => Array.from({ length: count }, (_, n) => account(`r${String(n)}`));
    expect([(await send(r, many(201))).status, (await send(r, many(200))).status]).toEqual([400, 201]);
    const nested = (depth: number, n = 0): Record<string, unknown> =>
      account(`d${String(n)}`, n + 1 < depth ? { ChildAccounts: { records: [nested(depth, n + 1)] } } : {});
    expect([(await send(r, [nested(6)])).status, (await send(r, [nested(5)])).status]).toEqual([400, 201]);
    const child = (type: string, more: Record<string, unknown>) => ({ records: [{ attributes: { type, referenceId: type }, ...more }] });
    const mixed = (more: Record<string, unknown>) =>
      account('a', {
        Contacts: child('Contact', { LastName: 'C' }),
        Opportunities: child('Opportunity', { Name: 'O', StageName: 'Prospecting', CloseDate: '2026-05-01' }),
        Tasks: child('Task', { Subject: 'T' }),
        Events: child('Event', { Subject: 'E', ActivityDateTime: '2026-03-02T10:00:00Z', DurationInMinutes: 30 }),
        ...more,
      });
    expect((await send(r, [mixed({})])).status).toBe(201);
    const sixth = account('b', { Contacts: child('Contact', { LastName: 'D', CampaignMembers: child('CampaignMember', {}) }) });
    expect((await send(r, [mixed({}), { ...sixth, attributes: { type: 'Account', referenceId: 'b' } }])).text).toContain('5 types');
  });
});
