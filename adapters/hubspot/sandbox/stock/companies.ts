import { LEAD_STATUSES, LIFECYCLE_STAGES } from './contacts.ts';
import type { StockRow } from './define.ts';

const INFO = 'companyinformation';

/** Stock properties of companies that matter to accounts and leads. */
export const COMPANY_PROPERTIES: readonly StockRow[] = [
  ['name', 'Company name', 'string text', INFO],
  ['domain', 'Company Domain Name', 'string text', INFO],
  ['website', 'Website URL', 'string text', INFO],
  ['phone', 'Phone Number', 'string phonenumber', INFO],
  ['address', 'Street Address', 'string text', INFO],
  ['city', 'City', 'string text', INFO],
  ['state', 'State/Region', 'string text', INFO],
  ['zip', 'Postal Code', 'string text', INFO],
  ['country', 'Country/Region', 'string text', INFO],
  ['description', 'Description', 'string textarea', INFO],
  ['industry', 'Industry', 'string text', INFO],
  [
    'type',
    'Type',
    'enumeration select',
    INFO,
    { options: ['PROSPECT=Prospect', 'PARTNER=Partner', 'RESELLER=Reseller', 'VENDOR=Vendor', 'OTHER=Other'] },
  ],
  ['numberofemployees', 'Number of Employees', 'number number', INFO],
  ['annualrevenue', 'Annual Revenue', 'number number', INFO],
  ['notes_last_contacted', 'Last Contacted', 'datetime date', INFO, { ro: true }],
  ['notes_last_updated', 'Last Activity Date', 'datetime date', INFO, { ro: true }],
  ['notes_next_activity_date', 'Next Activity Date', 'datetime date', INFO, { ro: true }],
  ['num_notes', 'Number of Sales Activities', 'number number', INFO, { ro: true }],
  ['num_contacted_notes', 'Number of times contacted', 'number number', INFO, { ro: true }],
  ['lifecyclestage', 'Lifecycle Stage', 'enumeration radio', INFO, { options: LIFECYCLE_STAGES }],
  ['hs_lead_status', 'Lead Status', 'enumeration radio', INFO, { options: LEAD_STATUSES }],
  ['hs_pipeline', 'Pipeline', 'enumeration select', INFO, { external: true }],
  ['hs_parent_company_id', 'Parent Company', 'number number', INFO, { ro: true }],
  ['hubspot_owner_id', 'Company owner', 'enumeration select', INFO, { external: true }],
  ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime date', INFO, { ro: true }],
  ...LIFECYCLE_STAGES.map((entry): StockRow => {
    const stage = entry.slice(0, entry.indexOf('='));
    return [`hs_lifecyclestage_${stage}_date`, `Became a ${stage} date`, 'datetime date', INFO, { ro: true }];
  }),
];
