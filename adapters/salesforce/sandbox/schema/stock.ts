/** Values of a new organisation's standard picklists. @source Salesforce's recorded describe of v42 for Lead, Campaign and Opportunity. */
export const LEAD_SOURCES: readonly string[] = ['Web', 'Phone Inquiry', 'Partner Referral', 'Purchased List', 'Other'];
export const RATINGS: readonly string[] = ['Hot', 'Warm', 'Cold'];
export const SALUTATIONS: readonly string[] = ['Mr.', 'Ms.', 'Mrs.', 'Dr.', 'Prof.', 'Mx.'];
export const INDUSTRIES: readonly string[] = [
  'Agriculture',
  'Apparel',
  'Banking',
  'Biotechnology',
  'Chemicals',
  'Communications',
  'Construction',
  'Consulting',
  'Education',
  'Electronics',
  'Energy',
  'Engineering',
  'Entertainment',
  'Environmental',
  'Finance',
  'Food & Beverage',
  'Government',
  'Healthcare',
  'Hospitality',
  'Insurance',
  'Machinery',
  'Manufacturing',
  'Media',
  'Not For Profit',
  'Recreation',
  'Retail',
  'Shipping',
  'Technology',
  'Telecommunications',
  'Transportation',
  'Utilities',
  'Other',
];

/** Label, default, converted. */
export const LEAD_STATUSES: readonly (readonly [string, boolean, boolean])[] = [
  ['Open - Not Contacted', true, false],
  ['Working - Contacted', false, false],
  ['Closed - Converted', false, true],
  ['Closed - Not Converted', false, false],
];

export interface Stage {
  readonly name: string;
  readonly probability: number;
  readonly closed: boolean;
  readonly won: boolean;
  readonly forecast: string;
}

function open(name: string, probability: number): Stage {
  return { name, probability, closed: false, won: false, forecast: 'Pipeline' };
}

export const STAGES: readonly Stage[] = [
  open('Prospecting', 10),
  open('Qualification', 10),
  open('Needs Analysis', 20),
  open('Value Proposition', 50),
  open('Id. Decision Makers', 60),
  open('Perception Analysis', 70),
  open('Proposal/Price Quote', 75),
  open('Negotiation/Review', 90),
  { name: 'Closed Won', probability: 100, closed: true, won: true, forecast: 'Closed' },
  { name: 'Closed Lost', probability: 0, closed: true, won: false, forecast: 'Omitted' },
];

export const CAMPAIGN_TYPES: readonly string[] = [
  'Conference',
  'Webinar',
  'Trade Show',
  'Public Relations',
  'Partners',
  'Referral Program',
  'Advertisement',
  'Banner Ads',
  'Direct Mail',
  'Email',
  'Telemarketing',
  'Other',
];
export const CAMPAIGN_STATUSES: readonly string[] = ['Planned', 'In Progress', 'Completed', 'Aborted'];
export const LOSS_REASONS: readonly string[] = ['Price', 'Competitor', 'No budget', 'No decision', 'Timing', 'Missing feature', 'Other'];
export const REJECTION_REASONS: readonly string[] = [
  'No fit',
  'Bad timing',
  'No budget',
  'Not reachable',
  'Wrong contact',
  'Duplicate',
  'Student or competitor',
];
export const CONTACT_ROLES: readonly string[] = [
  'Business User',
  'Decision Maker',
  'Economic Buyer',
  'Economic Decision Maker',
  'Evaluator',
  'Executive Sponsor',
  'Influencer',
  'Technical Buyer',
  'Other',
];
export const TASK_STATUSES: readonly string[] = ['Not Started', 'In Progress', 'Completed', 'Waiting on someone else', 'Deferred'];
