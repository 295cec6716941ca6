import { exportRoutes } from './exports/routes.ts';
import * as lists from './list-more.ts';
import { deleteTypedAssociation, putTypedAssociation } from './typed-associations.ts';
import { pipelineRoutes } from './pipeline-routes.ts';
import { updateFilters } from './segments/routes.ts';
import type { Add, RouteParts } from './router.ts';
import { pipelineLimits, propertyLimits, recordLimits } from './usage-routes.ts';
import { webhookRoutes } from './webhooks/routes.ts';

/** The endpoints beside records, lists and campaigns. */
export function addMore(add: Add, parts: RouteParts): void {
  for (const [line, handle] of parts.webhooks === undefined ? [] : webhookRoutes(parts.webhooks)) add('none', line, handle, { open: true });
  add('none', 'GET crm/limits/records', recordLimits);
  add('none', 'GET crm/limits/pipelines', pipelineLimits);
  add('none', 'GET crm/limits/custom-properties', propertyLimits);
  for (const [need, line, handle] of pipelineRoutes()) add(need, line, handle);
  for (const { line, handle, open } of exportRoutes()) add('none', line, handle, { open });
  add('lists-write', 'PUT crm/lists/:listId/update-list-name', lists.renameList);
  add('lists-write', 'PUT crm/lists/:listId/update-list-filters', updateFilters);
  add('lists-write', 'PUT crm/lists/:listId/restore', lists.restoreList);
  add('lists-write', 'DELETE crm/lists/:listId/memberships', lists.emptyList);
  add('lists-write', 'PUT crm/lists/:listId/memberships/add-from/:sourceListId', lists.addFromList);
  add('lists', 'GET crm/lists/records/:type/:recordId/memberships', lists.listsOfRecord);
  const typed = { meter: 'associations', versions: /^v3$/ } as const;
  add('object-write', 'PUT crm/objects/:type/:id/associations/:to/:toId/:associationType', putTypedAssociation, typed);
  add('object-write', 'DELETE crm/objects/:type/:id/associations/:to/:toId/:associationType', deleteTypedAssociation, typed);
}
