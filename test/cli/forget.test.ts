import { mkdirSync, readFileSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { api, desk, office, type Desk } from './support.ts';

const email = 'zoe.forgotten@example.com';
const name = 'Forgottensdottir';

/** Files of Truce's own that hold one of the words, in any byte. */
function holding(d: Desk, words: readonly string[]): string[] {
  return readdirSync(d.folder).filter((file) => {
    if (!file.startsWith('truce.')) return false;
    const bytes = readFileSync(d.path(file));
    return words.some((word) => bytes.includes(word));
  });
}

describe('truce forget', () => {
  it('erases somebody from all files after both CRMs were synced, names what it can not reach, and never takes them in again', async () => {
    await using o = await office();
    using d = desk(o.box, { TRUCE_MODE: 'sync' });
    const zoe = await o.person({ email, sales: 'Working - Contacted' });
    await o.hubspot('PATCH', `/crm/v3/objects/contacts/${zoe.contact}`, { properties: { firstname: 'Zoe', lastname: name } });
    await o.salesforce('PATCH', `${api}/sobjects/Lead/${zoe.lead}`, { FirstName: 'Zoe', LastName: name });
    await o.person({ email: 'bob@example.com' });
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 1 });
    const words = [email, name, zoe.lead, `"${zoe.contact}"`];
    expect(holding(d, words)).toEqual(expect.arrayContaining(['truce.db', 'truce.duckdb']));
    mkdirSync(d.path('exports'));
    d.write('exports/list.csv', `email\n${email.toUpperCase()}\n`);
    d.write('exports/other.csv', 'email\nbob@example.com\n');

    const unasked = await d.run(['forget', email, '--json']);
    expect(unasked.json()).toMatchObject({ error: { code: 'CONFIRMATION_NEEDED' }, exit: 2 });
    expect((await d.run(['forget', email], { answers: ['n'] })).text).toContain('Nothing was erased');
    const forgotten = await d.run(['forget', email, '--also', 'exports'], { answers: ['y'] });
    expect(forgotten.exit).toBe(0);
    expect(forgotten.out).toEqual(['Erased 2 records from the state and 2 rows of people with all that hangs on them from the warehouse.']);
    expect(forgotten.err.filter((line) => line.startsWith('Still there'))).toEqual([`Still there: ${d.path('exports/list.csv')}`]);
    expect(holding(d, words)).toEqual([]);

    const before = await o.everything();
    expect((await d.run(['pull', '--rebuild', '--yes'])).exit).toBe(0);
    expect((await d.run(['sync', '--yes', '--json'])).json()).toMatchObject({ applied: 0, exit: 0 });
    expect(holding(d, words)).toEqual([]);
    expect(await o.everything()).toBe(before);
    expect((await d.run(['forget', email, '--yes', '--json'])).json()).toMatchObject({ error: { code: 'PERSON_NOT_FOUND' }, exit: 2 });
  });

  it('says it when a folder to search can not be read', async () => {
    await using o = await office();
    using d = desk(o.box, { TRUCE_WAREHOUSE: 'none' });
    await o.person({ email });
    await d.run(['pull']);
    expect((await d.run(['forget', email, '--yes', '--json', '--also', 'nowhere'])).json()).toMatchObject({
      error: { code: 'FORGET_ALSO' },
    });
    expect(holding(d, [email])).toEqual([]);
  });
});
