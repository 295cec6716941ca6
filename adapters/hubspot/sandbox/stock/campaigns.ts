import type { StockRow } from './define.ts';

const INFO = 'campaigninformation';

/**
 * Stock properties of campaigns. Their metadata is wrong about what can be written, as in real accounts: it calls
 * `hs_name` and `hs_utm` read-only and `hs_owner`, `hs_goal`, `hs_color_hex`, `hs_revenue`, `hs_projected_budget` writable.
 * @source recorded by third parties against live accounts in September 2026
 */
export const CAMPAIGN_PROPERTIES: readonly StockRow[] = [
  ['hs_name', 'Campaign name', 'string text', INFO, { ro: true }],
  ['hs_utm', 'Campaign UTM', 'string text', INFO, { ro: true }],
  ['hs_start_date', 'Start date', 'datetime date', INFO],
  ['hs_end_date', 'End date', 'datetime date', INFO],
  ['hs_notes', 'Notes', 'string textarea', INFO],
  ['hs_audience', 'Audience', 'string textarea', INFO],
  ['hs_currency_code', 'Currency', 'enumeration select', INFO, { options: ['USD', 'EUR', 'GBP', 'BRL', 'JPY', 'CHF', 'CAD', 'AUD'] }],
  [
    'hs_campaign_status',
    'Campaign status',
    'enumeration select',
    INFO,
    {
      options: ['planned=Planned', 'in_progress=In progress', 'active=Active', 'paused=Paused', 'completed=Completed'],
    },
  ],
  ['hs_owner', 'Campaign owner', 'enumeration select', INFO, { external: true }],
  ['hs_goal', 'Goal', 'string textarea', INFO],
  ['hs_color_hex', 'Color', 'string text', INFO],
  ['hs_revenue', 'Revenue', 'number number', INFO],
  ['hs_projected_budget', 'Projected budget', 'number number', INFO],
  ['hs_budget_items_sum_amount', 'Budget total', 'number number', INFO, { ro: true, calculated: true }],
  ['hs_spend_items_sum_amount', 'Spend total', 'number number', INFO, { ro: true, calculated: true }],
  ['hs_business_unit_ids', 'Brands', 'enumeration checkbox', INFO, { external: true }],
];
