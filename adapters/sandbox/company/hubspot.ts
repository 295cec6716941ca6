import type { HubspotSeed, WriterSource } from '../../hubspot/sandbox/index.ts';
import type { CampaignPlan, Channel, Colleague, Employer, Life, StatusStep } from './plan.ts';
import { STAFF } from './staff.ts';
import type { Step } from './step.ts';

/** Writes the company's plan into the imitation HubSpot, through its seeds. */
export interface MarketingWriter {
  /** The GUID of a campaign. */
  campaignGuid(campaign: CampaignPlan): string | undefined;
  /** Stores the paired campaigns' ids of the other CRM. */
  pair(campaign: CampaignPlan, salesIds: readonly string[]): void;
  steps(life: Life): readonly Step[];
}

const DAY = 86_400_000;
const iso = (at: number): string => new Date(at).toISOString();
const day = (at: number): string => iso(at).slice(0, 10);

const SOURCES: Readonly<Record<Channel, string>> = {
  'Paid Search': 'PAID_SEARCH',
  'Paid Social': 'PAID_SOCIAL',
  'Organic Search': 'ORGANIC_SEARCH',
  Webinar: 'OTHER_CAMPAIGNS',
  'Trade Show': 'OFFLINE',
  Content: 'OTHER_CAMPAIGNS',
  Email: 'EMAIL_MARKETING',
  Referral: 'REFERRALS',
  Partner: 'REFERRALS',
};

const STATUSES: Readonly<Record<StatusStep['status'], string>> = {
  handed: 'NEW',
  working: 'IN_PROGRESS',
  rejected: 'UNQUALIFIED',
  recycled: 'BAD_TIMING',
  deal: 'OPEN_DEAL',
};

const TEAMS = { marketing: 'Marketing', development: 'Sales Development', closing: 'Account Executives' } as const;

const CONNECTED = 'f240bbac-87c9-4f6e-bf70-924b57d47db7';
const NO_ANSWER = '73a0d17f-1163-4015-bdd5-ec830791da20';

const WORKFLOW: WriterSource = { type: 'AUTOMATION_PLATFORM', id: 'enrollmentId:1', label: 'Hand over to sales' };

interface World {
  readonly seed: HubspotSeed;
  readonly owners: ReadonlyMap<Colleague, { readonly id: string; readonly userId: string }>;
  readonly campaigns: ReadonlyMap<CampaignPlan, { readonly guid: string; readonly id: string }>;
  readonly companies: Map<Employer['domain'], string>;
}

/** Adds users and campaigns, and gives what writes people. `paid`: the account has campaigns. */
export function marketingWriter(
  seed: HubspotSeed,
  company: { readonly campaigns: readonly CampaignPlan[]; readonly paid: boolean; readonly provisioned: boolean },
): MarketingWriter {
  const owners = new Map(
    STAFF.map(
      (one) => [one, seed.owner({ email: one.email, firstName: one.firstName, lastName: one.lastName, teams: [TEAMS[one.team]] })] as const,
    ),
  );
  const campaigns = new Map(
    company.paid
      ? company.campaigns.map(
          (campaign) => [campaign, seed.campaign(campaignProperties(campaign), { at: campaign.startsAt - 7 * DAY })] as const,
        )
      : [],
  );
  const world: World = { seed, owners, campaigns, companies: new Map() };
  return {
    campaignGuid: (campaign) => campaigns.get(campaign)?.guid,
    pair(campaign, salesIds) {
      const record = campaigns.get(campaign);
      const [first] = salesIds;
      if (record === undefined || first === undefined || !company.provisioned) return;
      seed.change('campaigns', record.id, { truce_cross_id: first }, { at: campaign.startsAt - 6 * DAY });
    },
    steps: (life) => (life.home === 'sales' ? [] : stepsOf(world, life)),
  };
}

function campaignProperties(campaign: CampaignPlan): Record<string, string> {
  return {
    hs_name: campaign.name,
    hs_utm: campaign.utm,
    hs_start_date: day(campaign.startsAt),
    hs_end_date: day(campaign.endsAt - DAY),
    ...(campaign.cost === null ? {} : { hs_spend_items_sum_amount: String(campaign.cost) }),
  };
}

function byHand(world: World, colleague: Colleague): WriterSource {
  const userId = world.owners.get(colleague)?.userId;
  return { type: 'CRM_UI', ...(userId === undefined ? {} : { userId }) };
}

function stepsOf(world: World, life: Life): readonly Step[] {
  const { seed } = world;
  const ids = { contact: '' };
  const change = (at: number, properties: Record<string, string>, source: WriterSource): Step => ({
    at,
    run: () => seed.change('contacts', ids.contact, properties, { at, source }),
  });
  const steps: Step[] = [{ at: life.createdAt, run: () => void (ids.contact = addContact(world, life)) }];
  for (const { campaign, at } of life.memberships) {
    const record = world.campaigns.get(campaign);
    if (record !== undefined) steps.push({ at, run: () => seed.associate('contacts', ids.contact, 'campaigns', record.id) });
  }
  if (life.qualifiedAt !== null) {
    const scoring: WriterSource = { type: 'AUTOMATION_PLATFORM', id: 'enrollmentId:2', label: 'Lead scoring' };
    steps.push(change(life.qualifiedAt, { lifecyclestage: 'marketingqualifiedlead' }, scoring));
  }
  const owner = life.owner === null ? undefined : world.owners.get(life.owner);
  if (life.handedAt !== null && owner !== undefined) steps.push(change(life.handedAt, { hubspot_owner_id: owner.id }, WORKFLOW));
  for (const step of life.statuses) {
    if (step.side !== 'marketing') continue;
    const stage = step.status === 'deal' ? { lifecyclestage: 'opportunity' } : {};
    steps.push(change(step.at, { hs_lead_status: STATUSES[step.status], ...stage }, step.by === null ? WORKFLOW : byHand(world, step.by)));
  }
  return [...steps, ...attemptSteps(world, life, ids), ...sequenceSteps(world, life, ids), ...purchaseSteps(world, life, ids)];
}

function addContact(world: World, life: Life): string {
  const { seed, companies } = world;
  const { employer, campaign } = life;
  const utm =
    campaign !== null && campaign.channel !== 'Trade Show'
      ? { utm_campaign: campaign.utm, utm_source: SOURCES[campaign.channel].toLowerCase() }
      : {};
  const imported: WriterSource = { type: 'IMPORT', id: '1001', label: 'Booth scans' };
  const form: WriterSource = { type: 'FORM', id: 'a1b2c3d4-0000-4000-8000-00000000f001', label: 'Contact form' };
  const source = life.channel === 'Trade Show' ? imported : form;
  const at = life.createdAt;
  const contact = seed.record(
    'contacts',
    {
      email: life.email,
      firstname: life.firstName,
      lastname: life.lastName,
      company: employer.name,
      jobtitle: life.title,
      country: employer.country,
      industry: employer.industry,
      hs_analytics_source: SOURCES[life.channel],
      hs_analytics_source_data_1: campaign?.utm ?? '',
      hs_analytics_first_timestamp: iso(at),
      ...(source === form
        ? { first_conversion_date: iso(at), first_conversion_event_name: campaign?.name ?? 'Contact form', num_conversion_events: '1' }
        : {}),
      ...utm,
    },
    { at, source },
  );
  let company = companies.get(employer.domain);
  if (company === undefined) {
    const { name, domain, industry, country } = employer;
    company = seed.record('companies', { name, domain, industry, country, numberofemployees: String(employer.employees) }, { at, source });
    companies.set(employer.domain, company);
  }
  seed.associate('contacts', contact, 'companies', company);
  return contact;
}

/** Calls and mails that sales logs in marketing's CRM. */
function attemptSteps(world: World, life: Life, ids: { readonly contact: string }): readonly Step[] {
  return life.attempts.flatMap((attempt): Step[] => {
    if (attempt.logged === 'sales') return [];
    // Logged twice, the second copy comes a little later.
    const at = attempt.logged === 'both' ? attempt.at + 40_000 : attempt.at;
    const ownerId = world.owners.get(attempt.by)?.id ?? '';
    const common = { hs_timestamp: iso(at), hubspot_owner_id: ownerId };
    const call = {
      hs_call_direction: 'OUTBOUND',
      hs_call_status: 'COMPLETED',
      hs_call_disposition: attempt.connected ? CONNECTED : NO_ANSWER,
    };
    const mail = { hs_email_direction: 'EMAIL', hs_email_status: 'SENT', hs_email_subject: `Your interest, ${life.firstName}` };
    const type = attempt.kind === 'call' ? 'calls' : 'emails';
    const log = (properties: Record<string, string>, when: number, source: WriterSource): void => {
      const id = world.seed.record(type, { ...common, ...properties, hs_timestamp: iso(when) }, { at: when, source });
      world.seed.associate(type, id, 'contacts', ids.contact);
    };
    const source = byHand(world, attempt.by);
    const steps: Step[] = [{ at, run: () => log(type === 'calls' ? { ...call, hs_call_title: 'Follow-up' } : mail, at, source) }];
    if (type === 'emails' && attempt.connected) {
      const reply = { hs_email_direction: 'INCOMING_EMAIL', hs_email_subject: `Re: Your interest, ${life.firstName}` };
      steps.push({ at: at + 60_000, run: () => log(reply, at + 60_000, { type: 'ENGAGEMENTS', label: 'Inbox' }) });
    }
    return steps;
  });
}

/** Mails of a sequence: logged like a salesperson's own, but for their source. */
function sequenceSteps(world: World, life: Life, ids: { readonly contact: string }): readonly Step[] {
  const ownerId = life.owner === null ? '' : (world.owners.get(life.owner)?.id ?? '');
  const source: WriterSource = { type: 'SEQUENCES', label: 'New leads' };
  return life.sequence.map((at, count) => ({
    at,
    run: () => {
      const mail = {
        hs_email_direction: 'EMAIL',
        hs_email_status: 'SENT',
        hs_email_subject: `Quick question (${count + 1})`,
        hs_sequence_id: '901',
      };
      const id = world.seed.record('emails', { ...mail, hs_timestamp: iso(at), hubspot_owner_id: ownerId }, { at, source });
      world.seed.associate('emails', id, 'contacts', ids.contact);
    },
  }));
}

/** What people buy from the shop: a won deal that sales never sees. */
function purchaseSteps(world: World, life: Life, ids: { readonly contact: string }): readonly Step[] {
  const { purchase } = life;
  if (purchase === null) return [];
  const { at, amount } = purchase;
  const source: WriterSource = { type: 'AUTOMATION_PLATFORM', id: 'enrollmentId:3', label: 'Web shop' };
  const properties = {
    dealname: `Web shop: ${life.lastName}`,
    amount: String(amount),
    dealstage: 'closedwon',
    closedate: iso(at),
    dealtype: 'newbusiness',
  };
  const buy = (): void => {
    const deal = world.seed.record('deals', properties, { at, source });
    world.seed.associate('deals', deal, 'contacts', ids.contact);
    world.seed.change('contacts', ids.contact, { lifecyclestage: 'customer' }, { at, source });
  };
  return [{ at, run: buy }];
}
