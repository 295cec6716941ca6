import type { AccountInfo } from '../../src/crm.ts';
import { CrmError } from '../../src/errors.ts';
import type { RecordId } from '../../src/model/words.ts';
import type { Self } from './actors.ts';
import { HubspotRefusal } from './classify.ts';
import { accountShape, parse, tokenShape } from './shapes.ts';
import { apiVersion, paths } from './wire.ts';
import type { Wire } from './wire.ts';

/** What the token says about itself; null where HubSpot does not say (tokens of other kinds). */
export interface TokenInfo {
  readonly appId: string | null;
  readonly userId: string | null;
  readonly scopes: readonly string[];
}

/** Reads the portal. */
export async function readAccount(
  wire: Wire,
  options: {
    readonly token: () => Promise<TokenInfo | null>;
    readonly appId: string | undefined;
    readonly signal: AbortSignal | undefined;
  },
): Promise<AccountInfo> {
  const [{ body }, token] = await Promise.all([
    wire.direct({ limit: 'general', repeatable: true, signal: options.signal }, 'GET', paths.account),
    options.token(),
  ]);
  const account = parse(accountShape, body, 'the account');
  const link = (objectType: string): string => `https://${account.uiDomain}/contacts/${account.portalId}/record/${objectType}/{id}`;
  return {
    id: account.portalId,
    name: `HubSpot ${account.portalId}`,
    timeZone: account.timeZone,
    currency: account.companyCurrency,
    multiCurrency: account.additionalCurrencies.length > 0,
    sandbox: account.accountType !== 'STANDARD',
    self: {
      userId: (token?.userId ?? null) as RecordId | null,
      appId: options.appId ?? token?.appId ?? null,
      name: 'the service key or private app of Truce',
    },
    links: {
      person: link('0-1'),
      campaign: `https://${account.uiDomain}/marketing/${account.portalId}/campaigns/details/{id}`,
      deal: link('0-3'),
    },
    apiVersion,
  };
}

/**
 * What a private app's token says about itself: its app, whose id histories name as the source of its writes, and its
 * scopes. Sent to the same host as every call; the only call that carries the token in its body.
 */
export async function readToken(wire: Wire, self: Self, signal: AbortSignal | undefined): Promise<TokenInfo | null> {
  try {
    const tokenKey = await wire.token();
    const { body } = await wire.direct({ limit: 'general', repeatable: true, signal }, 'POST', paths.tokenInfo, { tokenKey });
    const info = parse(tokenShape, body, 'the token');
    if (info.appId !== null) self.learn(info.appId);
    return info;
  } catch (error) {
    // Service keys and OAuth tokens are not described there; then scopes are probed and the source id is learnt.
    if (error instanceof HubspotRefusal || (error instanceof CrmError && error.failure === 'permission')) return null;
    throw error;
  }
}
