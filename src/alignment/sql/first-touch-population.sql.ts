/** Who is in the follow-up statistics under policy $1, and who isn't and why. $2: handed over later is too young; $3: the horizon. */
export const firstTouchPopulationSql: string = `
WITH f AS (
  SELECT f.*, CASE WHEN f.episode > 1 THEN 'later' WHEN f.opted_out_before = 1 THEN 'opted_out_before' WHEN f.origin = 'sales' THEN 'self_sourced' ELSE 'in' END AS part
  FROM run_followup f WHERE f.policy = CAST($1 AS INTEGER)
), vague AS (
  SELECT DISTINCT a.lead_id FROM run_attempts a JOIN f ON f.lead_id = a.lead_id AND f.part = 'in'
   AND a.occurred_at >= f.handed_at AND a.occurred_at <= least(f.handed_at + CAST($3 AS BIGINT), f.end_at, f.exit_at)
  WHERE a.unknown_actor = 1 AND f.n_pre = 0 AND (f.first_touch_at IS NULL OR f.first_touch_at > f.handed_at + CAST($3 AS BIGINT))
)
SELECT CAST(sum(CASE WHEN part = 'in' THEN 1 ELSE 0 END) AS BIGINT) AS episodes,
       CAST(count(DISTINCT CASE WHEN part = 'in' THEN cluster END) AS BIGINT) AS clusters,
       CAST(sum(CASE WHEN part = 'in' AND handed_at > CAST($2 AS BIGINT) THEN 1 ELSE 0 END) AS BIGINT) AS immature,
       CAST(sum(CASE WHEN part = 'in' AND n_pre > 0 THEN 1 ELSE 0 END) AS BIGINT) AS pre_touched,
       CAST(sum(CASE WHEN part = 'in' AND n_pre = 0 AND by_day = 1 THEN 1 ELSE 0 END) AS BIGINT) AS by_day,
       CAST(sum(CASE WHEN part = 'in' AND accepted_at IS NOT NULL AND n_pre = 0 AND first_touch_at IS NULL THEN 1 ELSE 0 END) AS BIGINT) AS accepted_untouched,
       CAST((SELECT count(*) FROM vague) AS BIGINT) AS unknown_actor,
       CAST(sum(CASE WHEN part = 'opted_out_before' THEN 1 ELSE 0 END) AS BIGINT) AS opted_out_before,
       CAST(sum(CASE WHEN part = 'self_sourced' THEN 1 ELSE 0 END) AS BIGINT) AS self_sourced,
       CAST(sum(CASE WHEN part = 'later' THEN 1 ELSE 0 END) AS BIGINT) AS later
FROM f
`;
