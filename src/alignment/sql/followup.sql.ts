/** A view of every episode under every touch policy, with what the statistics of follow-up split by. Needs no parameters. */
export const followupSql: string = `
SELECT o.policy, h.lead_id, h.episode, h.handed_at, h.end_at, h.accepted_at, h.exit_at, h.outcome, h.outcome_at, h.opted_out_before, h.automatic_exit, h.month,
       e.first_touch_at, e.last_touch_at, coalesce(e.by_day, 0) AS by_day, coalesce(e.n_pre, 0) AS n_pre, coalesce(e.n_inside, 0) AS n_inside,
       p.cluster, p.worker, p.origin, p.channel, p.campaign, p.owner, p.team
FROM run_handovers h
CROSS JOIN (VALUES (1), (2), (3)) AS o (policy)
JOIN run_people p ON p.lead_id = h.lead_id
LEFT JOIN run_efforts e ON e.lead_id = h.lead_id AND e.episode = h.episode AND e.policy = o.policy
WHERE h.truncated = 0
`;
