import type {
  CallOptions,
  Capabilities,
  ChangePage,
  ChangesOptions,
  Crm,
  CrmFactory,
  Cursor,
  Stream,
  StreamRecords,
} from '../../src/crm.ts';
import { ConfigError, CrmError } from '../../src/errors.ts';
import type { Ports } from '../../src/ports.ts';
import { refusal } from '../../src/transport/hosts.ts';
import { readAccount, readToken } from './account.ts';
import type { TokenInfo } from './account.ts';
import { connectorSource, createSelf } from './actors.ts';
import { createCatalogue, remembered } from './catalogue.ts';
import { readStages } from './deals.ts';
import { describe } from './describe.ts';
import { readLeadStages } from './leads.ts';
import { pageSizes } from './limits.ts';
import type { HubspotTier } from './limits.ts';
import { runPass } from './pass.ts';
import type { Step } from './pass.ts';
import { peopleSteps } from './people.ts';
import { probe } from './probe.ts';
import { provision } from './provision.ts';
import { read } from './read.ts';
import { createRecent } from './room.ts';
import type { Room } from './room.ts';
import { campaignSteps, dealPeopleSteps, memberSteps, userSteps } from './snapshots.ts';
import { statusHistorySteps } from './status-history.ts';
import { accountSteps, dealSteps, touchSteps } from './streams.ts';
import { hostsFor, openWire } from './wire.ts';
import { write } from './write.ts';

export type { HubspotTier } from './limits.ts';

export interface HubspotOptions {
  /** A service key's or private app's token, or a function that gives a valid one (asked anew for each request). */
  readonly accessToken: string | (() => Promise<string>);
  /** The API's address. Only HubSpot's own hosts and this machine are accepted. @default https://api.hubapi.com */
  readonly baseUrl?: string;
  /** What the account has bought, for its rate limits. @default professional */
  readonly tier?: HubspotTier;
  /** The app id under which these credentials write, where HubSpot does not tell; it marks Truce's own changes in histories. */
  readonly appId?: string;
  /** True: the leads object (0-136) is described too, for a status that lives there (`status.marketing.object`). @default false */
  readonly leads?: boolean;
}

const capabilities: Capabilities = {
  conditionalWrite: false,
  propertyHistory: true,
  stampPrecision: 'ms',
  streams: {
    people: 'incremental',
    accounts: 'incremental',
    campaigns: 'snapshot',
    members: 'snapshot',
    deals: 'incremental',
    'deal-people': 'snapshot',
    touches: 'incremental',
    'status-history': 'incremental',
    users: 'incremental',
  },
  perCall: { read: pageSizes.batch, readWithHistory: pageSizes.history, write: pageSizes.batch, campaignWrite: pageSizes.campaignBatch },
  connectorLabel: connectorSource,
};

/**
 * HubSpot as a side.
 * @throws {ConfigError} `BAD_BASE_URL` when the address is not HubSpot's nor this machine's, `NO_TOKEN` when the token is empty
 * @example const side = hubspot({ accessToken: process.env.HUBSPOT_ACCESS_TOKEN });
 */
export function hubspot(options: HubspotOptions): CrmFactory {
  const baseUrl = options.baseUrl ?? 'https://api.hubapi.com';
  const refused = refusal(baseUrl, hostsFor(baseUrl));
  if (refused !== null) {
    throw new ConfigError('BAD_BASE_URL', `The address of HubSpot can't be used: ${refused}.`, {
      hint: 'Leave HUBSPOT_BASE_URL out for HubSpot itself; set it only for a sandbox on this machine.',
      problems: [{ path: 'HUBSPOT_BASE_URL', expected: 'https://api.hubapi.com', got: 'another address' }],
    });
  }
  if (options.accessToken === '') {
    throw new ConfigError('NO_TOKEN', 'There is no access token for HubSpot.', {
      hint: 'Set HUBSPOT_ACCESS_TOKEN; adapters/hubspot/README.md says step by step where it comes from.',
      problems: [{ path: 'HUBSPOT_ACCESS_TOKEN', expected: 'a token', got: 'nothing' }],
    });
  }
  return { system: 'hubspot', connect: (ports) => connect(ports, { ...options, baseUrl }) };
}

function connect(ports: Ports, options: HubspotOptions & { readonly baseUrl: string }): Crm {
  const wire = openWire({ accessToken: options.accessToken, baseUrl: options.baseUrl, tier: options.tier ?? 'professional', ports });
  const self = createSelf(options.appId);
  const tokenOnce = remembered(ports.clock, (signal) => readToken(wire, self, signal));
  const accountOnce = remembered(ports.clock, (signal) =>
    readAccount(wire, { token: () => tokenOnce(signal), appId: options.appId, signal }),
  );
  const room: Room = {
    wire,
    catalogue: createCatalogue(wire, ports.clock),
    self,
    clock: ports.clock,
    account: (call?: CallOptions) => accountOnce(call?.signal),
    stages: remembered(ports.clock, (signal) => readStages(wire, signal)),
    leadStages: remembered(ports.clock, (signal) => readLeadStages(wire, signal)),
    recent: createRecent(ports.clock),
    campaigns: null,
  };
  return {
    system: 'hubspot',
    capabilities,
    account: async (call) => {
      call?.signal?.throwIfAborted();
      return room.account(call);
    },
    describe: async (call) => describe(room, await tokenOnce(call?.signal), { ...call, leads: options.leads ?? false }),
    changes: (stream, cursor, call) => changes(room, { stream, cursor, options: call ?? {}, known: tokenOnce }),
    read: async (kind, refs, call) => {
      call.signal?.throwIfAborted();
      // Whose the histories are must be known before they are read.
      if (call.history === true) await tokenOnce(call.signal);
      return read(room, kind, { refs, options: call });
    },
    write: (kind, items, call) => write(room, kind, { items, options: call ?? {} }),
    provision: (fields, call) => provision(room, fields, call),
    probe: (call) => probe(room, call),
    budget: () => Promise.resolve({ perDay: wire.daily(), used: wire.used() }),
    close: () => wire.close(),
  };
}

interface Request<S extends Stream> {
  readonly stream: S;
  readonly cursor: Cursor | null;
  readonly options: ChangesOptions;
  readonly known: (signal: AbortSignal | undefined) => Promise<TokenInfo | null>;
}

type Steps = { readonly [S in Stream]?: (room: Room, options: ChangesOptions) => readonly Step<StreamRecords[S]>[] };

const steps: Steps = {
  people: peopleSteps,
  accounts: accountSteps,
  campaigns: campaignSteps,
  members: memberSteps,
  deals: dealSteps,
  'deal-people': dealPeopleSteps,
  touches: touchSteps,
  'status-history': statusHistorySteps,
  users: userSteps,
};

/** The streams that name authors. */
const authored: ReadonlySet<Stream> = new Set(['people', 'touches', 'status-history']);

async function* changes<S extends Stream>(room: Room, request: Request<S>): AsyncGenerator<ChangePage<S>> {
  const { stream, cursor, options } = request;
  const make: ((room: Room, options: ChangesOptions) => readonly Step<StreamRecords[S]>[]) | undefined = steps[stream];
  const mode = capabilities.streams[stream];
  if (make === undefined || mode === undefined) {
    throw new CrmError('NO_SUCH_STREAM', `HubSpot has no stream of ${stream}.`, {
      system: 'hubspot',
      failure: 'request',
      hint: 'Read only the streams that `capabilities.streams` names.',
    });
  }
  options.signal?.throwIfAborted();
  if (authored.has(stream)) await request.known(options.signal);
  yield* runPass({ stream, mode, steps: make(room, options) }, cursor);
}
