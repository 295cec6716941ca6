import type { StockRow } from './define.ts';

const INFO = 'contactinformation';
const ANALYTICS = 'analyticsinformation';
const CONVERSION = 'conversioninformation';

/** Stock options of the lead status. @source HubSpot knowledge base, default contact properties (checked 2026-11) */
export const LEAD_STATUSES: readonly string[] = [
  'NEW=New',
  'OPEN=Open',
  'IN_PROGRESS=In Progress',
  'OPEN_DEAL=Open Deal',
  'UNQUALIFIED=Unqualified',
  'ATTEMPTED_TO_CONTACT=Attempted to Contact',
  'CONNECTED=Connected',
  'BAD_TIMING=Bad Timing',
];

/** In order: only a move to the right is possible in one write. */
export const LIFECYCLE_STAGES: readonly string[] = [
  'subscriber=Subscriber',
  'lead=Lead',
  'marketingqualifiedlead=Marketing Qualified Lead',
  'salesqualifiedlead=Sales Qualified Lead',
  'opportunity=Opportunity',
  'customer=Customer',
  'evangelist=Evangelist',
  'other=Other',
];

/** Options of the original and the latest traffic source. */
const TRAFFIC_SOURCES: readonly string[] = [
  'ORGANIC_SEARCH=Organic Search',
  'PAID_SEARCH=Paid Search',
  'EMAIL_MARKETING=Email Marketing',
  'SOCIAL_MEDIA=Organic Social',
  'REFERRALS=Referrals',
  'OTHER_CAMPAIGNS=Other Campaigns',
  'DIRECT_TRAFFIC=Direct Traffic',
  'OFFLINE=Offline Sources',
  'PAID_SOCIAL=Paid Social',
  'AI_REFERRALS=AI Referrals',
];

const lifecycleDates: readonly StockRow[] = LIFECYCLE_STAGES.map((entry) => {
  const stage = entry.slice(0, entry.indexOf('='));
  return [`hs_lifecyclestage_${stage}_date`, `Became a ${stage} date`, 'datetime date', INFO, { ro: true }];
});

/** Stock properties of contacts that matter to leads, sales and attribution. */
export const CONTACT_PROPERTIES: readonly StockRow[] = [
  ['email', 'Email', 'string text', INFO],
  ['firstname', 'First Name', 'string text', INFO],
  ['lastname', 'Last Name', 'string text', INFO],
  ['phone', 'Phone Number', 'string phonenumber', INFO],
  ['mobilephone', 'Mobile Phone Number', 'string phonenumber', INFO],
  ['company', 'Company Name', 'string text', INFO],
  ['jobtitle', 'Job Title', 'string text', INFO],
  ['website', 'Website URL', 'string text', INFO],
  ['address', 'Street Address', 'string text', INFO],
  ['city', 'City', 'string text', INFO],
  ['state', 'State/Region', 'string text', INFO],
  ['zip', 'Postal Code', 'string text', INFO],
  ['country', 'Country/Region', 'string text', INFO],
  ['industry', 'Industry', 'string text', INFO],
  ['annualrevenue', 'Annual Revenue', 'string text', INFO],
  [
    'numemployees',
    'Number of Employees',
    'enumeration select',
    INFO,
    { options: ['1-5', '5-25', '25-50', '50-100', '100-500', '500-1000', '1000+'] },
  ],
  ['message', 'Message', 'string textarea', INFO],
  ['hs_lead_status', 'Lead Status', 'enumeration radio', 'sales_properties', { options: LEAD_STATUSES }],
  ['lifecyclestage', 'Lifecycle Stage', 'enumeration radio', INFO, { options: LIFECYCLE_STAGES }],
  ...lifecycleDates,
  ['hs_pipeline', 'Pipeline', 'enumeration select', INFO, { external: true }],
  ['hubspot_owner_id', 'Contact owner', 'enumeration select', 'sales_properties', { external: true }],
  ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime date', 'sales_properties', { ro: true }],
  ['hubspot_team_id', 'HubSpot Team', 'enumeration select', 'sales_properties', { ro: true, external: true }],
  ['hubspotscore', 'HubSpot Score', 'number number', INFO, { ro: true, calculated: true }],
  ['hs_email_domain', 'Email Domain', 'string text', INFO, { ro: true }],
  ['hs_additional_emails', 'Additional email addresses', 'enumeration checkbox', INFO, { external: true }],
  ['hs_email_optout', 'Unsubscribed from all email', 'bool booleancheckbox', 'emailinformation', { ro: true }],
  ['hs_email_bounce', 'Marketing emails bounced', 'number number', 'emailinformation', { ro: true }],
  ['hs_email_last_click_date', 'Last marketing email click date', 'datetime date', 'emailinformation', { ro: true }],
  ['hs_email_last_open_date', 'Last marketing email open date', 'datetime date', 'emailinformation', { ro: true }],
  ['hs_email_last_reply_date', 'Last marketing email reply date', 'datetime date', 'emailinformation', { ro: true }],
  ['hs_email_last_email_name', 'Last marketing email name', 'string text', 'emailinformation', { ro: true }],
  ['hs_all_contact_vids', 'All vids for a contact', 'enumeration checkbox', INFO, { ro: true, external: true }],
  [
    'hs_calculated_merged_vids',
    'Merged vids with timestamps',
    'enumeration checkbox',
    INFO,
    { ro: true, external: true, calculated: true },
  ],
  ['hs_is_unworked', 'Contact unworked', 'bool calculation_equation', INFO, { ro: true, calculated: true }],
  ['hs_analytics_source', 'Original Traffic Source', 'enumeration select', ANALYTICS, { options: TRAFFIC_SOURCES }],
  ['hs_analytics_source_data_1', 'Original Traffic Source Drill-Down 1', 'string text', ANALYTICS, { ro: true }],
  ['hs_analytics_source_data_2', 'Original Traffic Source Drill-Down 2', 'string text', ANALYTICS, { ro: true }],
  ['hs_latest_source', 'Latest Traffic Source', 'enumeration select', ANALYTICS, { ro: true, options: TRAFFIC_SOURCES }],
  ['hs_latest_source_data_1', 'Latest Traffic Source Drill-Down 1', 'string text', ANALYTICS, { ro: true }],
  ['hs_latest_source_data_2', 'Latest Traffic Source Drill-Down 2', 'string text', ANALYTICS, { ro: true }],
  ['hs_latest_source_timestamp', 'Latest Traffic Source Date', 'datetime date', ANALYTICS, { ro: true }],
  ['hs_analytics_first_timestamp', 'Time First Seen', 'datetime date', ANALYTICS, { ro: true }],
  ['hs_analytics_last_timestamp', 'Time Last Seen', 'datetime date', ANALYTICS, { ro: true }],
  ['hs_analytics_first_url', 'First Page Seen', 'string text', ANALYTICS, { ro: true }],
  ['hs_analytics_last_url', 'Last Page Seen', 'string text', ANALYTICS, { ro: true }],
  ['hs_analytics_first_referrer', 'First Referring Site', 'string text', ANALYTICS, { ro: true }],
  ['hs_analytics_num_visits', 'Number of Sessions', 'number number', ANALYTICS, { ro: true }],
  ['hs_analytics_num_page_views', 'Number of Pageviews', 'number number', ANALYTICS, { ro: true }],
  [
    'hs_analytics_first_touch_converting_campaign',
    'First Touch Converting Campaign',
    'enumeration select',
    ANALYTICS,
    { ro: true, external: true },
  ],
  [
    'hs_analytics_last_touch_converting_campaign',
    'Last Touch Converting Campaign',
    'enumeration select',
    ANALYTICS,
    { ro: true, external: true },
  ],
  ['first_conversion_date', 'First Conversion Date', 'datetime date', CONVERSION, { ro: true }],
  ['first_conversion_event_name', 'First Conversion', 'string text', CONVERSION, { ro: true }],
  ['recent_conversion_date', 'Recent Conversion Date', 'datetime date', CONVERSION, { ro: true }],
  ['recent_conversion_event_name', 'Recent Conversion', 'string text', CONVERSION, { ro: true }],
  ['num_conversion_events', 'Number of Form Submissions', 'number number', CONVERSION, { ro: true }],
  ['notes_last_contacted', 'Last Contacted', 'datetime date', 'sales_properties', { ro: true }],
  ['notes_last_updated', 'Last Activity Date', 'datetime date', 'sales_properties', { ro: true }],
  ['notes_next_activity_date', 'Next Activity Date', 'datetime date', 'sales_properties', { ro: true }],
  ['num_notes', 'Number of Sales Activities', 'number number', 'sales_properties', { ro: true }],
  ['num_contacted_notes', 'Number of times contacted', 'number number', 'sales_properties', { ro: true }],
  ['hs_latest_meeting_activity', 'Latest meeting activity', 'datetime date', 'sales_properties', { ro: true }],
  ['hs_sales_email_last_replied', 'Recent Sales Email Replied Date', 'datetime date', 'sales_properties', { ro: true }],
  ['recent_deal_amount', 'Recent Deal Amount', 'number number', 'sales_properties', { ro: true, calculated: true }],
  ['recent_deal_close_date', 'Recent Deal Close Date', 'datetime date', 'sales_properties', { ro: true, calculated: true }],
  ['closedate', 'Close Date', 'datetime date', INFO],
  [
    'hs_language',
    'Preferred language',
    'enumeration select',
    INFO,
    { options: ['de=German', 'en=English', 'es=Spanish', 'fr=French', 'pt-br=Portuguese - Brazil'] },
  ],
  // A company's own fields for the parameters of its landing pages: HubSpot ships none.
  ['utm_source', 'UTM source', 'string text', INFO, { stock: false }],
  ['utm_medium', 'UTM medium', 'string text', INFO, { stock: false }],
  ['utm_campaign', 'UTM campaign', 'string text', INFO, { stock: false }],
  ['utm_content', 'UTM content', 'string text', INFO, { stock: false }],
  ['utm_term', 'UTM term', 'string text', INFO, { stock: false }],
];

/** What HubSpot's Salesforce integration adds to an object when it is installed. */
export const CONNECTOR_PROPERTIES: readonly StockRow[] = [
  ['salesforceleadid', 'Salesforce Lead ID', 'string text', 'salesforceinformation', { ro: true }],
  ['salesforcecontactid', 'Salesforce Contact ID', 'string text', 'salesforceinformation', { ro: true }],
  ['salesforceaccountid', 'Salesforce Account ID', 'string text', 'salesforceinformation', { ro: true }],
  ['salesforceopportunitystage', 'Salesforce Opportunity Stage', 'string text', 'salesforceinformation', { ro: true }],
  ['hs_salesforceopportunityid', 'Salesforce Opportunity ID', 'string text', 'salesforceinformation', { ro: true }],
  ['salesforcecampaignids', 'Salesforce campaign IDs', 'enumeration checkbox', 'salesforceinformation', { external: true }],
  ['salesforcelastsynctime', 'Last Salesforce Sync Time', 'datetime date', 'salesforceinformation', { ro: true }],
  ['salesforcedeleted', 'Salesforce Deleted', 'bool booleancheckbox', 'salesforceinformation', { ro: true }],
  ['salesforceownerid', 'Salesforce Owner ID', 'string text', 'salesforceinformation', { ro: true }],
];
