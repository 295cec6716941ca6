import { setMaxListeners } from 'node:events';
import type { Clock, Random } from '../../../src/ports.ts';
import type { SandboxHalf } from '../half.ts';
import { passOnActivities, passOnTasks } from './activities.ts';
import { AllowanceSpent, allowanceOf, callerOf } from './calls.ts';
import { showCampaigns } from './campaigns.ts';
import { moveLifecycles } from './lifecycle.ts';
import type { NativeConnectorSettings } from './options.ts';
import { salesforceOrg, type PersonObject } from './org.ts';
import { ownersOf } from './owners.ts';
import type { Desk } from './people.ts';
import { dropDeleted, fromHubspot, fromSalesforce } from './polls.ts';
import { hubspotPortal } from './portal.ts';
import { emptyMemory, type SyncError } from './state.ts';

export { settleConnector, type FieldMapping, type NativeConnectorOptions, type SyncRule } from './options.ts';
export type { SyncError } from './state.ts';

/** What HubSpot shows of its integration's health. */
export interface NativeConnectorStatus {
  /** Contacts that sync with a Salesforce record. */
  readonly linked: number;
  /** Salesforce calls of the last 24 hours, and what is allocated to HubSpot; null: no limit of its own. */
  readonly apiCalls: { readonly used: number; readonly allocated: number | null };
  readonly syncErrors: readonly SyncError[];
}

/** HubSpot's own Salesforce integration, imitated: the sandbox's third writer. */
export interface NativeConnector {
  status(): NativeConnectorStatus;
  /** Passes everything on now instead of at the next poll. */
  sync(): Promise<void>;
  /** Ends the polling. */
  stop(): Promise<void>;
}

export interface NativeConnectorParts {
  readonly settings: NativeConnectorSettings;
  readonly clock: Clock;
  readonly random: Random;
  readonly hubspot: { readonly half: SandboxHalf; readonly token: string };
  readonly salesforce: { readonly half: SandboxHalf; readonly token: string };
  /** How long HubSpot's search index lags, in milliseconds. */
  readonly lagMs: number;
}

/** Contacts with a sync error are tried again this often. @source https://knowledge.hubspot.com/articles/kcs_article/salesforce/what-is-an-api-call-limit (checked 2026-11) */
const RETRY_MS = 30 * 60_000;
/** Share of the allocation, and calls where there is none, after which errors are not tried again by themselves. Same source. */
const RETRY_SHARE = 0.75;
const RETRY_CALLS = 5000;
/** Salesforce stamps whole seconds, and the recycle bin answers in whole minutes. */
const OVERLAP_MS = 60_000;

const MARKS = ['email', 'lifecyclestage', 'salesforceleadid', 'salesforcecontactid', 'salesforcecampaignids'];

/** Installs the connector, with the import that is asked for, and starts its polling on the sandbox's clock. */
export async function startNativeConnector(parts: NativeConnectorParts): Promise<NativeConnector> {
  const { settings, clock } = parts;
  const allowance = allowanceOf(clock, settings.apiCallLimit);
  const portal = hubspotPortal(callerOf(parts.hubspot.half, parts.hubspot.token), [
    ...new Set([...MARKS, ...settings.fields.map((field) => field.hubspot)]),
  ]);
  const org = salesforceOrg(callerOf(parts.salesforce.half, parts.salesforce.token), {
    allowance,
    mapped: settings.fields.map((field) => field.salesforce),
  });
  const desk: Desk = { clock, random: parts.random, settings, portal, org, memory: emptyMemory(), owners: ownersOf(portal, org) };
  const rounds = roundsOf(desk, { used: () => allowance.used(), lagMs: parts.lagMs, startedAt: clock.now() });
  await rounds.install();
  const stopping = new AbortController();
  setMaxListeners(0, stopping.signal);
  const running = poll(desk, rounds, stopping.signal);
  return {
    status: () => ({
      linked: desk.memory.links.size,
      apiCalls: { used: allowance.used(), allocated: settings.apiCallLimit },
      syncErrors: [...desk.memory.errors.values()],
    }),
    async sync() {
      await rounds.hubspot();
      await rounds.salesforce();
    },
    async stop() {
      stopping.abort(new Error('the connector stops'));
      await running;
    },
  };
}

/** What the connector does at one time, each kind of it; never two at once. */
interface Rounds {
  readonly install: () => Promise<void>;
  readonly hubspot: () => Promise<void>;
  readonly salesforce: () => Promise<void>;
  readonly retry: () => Promise<void>;
}

function roundsOf(
  desk: Desk,
  { used, lagMs, startedAt }: { readonly used: () => number; readonly lagMs: number; readonly startedAt: number },
): Rounds {
  const { settings, clock, portal, org, memory } = desk;
  const objects: readonly PersonObject[] = ['Lead', 'Contact'];
  let self = '';
  let members: ReadonlySet<string> = new Set();
  // What was there before the installation syncs when it is touched, not before.
  let hubspotSince = startedAt;
  let salesforceSince = startedAt;
  let seen: ReadonlyMap<string, number> = new Map();

  async function install(): Promise<void> {
    self = await org.self();
    await desk.owners.refresh();
    if (settings.alignPicklists) await alignPicklists(desk);
    if (settings.inclusionList !== null) members = await portal.members(settings.inclusionList);
    if (!settings.importAtStart) return;
    for (const object of objects) await fromSalesforce(desk, await org.changed(object, 0), Number.POSITIVE_INFINITY);
    if (settings.campaigns) await showCampaigns(desk, 0);
  }

  async function hubspot(): Promise<void> {
    const began = clock.now();
    const changed = await portal.changed('contacts', hubspotSince, []);
    const joined = await newMembers();
    const seen = new Set(changed.map((contact) => contact.id));
    const others = await portal.byId([...joined].filter((id) => !seen.has(id)));
    await fromHubspot(desk, [...changed, ...others], joined);
    if (settings.activities.length > 0) await passOnActivities(desk, hubspotSince);
    // What the index doesn't show yet is asked for again.
    hubspotSince = Math.max(startedAt, began - lagMs - OVERLAP_MS);
  }

  async function newMembers(): Promise<ReadonlySet<string>> {
    if (settings.inclusionList === null) return new Set();
    const before = members;
    members = await portal.members(settings.inclusionList);
    return members.difference(before);
  }

  async function salesforce(): Promise<void> {
    const began = clock.now();
    await desk.owners.refresh();
    const people = [...(await org.changed('Lead', salesforceSince)), ...(await org.changed('Contact', salesforceSince))];
    people.sort((a, b) => a.stamp - b.stamp);
    // Its own writes come back too, and what the last poll saw; they tell it nothing.
    const others = people.filter((person) => person.modifiedBy !== self && seen.get(person.id) !== person.stamp);
    await fromSalesforce(desk, others, salesforceSince);
    if (settings.campaigns) await showCampaigns(desk, salesforceSince);
    if (settings.lifecycleTransitions) await moveLifecycles(desk, salesforceSince);
    if (settings.salesforceTasks) await passOnTasks(desk, { since: salesforceSince, self });
    if (began - salesforceSince >= OVERLAP_MS) for (const object of objects) await dropDeleted(desk, object, salesforceSince);
    // Within one second a record can be edited again without a new stamp: such a one is looked at once more.
    seen = new Map(people.filter((person) => person.stamp < began - 1000).map((person) => [person.id, person.stamp]));
    salesforceSince = Math.max(startedAt, began - OVERLAP_MS);
  }

  async function retry(): Promise<void> {
    const limit = settings.apiCallLimit === null ? RETRY_CALLS : settings.apiCallLimit * RETRY_SHARE;
    if (memory.errors.size === 0 || used() > limit) return;
    const ids = [...memory.errors.values()].flatMap(({ contactId }) => contactId ?? []);
    await fromHubspot(desk, await portal.byId(ids), new Set(ids));
  }

  let turn: Promise<void> = Promise.resolve();
  const inTurn = (round: () => Promise<void>) => (): Promise<void> => {
    const mine = turn.then(round).catch((error: unknown) => {
      // Without allowance it stands still until calls are free again; what it missed is still to be found then.
      if (!(error instanceof AllowanceSpent)) throw error;
    });
    turn = mine.catch(() => undefined);
    return mine;
  };
  return { install: inTurn(install), hubspot: inTurn(hubspot), salesforce: inTurn(salesforce), retry: inTurn(retry) };
}

/** Polls until it is told to stop; each kind of round at its own pace. */
async function poll(desk: Desk, rounds: Rounds, signal: AbortSignal): Promise<void> {
  const { clock, settings } = desk;
  const due = [
    { every: settings.hubspotPollMs, at: clock.now() + settings.hubspotPollMs, round: rounds.hubspot },
    { every: settings.pollMs, at: clock.now() + settings.pollMs, round: rounds.salesforce },
    { every: RETRY_MS, at: clock.now() + RETRY_MS, round: rounds.retry },
  ];
  while (!signal.aborted) {
    const next = Math.min(...due.map((one) => one.at));
    try {
      await clock.sleep(next - clock.now(), signal);
    } catch {
      return;
    }
    for (const one of due) {
      if (one.at > clock.now()) continue;
      one.at = clock.now() + one.every;
      // A CRM that fails, by a fault or a defect, does not end the polling: the next round looks at the same time again.
      await one.round().catch(() => undefined);
    }
  }
}

/** An admin's part of mapping a picklist: HubSpot gets the options that Salesforce has. */
async function alignPicklists({ settings, org, portal }: Desk): Promise<void> {
  const fields = new Map([...(await org.fields('Contact')), ...(await org.fields('Lead'))]);
  for (const { hubspot, salesforce, rule } of settings.fields) {
    const wanted = rule === 'dont-sync' ? [] : (fields.get(salesforce)?.options ?? []);
    const present = wanted.length === 0 ? null : await portal.options(hubspot);
    const missing = wanted.filter((value) => present !== null && !present.includes(value));
    if (missing.length > 0) await portal.addOptions(hubspot, missing);
  }
}
