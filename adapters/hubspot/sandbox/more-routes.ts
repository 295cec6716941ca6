import { exportRoutes } from './exports/routes.ts';
import type { Add, RouteParts } from './router.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** The endpoints beside records, lists and campaigns. */
export function addMore(add: Add, parts: RouteParts): void {
  for (const [line, handle] of parts.webhooks === undefined ? [] : webhookRoutes(parts.webhooks)) add('none', line, handle, { open: true });
  for (const { line, handle, open } of exportRoutes()) add('none', line, handle, { open });
}
