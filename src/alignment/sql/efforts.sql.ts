/**
 * What each episode got, once per touch policy (1 human, 2 also sequences, 3 anyone): the first touch since the handover,
 * touches in the $1 ms before it, attempts within $2 ms of it and before its outcome. Only episodes with a touch have a row.
 */
export const effortsSql: string = `
WITH pairs AS MATERIALIZED (
  SELECT h.lead_id, h.episode, a.occurred_at, a.by_day, a.level, a.unknown_actor, a.head,
         CASE WHEN a.occurred_at >= h.handed_at THEN 1 ELSE 0 END AS after,
         CASE WHEN a.occurred_at >= h.handed_at AND a.occurred_at <= least(h.handed_at + CAST($2 AS BIGINT), coalesce(h.outcome_at, h.handed_at + CAST($2 AS BIGINT))) THEN 1 ELSE 0 END AS inside
  FROM run_handovers h JOIN run_attempts a ON a.lead_id = h.lead_id AND a.occurred_at >= h.handed_at - CAST($1 AS BIGINT)
   AND (h.next_handed_at IS NULL OR a.occurred_at < h.next_handed_at)
), summed AS MATERIALIZED (
  SELECT lead_id, episode, p.policy,
         min(CASE WHEN after = 1 THEN occurred_at END) AS first_touch_at,
         min(CASE WHEN after = 1 AND by_day = 0 THEN occurred_at END) AS first_exact_at,
         max(occurred_at) AS last_touch_at,
         sum(CASE WHEN after = 0 THEN 1 ELSE 0 END) AS n_pre,
         sum(inside) AS touches_inside, sum(inside * head) AS heads_inside
  FROM pairs CROSS JOIN (VALUES (1), (2), (3)) AS p (policy)
  WHERE level <= p.policy
  GROUP BY lead_id, episode, p.policy
)
SELECT lead_id, episode, policy, first_touch_at, last_touch_at,
       CASE WHEN first_touch_at IS NOT NULL AND (first_exact_at IS NULL OR first_exact_at > first_touch_at) THEN 1 ELSE 0 END AS by_day,
       CAST(n_pre AS INTEGER) AS n_pre,
       CAST(CASE WHEN touches_inside > 0 AND heads_inside = 0 THEN 1 ELSE heads_inside END AS INTEGER) AS n_inside
FROM summed
`;
