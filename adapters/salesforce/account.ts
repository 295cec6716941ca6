import { z } from 'zod';
import type { AccountInfo, CallOptions } from '../../src/crm.ts';
import type { RecordId } from '../../src/model/words.ts';
import { canonicalId } from './ids.ts';
import { rowsOf } from './query.ts';
import { badAnswer, flag, requiredId, text } from './row.ts';
import type { Row } from './row.ts';
import { soql } from './soql.ts';
import type { Wire } from './wire.ts';

/** The organisation and this integration's user; asked for once. */
export interface Organization {
  info(options?: CallOptions): Promise<AccountInfo>;
  self(options?: CallOptions): Promise<RecordId>;
  /** Currency of amounts on records that carry none. */
  currency(options?: CallOptions): Promise<string>;
}

const userinfo = z.object({
  user_id: z.string(),
  organization_id: z.string(),
  name: z.string().default(''),
  preferred_username: z.string().default(''),
});
const settings = z.object({
  features: z.object({ defaultCurrencyIsoCode: z.string().nullish(), multiCurrency: z.boolean().default(false) }),
});

/** @param fallbackCurrency where the organisation doesn't say its currency through the API */
export function createOrganization(wire: Wire, fallbackCurrency: string): Organization {
  let held: Promise<AccountInfo> | null = null;
  const info = (options: CallOptions = {}): Promise<AccountInfo> => {
    held ??= readInfo(wire, options).catch((error: unknown) => {
      held = null;
      throw error;
    });
    return held;
  };
  return {
    info,
    self: async (options) => canonicalId((await info(options)).self.userId ?? ''),
    currency: async (options) => (await info(options)).currency ?? fallbackCurrency,
  };
}

async function readInfo(wire: Wire, options: CallOptions): Promise<AccountInfo> {
  // First a query: it answers a session that ended with 401, which renews it; the user information would answer 403.
  const [organizations, corporate] = await rowsOf(
    wire,
    [
      { soql: soql`SELECT Id, Name, IsSandbox, TimeZoneSidKey FROM Organization LIMIT 1` },
      { soql: soql`SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true` },
    ],
    options,
  );
  const row = organizations?.[0];
  if (row === undefined) throw badAnswer('the organisation itself is not visible');
  const who = userinfo.safeParse((await wire.call({ method: 'GET', path: '/services/oauth2/userinfo', ...options })).body);
  if (!who.success) throw badAnswer('the user information has another shape');
  const multiCurrency = corporate !== null && corporate !== undefined;
  const currency = multiCurrency ? text(corporate[0] ?? new Map<string, unknown>(), 'IsoCode') : await defaultCurrency(wire, options);
  return toInfo(wire, row, { who: who.data, currency, multiCurrency });
}

/** Only the Connect API tells the currency of an organisation with a single one; where it is closed, nobody does. */
async function defaultCurrency(wire: Wire, options: CallOptions): Promise<string | null> {
  const answer = await wire.call({ method: 'GET', path: '/connect/organization', refusable: true, ...options });
  return settings.safeParse(answer.body).data?.features.defaultCurrencyIsoCode ?? null;
}

function toInfo(
  wire: Wire,
  row: Row,
  more: { readonly who: z.infer<typeof userinfo>; readonly currency: string | null; readonly multiCurrency: boolean },
): AccountInfo {
  const open = (object: string): string => `${lightning(wire.instanceUrl)}/lightning/r/${object}/{id}/view`;
  return {
    id: requiredId(row, 'Id'),
    name: text(row, 'Name') ?? '',
    timeZone: text(row, 'TimeZoneSidKey'),
    currency: more.currency,
    multiCurrency: more.multiCurrency,
    sandbox: flag(row, 'IsSandbox'),
    self: { userId: canonicalId(more.who.user_id), appId: null, name: more.who.name === '' ? more.who.preferred_username : more.who.name },
    links: {
      person: open('Lead'),
      'person:Lead': open('Lead'),
      'person:Contact': open('Contact'),
      campaign: open('Campaign'),
      deal: open('Opportunity'),
    },
    apiVersion: `v${wire.apiVersion}`,
  };
}

/** Lightning pages live beside the API's host: `acme.my.salesforce.com` shows them at `acme.lightning.force.com`. */
function lightning(instanceUrl: string): string {
  return instanceUrl.replace(/\.my\.salesforce\.com$/, '.lightning.force.com');
}
