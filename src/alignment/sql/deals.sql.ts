/**
 * Each deal as it stood at the instant ($1): open, won or lost, since when. The stage history decides, the sales CRM's
 * where it has one; the deal's own close date is one more event of it (a day counts to its end). A deal that went from
 * closed to open is open; `closed_at` is when it closed for the last time. A closed deal without a date counts as closed.
 */
export const dealsSql: string = `
WITH history AS (
  SELECT s.entity_id AS deal_id, s.occurred_at, s.recorded_in,
         CASE s.to_status WHEN 'won' THEN 2 WHEN 'lost' THEN 1 ELSE 0 END AS state,
         max(CASE WHEN s.recorded_in = 'sales' THEN 1 ELSE 0 END) OVER (PARTITION BY s.entity_id) AS by_sales
  FROM status_changes s
  WHERE s.entity = 'deal' AND s.occurred_at <= CAST($1 AS BIGINT) AND s.to_status IN ('open', 'won', 'lost')
), events AS (
  SELECT deal_id, occurred_at, state, 1 AS from_history FROM history WHERE by_sales = 0 OR recorded_in = 'sales'
  UNION ALL
  SELECT deal_id, CASE WHEN closed_precision = 'day' THEN least(closed_at + 86399999, CAST($1 AS BIGINT)) ELSE closed_at END,
         CASE outcome WHEN 'won' THEN 2 ELSE 1 END, 0
  FROM deals WHERE outcome IN ('won', 'lost') AND closed_at <= CAST($1 AS BIGINT)
), moments AS (
  SELECT deal_id, occurred_at, max(state) AS state, max(from_history) AS from_history FROM events GROUP BY deal_id, occurred_at
), ordered AS (
  SELECT deal_id, occurred_at, state, from_history,
         row_number() OVER (PARTITION BY deal_id ORDER BY occurred_at DESC) AS from_end,
         max(CASE WHEN state = 0 THEN occurred_at END) OVER (PARTITION BY deal_id) AS last_open_at
  FROM moments
), standing AS (
  SELECT deal_id, max(CASE WHEN from_end = 1 THEN state END) AS state,
         min(CASE WHEN state > 0 AND from_history = 1 AND (last_open_at IS NULL OR occurred_at > last_open_at) THEN occurred_at END) AS closed_at
  FROM ordered GROUP BY deal_id
)
SELECT d.deal_id, d.created_at,
       CASE coalesce(s.state, CASE WHEN d.closed_at IS NULL AND d.outcome = 'won' THEN 2 WHEN d.closed_at IS NULL AND d.outcome = 'lost' THEN 1 ELSE 0 END)
            WHEN 2 THEN 'won' WHEN 1 THEN 'lost' ELSE 'open' END AS state,
       CASE WHEN s.state > 0 THEN coalesce(s.closed_at, d.closed_at) END AS closed_at,
       d.amount_base, d.loss_reason AS reason, d.channel, d.campaign_id, d.sales_deal_id, d.marketing_deal_id
FROM deals d LEFT JOIN standing s ON s.deal_id = d.deal_id
WHERE (d.created_at IS NULL OR d.created_at <= CAST($1 AS BIGINT) OR s.state > 0)
`;
