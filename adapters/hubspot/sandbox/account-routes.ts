import { HubspotProblem } from './errors.ts';
import { type Answer, bodyObject, type Call, type Caller, iso, ok, requiredText } from './http.ts';
import type { Limiter } from './limits.ts';
import type { Portal } from './model.ts';

/** `GET /account-info/details` */
export function accountDetails(call: Call): Answer {
  const { portalId, timeZone, currency } = call.portal.account;
  const offsetMs = offsetOf(timeZone, call.now);
  const minutes = Math.abs(offsetMs) / 60_000;
  const clock = [Math.floor(minutes / 60), minutes % 60].map((part) => String(part).padStart(2, '0')).join(':');
  return ok({
    portalId: Number(portalId),
    accountType: 'STANDARD',
    timeZone,
    companyCurrency: currency,
    additionalCurrencies: [],
    utcOffset: `${offsetMs < 0 ? '-' : '+'}${clock}`,
    utcOffsetMilliseconds: offsetMs,
    uiDomain: 'app.hubspot.com',
    dataHostingLocation: 'na1',
  });
}

/** How far a time zone is ahead of UTC at an instant, in milliseconds. */
function offsetOf(timeZone: string, at: number): number {
  const parts = new Intl.DateTimeFormat('en-US', { timeZone, timeZoneName: 'longOffset' }).formatToParts(at);
  const name = parts.find((part) => part.type === 'timeZoneName')?.value ?? 'GMT';
  const match = /^GMT([+-])(\d\d):(\d\d)$/.exec(name);
  if (match === null) return 0;
  const [, sign, hours, minutes] = match;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60_000;
}

/** `GET /account-info/api-usage/daily/private-apps` */
export function dailyUsage(call: Call, limiter: Limiter): Answer {
  const { limit, used, resetsAt } = limiter.daily(call.now);
  return ok({
    results: [
      {
        name: 'private-apps-api-calls-daily',
        usageLimit: limit,
        currentUsage: used,
        collectedAt: iso(call.now),
        fetchStatus: 'SUCCESS',
        resetsAt: iso(resetsAt),
      },
    ],
  });
}

/** `POST /oauth/v2/private-apps/get/access-token-info`: needs no bearer, the token is in the body. */
export function privateAppToken(call: Call, callers: ReadonlyMap<string, Caller>): Answer {
  const caller = callers.get(requiredText(bodyObject(call)['tokenKey'], 'tokenKey'));
  if (caller === undefined) throw unknownToken();
  const { portalId, appId } = call.portal.account;
  return ok({ userId: caller.userId, hubId: Number(portalId), appId: Number(appId), scopes: [...caller.scopes] });
}

/** `GET /oauth/v1/access-tokens/{token}` */
export function accessToken(call: Call, callers: ReadonlyMap<string, Caller>): Answer {
  const token = call.params['token'] ?? '';
  const caller = callers.get(token);
  if (caller === undefined) throw unknownToken();
  const { portalId, appId } = call.portal.account;
  return ok({
    token,
    user: userEmail(call.portal, caller.userId),
    hub_domain: `portal-${portalId}.example`,
    scopes: [...caller.scopes],
    hub_id: Number(portalId),
    app_id: Number(appId),
    expires_in: 1800,
    user_id: caller.userId,
    token_type: 'access',
  });
}

function userEmail(portal: Portal, userId: number): string {
  return portal.owners.find((owner) => owner.userId === userId)?.email ?? `user-${userId}@portal-${portal.account.portalId}.example`;
}

function unknownToken(): HubspotProblem {
  return new HubspotProblem(404, 'access token not found', { category: 'OBJECT_NOT_FOUND' });
}
