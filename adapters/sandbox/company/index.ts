import type { HubspotSeed } from '../../hubspot/sandbox/index.ts';
import type { SalesforceSeed } from '../../salesforce/sandbox/index.ts';
import type { Draw } from '../random.ts';
import { arrivals, campaigns } from './campaigns.ts';
import { marketingWriter } from './hubspot.ts';
import { planLife } from './life.ts';
import { countLife, emptyTruth, type CompanyTruth } from './truth.ts';
import { salesWriter } from './salesforce.ts';
import { perform } from './step.ts';

export type { CompanyTruth } from './truth.ts';

/** What a company is made from. */
export interface CompanyOptions {
  readonly people: number;
  /** The company's present, in epoch milliseconds: its history ends here. */
  readonly now: number;
  readonly seeds: Draw;
  readonly hubspot: HubspotSeed;
  readonly salesforce: SalesforceSeed;
  /** Whether the HubSpot account has campaigns. */
  readonly paid: boolean;
  readonly provisioned: boolean;
}

const DAY = 86_400_000;

/** Of more people than this, what making them leaves behind is collected after each so many. */
const MANY = 100_000;
const EACH = 20_000;

/** Collects and compacts, where the process exposes its collector; elsewhere V8 decides. */
function collect(): void {
  globalThis.gc?.({ type: 'major', execution: 'sync', flavor: 'last-resort' });
}
/** Nine months of history. */
const SPAN = 274 * DAY;

/**
 * Makes a company of two teams who misbehave as the industry's figures say, and writes it into both imitations person
 * by person, through their seeds only. The same options give the same company. @returns what there is to find in it
 */
export function makeCompany(options: CompanyOptions): CompanyTruth {
  const { people, now, seeds } = options;
  const plans = campaigns(now);
  const marketing = marketingWriter(options.hubspot, { campaigns: plans, paid: options.paid, provisioned: options.provisioned });
  const sales = salesWriter(options.salesforce, {
    campaigns: plans,
    startsAt: now - SPAN,
    crossId: (campaign) => (campaign.pairedBy === 'id' && options.provisioned ? marketing.campaignGuid(campaign) : undefined),
  });
  for (const campaign of plans) if (campaign.pairedBy === 'id') marketing.pair(campaign, sales.campaignIds(campaign));
  const truth = emptyTruth(plans);
  const span = { from: now - SPAN, to: now - DAY, draw: seeds.fork('arrivals') };
  for (const [number, arrival] of arrivals(plans, people, span).entries()) {
    const life = planLife({ now, people, campaigns: plans, seeds }, number, arrival);
    perform([...marketing.steps(life), ...sales.steps(life)]);
    countLife(truth, life, now);
    if (people > MANY && number % EACH === EACH - 1) collect();
  }
  return truth;
}
