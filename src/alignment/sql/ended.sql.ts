/**
 * Everything that ended, one row per case: closed deals (each once) and people rejected by sales, with the stated reason;
 * null when nobody said why. An opt-out is a reason of its own.
 */
export const endedSql: string = `
SELECT d.state AS ended, nullif(trim(d.reason), '') AS reason, p.cluster, p.channel, p.campaign, p.origin
FROM run_deals d JOIN run_lead_deals l ON l.deal_id = d.deal_id AND l.place = 1 JOIN run_people p ON p.lead_id = l.lead_id
WHERE d.state IN ('won', 'lost')
UNION ALL
SELECT 'rejected', coalesce(nullif(trim(r.reason), ''), nullif(trim(p.rejection_reason), ''), CASE WHEN p.opted_out_at IS NOT NULL THEN 'opted out' END),
       p.cluster, p.channel, p.campaign, p.origin
FROM run_fates f JOIN run_people p ON p.lead_id = f.lead_id
LEFT JOIN (SELECT lead_id, coalesce(max(CASE WHEN recorded_in = 'sales' THEN reason END), max(CASE WHEN recorded_in = 'marketing' THEN reason END)) AS reason
           FROM run_positions WHERE rung IN ('rejected', 'recycled') GROUP BY lead_id) r ON r.lead_id = f.lead_id
WHERE f.state IN ('rejected', 'closed_untouched')
`;
