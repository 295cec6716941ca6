/** Closed deals by the place `g` of the first person who takes part, each once, with their amounts in the base currency. */
export const ledgerDealsSql: string = `
SELECT {g} AS g, d.state, CAST(count(*) AS BIGINT) AS n, CAST(coalesce(sum(d.amount_base), 0) AS TEXT) AS amount,
       CAST(sum(CASE WHEN d.amount_base IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS missing
FROM run_deals d JOIN run_lead_deals l ON l.deal_id = d.deal_id AND l.place = 1 JOIN run_people p ON p.lead_id = l.lead_id
WHERE d.state IN ('won', 'lost')
GROUP BY 1, d.state
`;
