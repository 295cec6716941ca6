import type { Portal } from '../model.ts';
import type { HubspotSeed } from '../seed.ts';
import { rollUpActivities } from './activities.ts';
import { followDeals } from './deals.ts';

/** Has HubSpot's own automations follow what happens through the API. */
export function startAutomations(portal: Portal): void {
  portal.events.listeners.push((event) => {
    if (portal.events.seeding) return;
    rollUpActivities(portal, event);
    followDeals(portal, event);
  });
}

/** A seed that no automation follows: the account is filled exactly as told. */
export function withoutAutomations(portal: Portal, seed: HubspotSeed): HubspotSeed {
  const quiet = <Given extends unknown[], Result>(act: (...given: Given) => Result) => {
    return (...given: Given): Result => {
      const before = portal.events.seeding;
      portal.events.seeding = true;
      try {
        return act(...given);
      } finally {
        portal.events.seeding = before;
      }
    };
  };
  return {
    owner: (given) => seed.owner(given),
    record: quiet((...given: Parameters<HubspotSeed['record']>) => seed.record(...given)),
    change: quiet((...given: Parameters<HubspotSeed['change']>) => seed.change(...given)),
    associate: quiet((...given: Parameters<HubspotSeed['associate']>) => seed.associate(...given)),
    campaign: quiet((...given: Parameters<HubspotSeed['campaign']>) => seed.campaign(...given)),
  };
}
