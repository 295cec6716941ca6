/**
 * Attempts of the first episodes that are at least a horizon old (handed over by $1), under every policy: how many there
 * were before the outcome, within the horizon $2; whether the lead was unresolved and never spoken to by then, so that
 * persistence was owed.
 */
export const attemptCountsSql: string = `
WITH spoken AS (
  SELECT h.lead_id, h.episode, min(c.occurred_at) AS connect_at
  FROM run_handovers h JOIN run_connects c ON c.lead_id = h.lead_id AND c.occurred_at >= h.handed_at AND c.occurred_at <= h.end_at
  GROUP BY h.lead_id, h.episode
)
SELECT f.policy, f.lead_id, f.cluster, f.worker,
       f.channel, f.campaign, f.owner, f.team, f.month, f.n_inside AS attempts,
       CASE WHEN (f.outcome_at IS NULL OR f.outcome_at > f.handed_at + CAST($2 AS BIGINT))
             AND (s.connect_at IS NULL OR s.connect_at > f.handed_at + CAST($2 AS BIGINT))
             AND f.end_at >= f.handed_at + CAST($2 AS BIGINT) THEN 1 ELSE 0 END AS owed
FROM run_followup f LEFT JOIN spoken s ON s.lead_id = f.lead_id AND s.episode = f.episode
WHERE f.episode = 1 AND f.opted_out_before = 0 AND f.origin <> 'sales' AND f.handed_at <= CAST($1 AS BIGINT)
`;
