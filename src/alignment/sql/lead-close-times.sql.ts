/**
 * How long each person took to be won, in whole calendar days (UTC) as milliseconds, from the creation (`created`) and from
 * the first marketing touch where that is earlier (`first_touch`): `e` 1 won, 2 lost or rejected, 0 not yet at the instant
 * ($1). Negative where the win came first. People without a date to count from or to are `undated`.
 */
export const leadCloseTimesSql: string = `
WITH first_touches AS (
  SELECT p.lead_id, min(t.occurred_at) AS touched_at FROM touches t JOIN run_people p ON p.source_id = t.lead_id
  WHERE t.side = 'marketing' AND t.direction = 'in' AND t.actor_kind = 'prospect' AND t.dup_of IS NULL AND t.occurred_at <= CAST($1 AS BIGINT) GROUP BY p.lead_id
), ends AS (
  SELECT p.lead_id, p.cluster, p.channel, p.campaign, p.owner, p.team, p.month, p.created_at, least(p.created_at, m.touched_at) AS first_touch_at,
         CASE WHEN f.state = 'won' THEN 1 WHEN f.state IN ('lost', 'rejected', 'closed_untouched') THEN 2 ELSE 0 END AS e,
         CASE WHEN f.state IN ('won', 'lost', 'rejected', 'closed_untouched') THEN f.state_at ELSE CAST($1 AS BIGINT) END AS end_at
  FROM run_people p JOIN run_fates f ON f.lead_id = p.lead_id LEFT JOIN first_touches m ON m.lead_id = p.lead_id
), days AS (
  SELECT ends.*, floor(CAST(created_at AS DOUBLE PRECISION) / 86400000) AS created_day, floor(CAST(first_touch_at AS DOUBLE PRECISION) / 86400000) AS touch_day,
         floor(CAST(end_at AS DOUBLE PRECISION) / 86400000) AS end_day
  FROM ends
)
SELECT lead_id, cluster, channel, campaign, owner, team, month, e, CASE WHEN created_at IS NULL OR end_at IS NULL THEN 1 ELSE 0 END AS undated,
       CAST((end_day - created_day) * 86400000 AS BIGINT) AS created, CAST((end_day - touch_day) * 86400000 AS BIGINT) AS first_touch
FROM days
`;
