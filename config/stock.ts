import type { Rung } from '../src/model/words.ts';

/** Every rung of the ladder in order, then the side exits. */
export const rungs: readonly Rung[] = [
  'new',
  'engaged',
  'mql',
  'handed',
  'working',
  'accepted',
  'sql',
  'opportunity',
  'customer',
  'rejected',
  'recycled',
];

/** A status map as people write it: plain objects, `hold` for what is not written on this side. */
export interface StockStatusMap {
  readonly field: string;
  readonly reads: Readonly<Record<string, Rung>>;
  readonly writes: Readonly<Partial<Record<Rung, string>>>;
  readonly history: Readonly<Record<string, Readonly<Record<string, Rung>>>>;
}

/**
 * HubSpot's lead status with its stock options.
 * @source https://knowledge.hubspot.com/properties/hubspots-default-contact-properties (checked 2026-11)
 */
export const hubspotStatus: StockStatusMap = {
  field: 'hs_lead_status',
  reads: {
    NEW: 'handed',
    OPEN: 'working',
    IN_PROGRESS: 'working',
    ATTEMPTED_TO_CONTACT: 'working',
    CONNECTED: 'working',
    OPEN_DEAL: 'opportunity',
    UNQUALIFIED: 'rejected',
    BAD_TIMING: 'recycled',
  },
  writes: {
    handed: 'NEW',
    working: 'IN_PROGRESS',
    accepted: 'OPEN_DEAL',
    sql: 'OPEN_DEAL',
    opportunity: 'OPEN_DEAL',
    rejected: 'UNQUALIFIED',
    recycled: 'BAD_TIMING',
  },
  history: {
    lifecyclestage: {
      subscriber: 'new',
      lead: 'engaged',
      marketingqualifiedlead: 'mql',
      salesqualifiedlead: 'sql',
      opportunity: 'opportunity',
      customer: 'customer',
      evangelist: 'customer',
    },
  },
};

/**
 * The default pipeline of HubSpot's leads object, by the labels of its stages. Qualified and beyond is for people to set: a
 * deal belongs to it.
 * @source https://developers.hubspot.com/docs/api-reference/latest/crm/objects/leads/guide (checked 2026-11)
 */
export const hubspotLeadStatus: StockStatusMap = {
  field: 'leads.hs_pipeline_stage',
  reads: { New: 'handed', Attempting: 'working', Connected: 'working', Qualified: 'accepted', Disqualified: 'rejected' },
  writes: { handed: 'New', working: 'Attempting', rejected: 'Disqualified' },
  history: {},
};

/**
 * Salesforce's lead status with its stock values. A converted lead's status is derived from its opportunities.
 * @source https://help.salesforce.com/s/articleView?id=sales.leads_fields.htm (checked 2026-11)
 */
export const salesforceStatus: StockStatusMap = {
  field: 'Status',
  reads: {
    'Open - Not Contacted': 'handed',
    'Working - Contacted': 'working',
    'Closed - Converted': 'accepted',
    'Closed - Not Converted': 'rejected',
  },
  writes: {
    handed: 'Open - Not Contacted',
    working: 'Working - Contacted',
    rejected: 'Closed - Not Converted',
  },
  history: {},
};

/** What a handed-over lead holds, where the configuration does not say it. Salesforce demands a last name and a company. */
export const stockHandover: {
  readonly fields: Readonly<Record<string, string>>;
  readonly blank: Readonly<Record<string, string>>;
} = {
  fields: { Email: 'email', FirstName: 'firstname', LastName: 'lastname', Company: 'company', Phone: 'phone', Title: 'jobtitle' },
  blank: { LastName: '[unknown]', Company: '[unknown]' },
};
