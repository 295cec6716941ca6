/**
 * People whose outcome in the sales CRM has stood since before $1 (won, lost, rejected), and whether the marketing CRM says
 * the same: `agrees` 1, 0, or null when it can't be told. Won is a customer there (a stage that only moves forward
 * proves it too) or a won deal; lost is a lost deal, or the
 * person rejected or recycled; rejected is rejected or recycled. A deal that both CRMs hold as one record, without a stage
 * history of the marketing one, can't be told. `told_why` says whether the marketing CRM has a reason too.
 */
export const closedLoopSql: string = `
WITH ended AS (
  SELECT p.lead_id, p.cluster, p.channel, p.campaign, p.owner, p.team, p.month, f.state_at,
         CASE WHEN f.state = 'closed_untouched' THEN 'rejected' ELSE f.state END AS outcome
  FROM run_people p JOIN run_fates f ON f.lead_id = p.lead_id
  WHERE p.in_sales = 1 AND f.state IN ('won', 'lost', 'rejected', 'closed_untouched') AND f.state_at <= CAST($1 AS BIGINT)
), sold AS (
  SELECT l.lead_id, max(CASE WHEN d.sales_deal_id IS NOT NULL THEN 1 ELSE 0 END) AS by_sales,
         max(CASE WHEN d.marketing_deal_id IS NOT NULL AND d.state = e.outcome THEN 1 ELSE 0 END) AS twin
  FROM ended e JOIN run_lead_deals l ON l.lead_id = e.lead_id JOIN run_deals d ON d.deal_id = l.deal_id GROUP BY l.lead_id
), stages AS (
  SELECT s.entity_id AS deal_id, s.to_status, row_number() OVER (PARTITION BY s.entity_id ORDER BY s.occurred_at DESC,
           position(s.to_status IN 'openlostwon') DESC) AS from_end
  FROM status_changes s
  WHERE s.entity = 'deal' AND s.recorded_in = 'marketing' AND s.occurred_at <= CAST($2 AS BIGINT) AND s.to_status IN ('open', 'lost', 'won')
), told AS (
  SELECT l.lead_id, max(CASE WHEN s.to_status = e.outcome THEN 1 ELSE 0 END) AS same
  FROM ended e JOIN run_lead_deals l ON l.lead_id = e.lead_id JOIN stages s ON s.deal_id = l.deal_id AND s.from_end = 1 GROUP BY l.lead_id
), customers AS (
  SELECT DISTINCT e.lead_id FROM ended e JOIN run_people p ON p.lead_id = e.lead_id JOIN status_changes s ON s.entity_id = p.source_id
  WHERE s.entity = 'lead' AND s.recorded_in = 'marketing' AND s.to_status = 'customer' AND s.occurred_at <= CAST($2 AS BIGINT)
), positions AS (
  SELECT lead_id, max(CASE WHEN recorded_in = 'marketing' THEN rung END) AS marketing, max(CASE WHEN recorded_in = 'sales' THEN rung END) AS sales,
         max(CASE WHEN recorded_in = 'marketing' THEN reason END) AS marketing_reason
  FROM run_positions GROUP BY lead_id
)
SELECT e.lead_id, e.cluster, e.channel, e.campaign, e.owner, e.team, e.month, e.outcome,
       CASE WHEN e.outcome = 'won' AND (p.marketing = 'customer' OR c.lead_id IS NOT NULL) THEN 1
            WHEN e.outcome IN ('lost', 'rejected') AND p.marketing IN ('rejected', 'recycled') THEN 1
            WHEN e.outcome = 'rejected' THEN 0
            WHEN t.same = 1 THEN 1 WHEN t.same = 0 THEN 0
            WHEN s.twin = 1 THEN NULL ELSE 0 END AS agrees,
       CASE WHEN p.marketing_reason IS NOT NULL THEN 1 ELSE 0 END AS told_why
FROM ended e LEFT JOIN sold s ON s.lead_id = e.lead_id LEFT JOIN told t ON t.lead_id = e.lead_id LEFT JOIN positions p ON p.lead_id = e.lead_id
LEFT JOIN customers c ON c.lead_id = e.lead_id
WHERE (e.outcome = 'rejected' AND p.sales IN ('rejected', 'recycled')) OR (e.outcome <> 'rejected' AND s.by_sales = 1)
`;
