import * as z from 'zod';
import { CrmError } from '../../src/errors.ts';
import { runProbes, unsettled, verdict } from '../../src/probe.ts';
import type { Probe, ProbeOptions, ProbeResult, Probes } from '../../src/probe.ts';
import { HubspotRefusal } from './classify.ts';
import type { Room } from './room.ts';
import { parse } from './shapes.ts';
import { paths } from './wire.ts';

const contacts = `${paths.objects}/contacts`;
const statusProperty = 'hs_lead_status';
/** How long the search index may take before the probe gives up waiting. */
const lagPatienceMs = 60_000;
const lagStepMs = 1_000;

const entryShape = z.object({ value: z.string().nullish(), sourceType: z.string().nullish(), sourceId: z.string().nullish() });
const recordShape = z.object({
  id: z.string(),
  properties: z.record(z.string(), z.string().nullish()),
  propertiesWithHistory: z.record(z.string(), z.array(entryShape)).nullish(),
});
const listShape = z.object({ results: z.array(recordShape) });
const searchShape = z.object({ total: z.number() });

interface Tool {
  readonly ask: (method: 'GET' | 'POST' | 'PATCH' | 'DELETE', path: string, body?: unknown) => Promise<unknown>;
  readonly room: Room;
  /** The probe's own contact; empty for probes that only read. */
  readonly id: string;
  readonly email: string;
}

const reading: readonly Probe<Tool>[] = [
  {
    id: 'hubspot.list-after',
    assumption: 'A list may start after any number: `after` is a record id, not a token.',
    writes: false,
    run: async ({ ask }) => {
      const [first, second] = parse(listShape, await ask('GET', `${contacts}?limit=2`), 'a list').results;
      if (first === undefined || second === undefined) return unsettled('Fewer than two contacts to look at.');
      // A number behind the first record's, which no answer named as a token.
      const after = (BigInt(first.id) + 1n).toString();
      const [next] = parse(listShape, await ask('GET', `${contacts}?limit=1&after=${after}`), 'a list').results;
      return verdict(next?.id === second.id || next?.id === after, 'A list with a made-up `after` was answered.');
    },
  },
  {
    id: 'hubspot.history-depth',
    assumption: 'A history holds every value of a property, whatever their number.',
    writes: false,
    run: async ({ ask }) => {
      const { results } = parse(listShape, await ask('GET', `${contacts}?limit=50&propertiesWithHistory=${statusProperty}`), 'histories');
      const most = Math.max(0, ...results.map((record) => record.propertiesWithHistory?.[statusProperty]?.length ?? 0));
      // The older documentation names 45 for contacts and 20 elsewhere: more than that settles it.
      if (most <= 45) return unsettled(`The longest history among 50 contacts has ${most} entries; more than 45 would settle it.`);
      return verdict(true, `A history has ${most} entries.`);
    },
  },
];

const writing: readonly Probe<Tool>[] = [
  {
    id: 'hubspot.own-source',
    assumption: 'What this key writes stands in the history as INTEGRATION with a source id.',
    writes: true,
    run: async ({ ask, id }) => {
      const record = parse(recordShape, await ask('GET', `${contacts}/${id}?propertiesWithHistory=lastname`), 'a history');
      const entry = record.propertiesWithHistory?.['lastname']?.[0];
      const type = /^[A-Z_]{1,40}$/.test(entry?.sourceType ?? '') ? entry?.sourceType : 'another word';
      const form = /^\d+$/.test(entry?.sourceId ?? '') ? 'a number' : (entry?.sourceId ?? '') === '' ? 'empty' : 'a text';
      return verdict(type === 'INTEGRATION' && form !== 'empty', `Its source is ${type ?? 'missing'}, its source id is ${form}.`);
    },
  },
  {
    id: 'hubspot.invalid-option',
    assumption: 'A value that is no option is refused with 400 and INVALID_OPTION.',
    writes: true,
    run: async ({ ask, id }) => {
      const said = await refusalOf(() => ask('PATCH', `${contacts}/${id}`, { properties: { [statusProperty]: 'TRUCE_NO_SUCH_OPTION' } }));
      if (said === null) return verdict(false, 'It was accepted.');
      return verdict(
        said.status === 400 && said.codes.includes('INVALID_OPTION'),
        `${said.status} with ${said.codes.join(', ') || 'no code'}.`,
      );
    },
  },
  {
    id: 'hubspot.lifecycle-backward',
    assumption: 'A lifecycle stage that is set back stays where it was, without an error.',
    writes: true,
    run: async ({ ask, id }) => {
      await ask('PATCH', `${contacts}/${id}`, { properties: { lifecyclestage: 'customer' } });
      const said = await refusalOf(() => ask('PATCH', `${contacts}/${id}`, { properties: { lifecyclestage: 'lead' } }));
      if (said !== null) return verdict(false, `It is refused: ${said.status} with ${said.codes.join(', ') || 'no code'}.`);
      const record = parse(recordShape, await ask('GET', `${contacts}/${id}?properties=lifecyclestage`), 'a contact');
      const stays = record.properties['lifecyclestage'] === 'customer';
      return verdict(stays, stays ? 'It is ignored.' : 'It goes back.');
    },
  },
  {
    id: 'hubspot.index-lag',
    assumption: 'The search index shows a new contact within thirty seconds.',
    writes: true,
    run: async ({ ask, room, email }) => {
      const filterGroups = [{ filters: [{ propertyName: 'email', operator: 'EQ', value: email }] }];
      const from = room.clock.now();
      while (room.clock.now() - from < lagPatienceMs) {
        const found = parse(searchShape, await ask('POST', `${contacts}/search`, { limit: 1, filterGroups }), 'a search');
        const seconds = Math.round((room.clock.now() - from) / 1000);
        if (found.total > 0) return verdict(seconds <= 30, `It was found after ${seconds} seconds.`);
        await room.clock.sleep(lagStepMs);
      }
      return verdict(false, `It was not found within ${lagPatienceMs / 1000} seconds.`);
    },
  },
];

/** `Crm.probe`: reading probes, and with `write` those on a contact of their own, which goes to the recycle bin afterwards. */
export async function probe(room: Room, options: ProbeOptions): Promise<Probes> {
  const ask: Tool['ask'] = async (method, path, body) => {
    const limit = path.endsWith('/search') ? 'search' : 'general';
    const repeatable = method === 'GET' || limit === 'search';
    return (await room.wire.direct({ limit, repeatable, signal: options.signal }, method, path, body)).body;
  };
  const results: ProbeResult[] = [...(await runProbes(reading, { ask, room, id: '', email: '' }, why))];
  if (!options.write) return { results, left: null };
  const email = `truce-probe-${room.clock.now().toString(36)}@example.com`;
  const made = parse(recordShape, await ask('POST', contacts, { properties: { email, lastname: 'Truce probe' } }), 'a new contact');
  try {
    results.push(...(await runProbes(writing, { ask, room, id: made.id, email }, why)));
  } finally {
    // Repeated by hand if it fails: an archived contact can't be archived wrongly.
    await ask('DELETE', `${contacts}/${made.id}`).catch(() => undefined);
  }
  const gone = await refusalOf(() => ask('GET', `${contacts}/${made.id}`));
  return { results, left: gone?.status === 404 ? null : `contact ${made.id}` };
}

async function refusalOf(work: () => Promise<unknown>): Promise<{ readonly status: number; readonly codes: readonly string[] } | null> {
  try {
    await work();
    return null;
  } catch (error) {
    if (!(error instanceof HubspotRefusal)) throw error;
    return { status: error.status ?? 0, codes: [...new Set(error.problem.codes)] };
  }
}

function why(error: unknown): string {
  return error instanceof CrmError
    ? `The call failed: ${error.code}${error.status === undefined ? '' : ` (${error.status})`}.`
    : 'The call failed.';
}
