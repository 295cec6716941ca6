import { describe, expect, it } from 'vitest';
import type { WriteItem, WriteResult } from '../../../src/crm.ts';
import type { FieldValue, RecordId } from '../../../src/model/words.ts';
import { salesforce } from '../../../adapters/salesforce/index.ts';
import { describes, fakeOrg, instanceUrl, refused } from './fake.ts';
import { sandboxOrg, type SandboxOrg } from './org.ts';

const rows = 2_100;

function seeded(options: Parameters<typeof sandboxOrg>[0] = {}): { readonly org: SandboxOrg; readonly ids: readonly RecordId[] } {
  const org = sandboxOrg({ limits: 'none', ...options });
  const at = org.clock.now() - 86_400_000;
  const fields = { LastName: 'Byron', Company: 'Engines', Status: 'Open - Not Contacted', Title: 'Countess' };
  const ids = Array.from({ length: rows }, (_, n) => org.half.seed.insert('Lead', { ...fields, Email: `p${n}@example.com` }, { at }));
  return { org, ids: ids as unknown as readonly RecordId[] };
}

const update = (id: RecordId, n: number, fields: readonly (readonly [string, FieldValue])[]): WriteItem => ({
  intentId: `i${n}`,
  op: 'update',
  object: 'Lead',
  id,
  fields: new Map(fields),
});

const toWorking = (ids: readonly RecordId[]): readonly WriteItem[] =>
  ids.map((id, n) => update(id, n, [['Status', 'Working - Contacted']]));

async function values(org: SandboxOrg, id: string, names: string): Promise<Record<string, unknown>> {
  return (await org.user('GET', `/sobjects/Lead/${id}?fields=${names}`)) as Record<string, unknown>;
}

const count = (results: readonly WriteResult[], status: WriteResult['status']): number =>
  results.filter((result) => result.status === status).length;

/** Calls about bulk jobs, without their ids. */
const jobCalls = (org: SandboxOrg): readonly string[] =>
  org.log.filter((line) => line.includes('/jobs/')).map((line) => line.replace(/^(\w+) \S*?\/jobs\/ingest(?:\/750\w+)?/, '$1 job'));

describe('a bulk write', () => {
  it('takes thousands of updates in about ten calls, and matches every result to its item', async () => {
    const { org, ids } = seeded();
    const results = await org.crm.write('person', toWorking(ids), { bulk: true });
    expect(results.map((result) => (result.status === 'applied' ? [result.intentId, result.id] : result))).toEqual(
      ids.map((id, n) => [`i${n}`, id]),
    );
    expect((await values(org, ids[77] ?? '', 'Status'))['Status']).toBe('Working - Contacted');
    const calls = jobCalls(org);
    expect(calls.slice(0, 3)).toEqual(['POST job', 'PUT job/batches', 'PATCH job']);
    expect(calls.slice(-2)).toEqual(['GET job/successfulResults', 'GET job/failedResults']);
    expect(calls.length).toBeLessThanOrEqual(12);
    expect(org.log.some((line) => line.includes('/composite/sobjects'))).toBe(false);
  });

  it('is not made for few rows, nor without being asked for', async () => {
    const { org, ids } = seeded();
    await org.crm.write('person', toWorking(ids.slice(0, 300)), { bulk: true });
    await org.crm.write('person', toWorking(ids));
    expect(jobCalls(org)).toEqual([]);
  });

  it('leaves alone what a row does not set, empties what is null, and carries any text unharmed', async () => {
    const { org, ids } = seeded();
    const odd = 'a,"b"\nc\t=1+1 ü ☃ #N/A';
    const items = ids.map((id, n) =>
      update(
        id,
        n,
        n === 0 ? [['Title', odd]] : n === 1 ? [['Title', null]] : n === 2 ? [['Title', '#N/A']] : [['Status', 'Working - Contacted']],
      ),
    );
    const results = await org.crm.write('person', items, { bulk: true });
    expect(count(results, 'applied')).toBe(rows);
    expect(await values(org, ids[0] ?? '', 'Title,Status')).toMatchObject({ Title: odd, Status: 'Open - Not Contacted' });
    expect(await values(org, ids[1] ?? '', 'Title,Status')).toMatchObject({ Title: null, Status: 'Open - Not Contacted' });
    // The text that stands for "empty" in a job can't go by one.
    expect(await values(org, ids[2] ?? '', 'Title')).toMatchObject({ Title: '#N/A' });
    expect(await values(org, ids[3] ?? '', 'Title,Status')).toMatchObject({ Title: 'Countess', Status: 'Working - Contacted' });
  });

  it('refuses a row alone, with the words that a single write gets', async () => {
    const { org, ids } = seeded();
    org.half.seed.validationRule('Lead', { name: 'No', formula: 'Title = "Duchess"', message: 'No duchess: ask first.' });
    const items = ids.map((id, n) => update(id, n, [['Title', n === 5 ? 'Duchess' : 'Baroness']]));
    const results = await org.crm.write('person', items, { bulk: true });
    expect(results[5]).toMatchObject({
      intentId: 'i5',
      status: 'rejected',
      code: 'VALIDATION_RULE',
      cause: expect.stringContaining('No duchess: ask first.'),
    });
    expect(count(results, 'applied')).toBe(rows - 1);
  });

  it('whose start has no answer is looked up by its state: started after all, it is waited for', async () => {
    const { org, ids } = seeded();
    await org.crm.describe();
    org.loseNextWrite('after');
    const results = await org.crm.write('person', toWorking(ids), { bulk: true });
    expect(count(results, 'applied')).toBe(rows);
    expect(jobCalls(org).filter((line) => line === 'POST job')).toHaveLength(1);
  });

  it('whose start never arrived has certainly written nothing, and says so', async () => {
    const { org, ids } = seeded();
    await org.crm.describe();
    org.loseNextWrite('before');
    await expect(org.crm.write('person', toWorking(ids), { bulk: true })).rejects.toMatchObject({ name: 'CrmError', ambiguous: false });
    expect((await values(org, ids[0] ?? '', 'Status'))['Status']).toBe('Open - Not Contacted');
    expect(jobCalls(org).filter((line) => line === 'POST job')).toHaveLength(1);
  });

  it.each([
    ['Aborted', 'ambiguous'],
    ['Failed', 'rejected'],
  ] as const)('whose job ends as %s keeps the results there are; a row without one is %s, never success', async (state, rest) => {
    const { ids } = seeded();
    const answers: readonly (readonly [RegExp, string, unknown])[] = [
      [/\/jobs\/ingest$/, 'POST', { id: '7505f000000AbCdAAK', state: 'Open' }],
      [/\/batches$/, 'PUT', ''],
      [/AAK$/, 'PATCH', { id: '7505f000000AbCdAAK', state: 'UploadComplete' }],
      [/AAK$/, 'GET', { id: '7505f000000AbCdAAK', state }],
      [/successfulResults$/, 'GET', `"sf__Id","sf__Created","Id","Status"\n"${ids[4]}","false","${ids[4]}","x"\n`],
      [/failedResults$/, 'GET', `"sf__Id","sf__Error","Id","Status"\n"","UNABLE_TO_LOCK_ROW:unable: to obtain:--","${ids[9]}","x"\n`],
      [
        /unprocessedrecords$/,
        'GET',
        `"Id","Status"\n${ids
          .slice(10)
          .map((id) => `"${id}","x"\n`)
          .join('')}`,
      ],
    ];
    const fake = fakeOrg((asked) => {
      const body = answers.find(([path, method]) => path.test(asked.path) && method === asked.method)?.[2];
      if (body !== undefined) return { body, headers: { 'content-type': typeof body === 'string' ? 'text/csv' : 'application/json' } };
      return describes(asked) ?? refused('ENTITY_IS_LOCKED');
    });
    const crm = salesforce({ instanceUrl, accessToken: 't' }).connect(fake.ports);
    const results = await crm.write('person', toWorking(ids), { bulk: true });
    expect(results[4]).toMatchObject({ intentId: 'i4', status: 'applied', id: ids[4] });
    expect(results[0]).toMatchObject({ status: 'ambiguous' });
    expect(results[20]).toMatchObject({ status: rest, ...(rest === 'rejected' ? { code: 'NOT_SENT' } : {}) });
    expect(count(results, 'applied')).toBe(1);
  });

  it('goes the ordinary way where the organisation refuses jobs', async () => {
    const { ids } = seeded();
    const fake = fakeOrg((asked) => {
      if (asked.path.includes('/jobs/')) return refused('FEATURENOTENABLED', 'not here');
      const { records } = (asked.body ?? {}) as { records?: { id: string }[] };
      return describes(asked) ?? { body: records?.map(({ id }) => ({ id, success: true, errors: [] })) };
    });
    const crm = salesforce({ instanceUrl, accessToken: 't' }).connect(fake.ports);
    expect(count(await crm.write('person', toWorking(ids), { bulk: true }), 'applied')).toBe(rows);
  });
});
