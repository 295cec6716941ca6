/**
 * A view of the first episodes under every touch policy as times since the handover: `t` until the first touch (`e` 1), or
 * until the lead was closed untouched (`e` 2: rejected, recycled, opted out), or until it was last seen (`e` 0). A touch at
 * the same millisecond as the closing came before it. `n_pre` touches came shortly
 * before the handover.
 */
export const firstTouchSql: string = `
SELECT f.*, least(f.first_touch_at, f.exit_at, f.end_at) - f.handed_at AS t,
       CASE WHEN f.first_touch_at IS NOT NULL AND f.first_touch_at <= least(f.exit_at, f.end_at) THEN 1
            WHEN f.exit_at IS NOT NULL AND f.exit_at <= f.end_at THEN 2 ELSE 0 END AS e
FROM run_followup f WHERE f.episode = 1 AND f.opted_out_before = 0
`;
