import type { SalesforceSeed } from '../../salesforce/sandbox/index.ts';
import type { Attempt, CampaignPlan, Channel, Colleague, DealPlan, Life } from './plan.ts';
import { STAFF, team } from './staff.ts';
import type { Step } from './step.ts';

/** Writes the company's plan into the imitation Salesforce, through its seeds. */
export interface SalesWriter {
  /** The ids under which sales keeps a campaign; several where it splits one. */
  campaignIds(campaign: CampaignPlan): readonly string[];
  steps(life: Life): readonly Step[];
}

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const day = (at: number): string => iso(at).slice(0, 10);

const LEAD_SOURCES: Readonly<Record<Channel, string>> = {
  'Paid Search': 'Web',
  'Paid Social': 'Web',
  'Organic Search': 'Web',
  Webinar: 'Other',
  'Trade Show': 'Other',
  Content: 'Web',
  Email: 'Web',
  Referral: 'Partner Referral',
  Partner: 'Partner Referral',
};

const CAMPAIGN_TYPES: Readonly<Record<Channel, string>> = {
  'Paid Search': 'Advertisement',
  'Paid Social': 'Banner Ads',
  'Organic Search': 'Other',
  Webinar: 'Webinar',
  'Trade Show': 'Trade Show',
  Content: 'Other',
  Email: 'Email',
  Referral: 'Referral Program',
  Partner: 'Partners',
};

const STAGES = {
  1: 'Qualification',
  2: 'Needs Analysis',
  3: 'Proposal/Price Quote',
  4: 'Negotiation/Review',
  won: 'Closed Won',
  lost: 'Closed Lost',
} as const;

const ROLES = { marketing: 'Marketing', development: 'SDR', closing: 'Account Executive' } as const;

interface World {
  readonly seed: SalesforceSeed;
  readonly users: ReadonlyMap<Colleague, string>;
  readonly queue: string;
  readonly campaigns: ReadonlyMap<CampaignPlan, readonly string[]>;
}

/** Adds users, the queue of new leads and campaigns, and gives what writes people. */
export function salesWriter(
  seed: SalesforceSeed,
  company: {
    readonly campaigns: readonly CampaignPlan[];
    readonly startsAt: number;
    /** The other CRM's id of a campaign whose pair is stored. */
    readonly crossId: (campaign: CampaignPlan) => string | undefined;
  },
): SalesWriter {
  const users = new Map(
    STAFF.map(
      (one) =>
        [
          one,
          seed.user({ name: `${one.firstName} ${one.lastName}`, email: one.email, role: ROLES[one.team], department: ROLES[one.team] }),
        ] as const,
    ),
  );
  const at = company.startsAt;
  const queue = seed.insert('Group', { Name: 'New leads', DeveloperName: 'New_leads', Type: 'Queue' }, { at });
  seed.insert('QueueSobject', { QueueId: queue, SobjectType: 'Lead' }, { at });
  const campaigns = new Map(
    company.campaigns.map((campaign) => [campaign, addCampaigns(seed, campaign, company.crossId(campaign))] as const),
  );
  const world: World = { seed, users, queue, campaigns };
  return {
    campaignIds: (campaign) => campaigns.get(campaign) ?? [],
    steps: (life) =>
      life.handedAt === null || life.owner === null ? [] : stepsOf(world, life, { handedAt: life.handedAt, owner: life.owner }),
  };
}

function addCampaigns(seed: SalesforceSeed, campaign: CampaignPlan, crossId: string | undefined): readonly string[] {
  const at = campaign.startsAt - 7 * DAY;
  return campaign.salesNames.map((name, index) =>
    seed.insert(
      'Campaign',
      {
        Name: name,
        Type: CAMPAIGN_TYPES[campaign.channel],
        Status: 'In Progress',
        IsActive: true,
        StartDate: day(campaign.startsAt),
        EndDate: day(campaign.endsAt - DAY),
        // The whole theme is paid for once.
        ...(campaign.cost === null || index > 0 ? {} : { ActualCost: campaign.cost, BudgetedCost: campaign.cost }),
        ...(crossId === undefined ? {} : { Truce_Cross_Id__c: crossId }),
      },
      { at },
    ),
  );
}

interface Handed {
  readonly handedAt: number;
  readonly owner: Colleague;
}

function stepsOf(world: World, life: Life, handed: Handed): readonly Step[] {
  const { seed } = world;
  const ids = { lead: '' };
  const ownerId = world.users.get(handed.owner) ?? '';
  // Marketing hands over by list import; what sales finds, it types in.
  const marketer = world.users.get(team('marketing')[life.number % team('marketing').length] ?? handed.owner) ?? ownerId;
  const author = life.home === 'sales' ? ownerId : marketer;
  const at = life.handedAt ?? life.createdAt;
  const fields = { ...leadFields(life), OwnerId: life.queuedUntil === null ? ownerId : world.queue };
  const steps: Step[] = [{ at, run: () => void (ids.lead = seed.insert('Lead', fields, { at, userId: author })) }];
  const { queuedUntil, duplicateAt } = life;
  if (queuedUntil !== null)
    steps.push({ at: queuedUntil, run: () => seed.update('Lead', ids.lead, { OwnerId: ownerId }, { at: queuedUntil, userId: ownerId }) });
  if (duplicateAt !== null)
    steps.push({
      at: duplicateAt,
      run: () => void seed.insert('Lead', { ...leadFields(life), OwnerId: ownerId }, { at: duplicateAt, userId: ownerId }),
    });
  for (const step of life.statuses) {
    if (step.side !== 'sales') continue;
    const status =
      step.status === 'working'
        ? { Status: 'Working - Contacted' }
        : { Status: 'Closed - Not Converted', ...(step.reason === null ? {} : { Rejection_Reason__c: step.reason }) };
    const userId = step.by === null ? ownerId : (world.users.get(step.by) ?? ownerId);
    steps.push({ at: step.at, run: () => seed.update('Lead', ids.lead, status, { at: step.at, userId }) });
  }
  return [...steps, ...memberSteps(world, life, ids), ...attemptSteps(world, life, ids), ...dealSteps(world, life, ids)];
}

function leadFields(life: Life): Readonly<Record<string, string | number | boolean>> {
  const { employer } = life;
  return {
    FirstName: life.firstName,
    LastName: life.lastName,
    Company: employer.name,
    // Salesforce refuses what is no address; whoever types it in puts it where it fits.
    ...(life.malformed ? { Description: `E-mail as given: ${life.email}` } : { Email: life.email }),
    Title: life.title,
    Industry: employer.industry,
    Country: employer.country,
    NumberOfEmployees: employer.employees,
    Website: `https://${employer.domain}`,
    LeadSource: life.home === 'sales' ? 'Purchased List' : LEAD_SOURCES[life.channel],
    Status: 'Open - Not Contacted',
  };
}

/** Membership begins when the lead exists; the response keeps the day on which it came. */
function memberSteps(world: World, life: Life, ids: { readonly lead: string }): readonly Step[] {
  return life.memberships.flatMap(({ campaign, at, respondedAt }): Step[] => {
    const choices = world.campaigns.get(campaign) ?? [];
    const campaignId = choices[life.number % Math.max(1, choices.length)];
    if (campaignId === undefined || (life.convertedAt !== null && at >= life.convertedAt)) return [];
    const added = Math.max(at, life.handedAt ?? at);
    const response = respondedAt === null ? { Status: 'Sent' } : { Status: 'Responded', FirstRespondedDate: day(respondedAt) };
    return [
      {
        at: added,
        run: () => void world.seed.insert('CampaignMember', { CampaignId: campaignId, LeadId: ids.lead, ...response }, { at: added }),
      },
    ];
  });
}

function attemptSteps(world: World, life: Life, ids: { readonly lead: string }): readonly Step[] {
  return life.attempts.flatMap((attempt): Step[] => {
    if (attempt.logged === 'marketing') return [];
    const { at } = attempt;
    const userId = world.users.get(attempt.by) ?? '';
    return [
      { at, run: () => void world.seed.insert('Task', { ...taskFields(attempt), WhoId: ids.lead, OwnerId: userId }, { at, userId }) },
    ];
  });
}

function taskFields(attempt: Attempt): Readonly<Record<string, string | number>> {
  const done = { Status: 'Completed', Priority: 'Normal', ActivityDate: day(attempt.at) };
  if (attempt.kind === 'email') return { ...done, Subject: 'Email: your interest', TaskSubtype: 'Email', Type: 'Email' };
  return {
    ...done,
    Subject: 'Call',
    TaskSubtype: 'Call',
    Type: 'Call',
    CallType: 'Outbound',
    CallDisposition: attempt.connected ? 'Connected' : 'No answer',
    CallDurationInSeconds: attempt.connected ? 340 : 0,
  };
}

/** The conversion, the first meeting, and the deal through its stages. */
function dealSteps(world: World, life: Life, ids: { readonly lead: string }): readonly Step[] {
  const { convertedAt, deal, owner } = life;
  if (convertedAt === null || deal === null || owner === null) return [];
  const { seed } = world;
  const seller = world.users.get(deal.owner) ?? '';
  const made = { deal: '' };
  const steps: Step[] = [{ at: convertedAt, run: () => void (made.deal = convert(world, life, { lead: ids.lead, deal, convertedAt })) }];
  for (const { at, stage } of deal.stages.slice(1)) {
    const closed = stage === 'won' || stage === 'lost';
    const reason = stage === 'lost' && deal.reason !== null ? { Loss_Reason__c: deal.reason } : {};
    const fields = { StageName: STAGES[stage], ...(closed ? { CloseDate: day(at) } : {}), ...reason };
    steps.push({ at, run: () => seed.update('Opportunity', made.deal, fields, { at, userId: seller }) });
  }
  const source = deal.sourceByPerson === null ? undefined : world.campaigns.get(deal.sourceByPerson)?.[0];
  const at = convertedAt + 5 * 60_000;
  if (source !== undefined)
    steps.push({ at, run: () => seed.update('Opportunity', made.deal, { CampaignId: source }, { at, userId: seller }) });
  return steps;
}

function convert(world: World, life: Life, so: { readonly lead: string; readonly deal: DealPlan; readonly convertedAt: number }): string {
  const { seed } = world;
  const { deal, convertedAt: at } = so;
  const userId = world.users.get(life.owner ?? deal.owner) ?? '';
  const seller = world.users.get(deal.owner) ?? userId;
  const details = { Name: deal.name, StageName: STAGES[1], CloseDate: day(at + 60 * DAY), Amount: deal.amount, OwnerId: seller };
  // Without an opportunity from the conversion nobody is named on the deal.
  const { accountId, contactId, opportunityId } = seed.convertLead(so.lead, { at, userId, opportunity: deal.hasRole ? details : null });
  const meeting = {
    WhoId: contactId,
    OwnerId: seller,
    Subject: 'Meeting',
    StartDateTime: iso(at - 3_600_000),
    DurationInMinutes: 30,
    Type: 'Meeting',
  };
  seed.insert('Event', meeting, { at, userId: seller });
  return (
    opportunityId ??
    seed.insert('Opportunity', { ...details, AccountId: accountId, LeadSource: LEAD_SOURCES[life.channel] }, { at, userId: seller })
  );
}
