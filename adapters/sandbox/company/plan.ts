/** The company as decided, before anything is written: words of neither vendor. All instants are epoch milliseconds. */

export type Team = 'marketing' | 'development' | 'closing';

export interface Colleague {
  readonly email: string;
  readonly firstName: string;
  readonly lastName: string;
  /** `development` works new leads, `closing` works deals. */
  readonly team: Team;
}

export type Channel =
  | 'Paid Search'
  | 'Paid Social'
  | 'Organic Search'
  | 'Webinar'
  | 'Trade Show'
  | 'Content'
  | 'Email'
  | 'Referral'
  | 'Partner';

export interface CampaignPlan {
  readonly name: string;
  /** The names it goes by at sales; two where sales splits one theme. */
  readonly salesNames: readonly string[];
  /** How the two are paired: a stored id, the same name, or nothing that a program could go by. */
  readonly pairedBy: 'id' | 'name' | 'nothing';
  readonly channel: Channel;
  readonly utm: string;
  readonly startsAt: number;
  readonly endsAt: number;
  /** Whole units of the company's currency; null where nobody kept books. */
  readonly cost: number | null;
  /** Relative number of people it brings. */
  readonly weight: number;
  /** Multiplies the chance that its people are any good. */
  readonly quality: number;
}

export interface Employer {
  readonly name: string;
  readonly domain: string;
  readonly industry: string;
  readonly country: string;
  readonly employees: number;
}

/** Where a record is kept. */
export type Home = 'marketing' | 'both' | 'sales';

export interface Attempt {
  readonly at: number;
  readonly kind: 'call' | 'email' | 'meeting';
  /** The prospect answered, replied or came. */
  readonly connected: boolean;
  /** In which CRM it is logged; `both`: once each, as two records. */
  readonly logged: 'marketing' | 'sales' | 'both';
  readonly by: Colleague;
}

/** A change of status that somebody made in one of the CRMs. */
export interface StatusStep {
  readonly at: number;
  readonly side: 'marketing' | 'sales';
  readonly status: 'handed' | 'working' | 'rejected' | 'recycled' | 'deal';
  /** Null: an automation. */
  readonly by: Colleague | null;
  /** Why it was rejected, where somebody said so. */
  readonly reason: string | null;
}

export interface DealPlan {
  readonly name: string;
  readonly createdAt: number;
  readonly amount: number;
  readonly owner: Colleague;
  /** The stages it went through, the first at `createdAt`; 1 to 4 are open ones. */
  readonly stages: readonly { readonly at: number; readonly stage: 1 | 2 | 3 | 4 | 'won' | 'lost' }[];
  readonly reason: string | null;
  /** False: the person is not named on the deal, as happens in every sales team. */
  readonly hasRole: boolean;
  /** A salesperson names this campaign as the source; null: whatever the CRM does by itself. */
  readonly sourceByPerson: CampaignPlan | null;
}

/** One person's way through both teams. */
export interface Life {
  readonly number: number;
  readonly firstName: string;
  readonly lastName: string;
  /** As it was typed, right or wrong. */
  readonly email: string;
  readonly malformed: boolean;
  readonly title: string;
  readonly employer: Employer;
  readonly home: Home;
  readonly createdAt: number;
  /** The campaign that brought the person; null: came without one. */
  readonly campaign: CampaignPlan | null;
  readonly channel: Channel;
  /** Campaigns the person took part in, with the response where there was one. The first is `campaign`. */
  readonly memberships: readonly { readonly campaign: CampaignPlan; readonly at: number; readonly respondedAt: number | null }[];
  readonly qualifiedAt: number | null;
  /** When sales got the person; null: never. */
  readonly handedAt: number | null;
  /** Who has to follow up. */
  readonly owner: Colleague | null;
  /** The queue that held the lead before it was given to the owner, until then; null: none did. */
  readonly queuedUntil: number | null;
  readonly attempts: readonly Attempt[];
  /** When a sequence sent its mails: nobody's own work, though it looks like it. */
  readonly sequence: readonly number[];
  readonly statuses: readonly StatusStep[];
  readonly convertedAt: number | null;
  readonly deal: DealPlan | null;
  /** What somebody bought from marketing's shop without ever meeting sales. */
  readonly purchase: { readonly at: number; readonly amount: number } | null;
  /** A second record of the same person at sales. */
  readonly duplicateAt: number | null;
}
