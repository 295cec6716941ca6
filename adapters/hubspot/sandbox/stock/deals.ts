import type { StockRow } from './define.ts';

const INFO = 'dealinformation';

/** Stock properties of deals that matter to outcomes. */
export const DEAL_PROPERTIES: readonly StockRow[] = [
  ['dealname', 'Deal Name', 'string text', INFO],
  ['amount', 'Amount', 'number number', INFO],
  ['amount_in_home_currency', 'Amount in company currency', 'number number', INFO, { ro: true, calculated: true }],
  [
    'deal_currency_code',
    'Currency',
    'enumeration select',
    INFO,
    { options: ['USD', 'EUR', 'GBP', 'BRL', 'JPY', 'CHF', 'CAD', 'AUD', 'KWD'] },
  ],
  ['closedate', 'Close Date', 'datetime date', INFO],
  ['notes_last_contacted', 'Last Contacted', 'datetime date', INFO, { ro: true }],
  ['notes_last_updated', 'Last Activity Date', 'datetime date', INFO, { ro: true }],
  ['notes_next_activity_date', 'Next Activity Date', 'datetime date', INFO, { ro: true }],
  ['num_notes', 'Number of Sales Activities', 'number number', INFO, { ro: true }],
  ['num_contacted_notes', 'Number of times contacted', 'number number', INFO, { ro: true }],
  ['dealstage', 'Deal Stage', 'enumeration radio', INFO, { external: true }],
  ['pipeline', 'Pipeline', 'enumeration select', INFO, { external: true }],
  ['dealtype', 'Deal Type', 'enumeration radio', INFO, { options: ['newbusiness=New Business', 'existingbusiness=Existing Business'] }],
  ['description', 'Deal Description', 'string textarea', INFO],
  ['closed_lost_reason', 'Closed Lost Reason', 'string textarea', INFO],
  ['closed_won_reason', 'Closed Won Reason', 'string textarea', INFO],
  ['hubspot_owner_id', 'Deal owner', 'enumeration select', INFO, { external: true }],
  ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime date', INFO, { ro: true }],
  ['hs_is_closed', 'Is Deal Closed?', 'bool calculation_read_only', INFO, { ro: true, calculated: true }],
  ['hs_is_closed_won', 'Is Closed Won', 'bool calculation_equation', INFO, { ro: true, calculated: true }],
  ['hs_is_closed_lost', 'Is Closed Lost', 'bool calculation_equation', INFO, { ro: true, calculated: true }],
  ['hs_deal_stage_probability', 'Deal probability', 'number number', INFO, { ro: true, calculated: true }],
  ['hs_closed_amount', 'Closed Deal Amount', 'number calculation_equation', INFO, { ro: true, calculated: true }],
  ['hs_projected_amount', 'Weighted amount', 'number calculation_equation', INFO, { ro: true, calculated: true }],
  [
    'hs_v2_date_entered_current_stage',
    'Date entered current stage',
    'datetime calculation_read_only',
    INFO,
    { ro: true, calculated: true },
  ],
  ['hs_analytics_source', 'Original Traffic Source', 'enumeration select', 'analyticsinformation', { ro: true, external: true }],
  ['hs_analytics_source_data_1', 'Original Traffic Source Drill-Down 1', 'string text', 'analyticsinformation', { ro: true }],
  ['hs_analytics_source_data_2', 'Original Traffic Source Drill-Down 2', 'string text', 'analyticsinformation', { ro: true }],
  ['hs_campaign', 'HubSpot Campaign', 'string text', INFO, { ro: true }],
];

/** Stock properties of the leads object. @source https://developers.hubspot.com/docs/guides/api/crm/objects/leads (checked 2026-11) */
export const LEAD_PROPERTIES: readonly StockRow[] = [
  ['hs_lead_name', 'Lead Name', 'string text', 'leadinformation'],
  [
    'hs_lead_type',
    'Lead Type',
    'enumeration select',
    'leadinformation',
    { options: ['NEW_BUSINESS=New business', 'UPSELL=Upsell', 'RE_ATTEMPTING=Re-attempting'] },
  ],
  ['hs_lead_label', 'Lead Label', 'enumeration select', 'leadinformation', { options: ['HOT=Hot', 'WARM=Warm', 'COLD=Cold'] }],
  ['hs_pipeline', 'Lead Pipeline', 'enumeration select', 'leadinformation', { external: true }],
  ['hs_pipeline_stage', 'Lead Pipeline Stage', 'enumeration select', 'leadinformation', { external: true }],
  [
    'hs_pipeline_stage_category',
    'Lead Stage Category',
    'enumeration select',
    'leadinformation',
    { ro: true, calculated: true, external: true },
  ],
  [
    'hs_lead_disqualification_reason',
    'Disqualification reason',
    'enumeration select',
    'leadinformation',
    {
      options: [
        'DUPLICATE_OR_SPAM=Duplicate/spam',
        'NOT_A_FIT=Not a fit',
        'NOT_INTERESTED=Not interested',
        'UNRESPONSIVE=Unresponsive',
        'WRONG_TIMING=Wrong timing',
        'OTHER=Other',
      ],
    },
  ],
  ['hs_lead_disqualification_note', 'Disqualification note', 'string textarea', 'leadinformation'],
  ['hubspot_owner_id', 'Lead owner', 'enumeration select', 'leadinformation', { external: true }],
  ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime date', 'leadinformation', { ro: true }],
];
