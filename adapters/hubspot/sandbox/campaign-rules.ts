/** Campaigns in one batch. @source HubSpot's OpenAPI of 2026-08-21 */
export const CAMPAIGN_BATCH = 50;

/**
 * Stock properties that the marketing API returns; custom ones besides.
 * @source recorded by third parties against live accounts, September 2026
 */
export const CAMPAIGN_READABLE: ReadonlySet<string> = new Set([
  'hs_start_date',
  'hs_end_date',
  'hs_color_hex',
  'hs_notes',
  'hs_audience',
  'hs_goal',
  'hs_owner',
  'hs_currency_code',
  'hs_created_by_user_id',
  'hs_campaign_status',
  'hs_object_id',
  'hs_name',
  'hs_utm',
  'hs_budget_items_sum_amount',
  'hs_spend_items_sum_amount',
  'hs_business_unit_ids',
]);

/** Stock properties that the marketing API writes, whatever their metadata say; custom ones besides. Same source. */
export const CAMPAIGN_WRITABLE: ReadonlySet<string> = new Set([
  'hs_start_date',
  'hs_end_date',
  'hs_notes',
  'hs_audience',
  'hs_currency_code',
  'hs_campaign_status',
  'hs_name',
  'hs_utm',
  'hs_business_unit_ids',
]);
