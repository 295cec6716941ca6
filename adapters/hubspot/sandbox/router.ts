import { accessToken, accountDetails, dailyUsage, privateAppToken } from './account-routes.ts';
import * as associations from './association-routes.ts';
import * as batch from './batch-routes.ts';
import * as campaigns from './campaigns.ts';
import * as ledger from './campaign-ledger.ts';
import type { Answer, Call, Caller } from './http.ts';
import type { Limiter, Meter } from './limits.ts';
import * as lists from './list-routes.ts';
import { gdprDelete } from './erasure.ts';
import { mergeRecords } from './merge.ts';
import * as objects from './object-routes.ts';
import { objectTypeNamed } from './object-types.ts';
import { addMore } from './more-routes.ts';
import * as people from './people-routes.ts';
import * as properties from './property-routes.ts';
import { searchRecords } from './search.ts';
import type { Webhooks } from './webhooks/registry.ts';

/** Which scopes a route needs. */
type Need =
  | 'none'
  | 'object-read'
  | 'object-write'
  | 'schema-read'
  | 'schema-write'
  | 'owners'
  | 'lists'
  | 'lists-write'
  | 'campaigns'
  | 'campaigns-write';

/** One endpoint. */
export interface Route {
  readonly method: string;
  /** Path without its version; `:name` takes one segment. */
  readonly pattern: readonly string[];
  readonly handle: (call: Call) => Answer;
  readonly need: Need;
  readonly meter: Meter;
  /** No bearer is asked for. */
  readonly open: boolean;
  readonly versions: RegExp;
}

const CRM = /^(v3|2026-03|2026-09)$/;
const ASSOCIATIONS = /^(v4|2026-03|2026-09)$/;

/** What routes need beside the portal. */
export interface RouteParts {
  readonly limiter: Limiter;
  readonly callers: ReadonlyMap<string, Caller>;
  /** Absent: the app has no webhooks. */
  readonly webhooks?: Webhooks;
}

/** All routes; where two patterns fit, the first one is meant. */
export function routesOf(parts: RouteParts): readonly Route[] {
  const table: Route[] = [];
  const add = (need: Need, line: string, handle: (call: Call) => Answer, more: Partial<Route> = {}): void => {
    const [method = '', path = ''] = line.split(' ');
    table.push({ method, pattern: path.split('/'), handle, need, meter: 'general', open: false, versions: CRM, ...more });
  };
  addObjects(add);
  addAssociations(add);
  addProperties(add);
  addOthers(add);
  addCampaigns(add);
  addMore(add, parts);
  add('none', 'GET account-info/details', accountDetails);
  add('none', 'GET account-info/api-usage/daily/private-apps', (call) => dailyUsage(call, parts.limiter));
  add('none', 'POST oauth/private-apps/get/access-token-info', (call) => privateAppToken(call, parts.callers), {
    open: true,
    versions: /^v2$/,
  });
  add('none', 'GET oauth/access-tokens/:token', (call) => accessToken(call, parts.callers), { open: true, versions: /^v1$/ });
  return table;
}

/** Adds one endpoint: `METHOD path`, the path without its version. */
export type Add = (need: Need, line: string, handle: (call: Call) => Answer, more?: Partial<Route>) => void;

function addObjects(add: Add): void {
  add('object-read', 'POST crm/objects/:type/search', searchRecords, { meter: 'search' });
  add('object-read', 'POST crm/objects/:type/batch/read', batch.batchRead);
  add('object-write', 'POST crm/objects/:type/batch/create', batch.batchCreate);
  add('object-write', 'POST crm/objects/:type/batch/update', batch.batchUpdate);
  add('object-write', 'POST crm/objects/:type/batch/upsert', batch.batchUpsert);
  add('object-write', 'POST crm/objects/:type/batch/archive', batch.batchArchive);
  add('object-write', 'POST crm/objects/:type/merge', mergeRecords);
  add('object-write', 'POST crm/objects/:type/gdpr-delete', gdprDelete);
  add('object-read', 'GET crm/objects/:type', objects.listRecords);
  add('object-write', 'POST crm/objects/:type', objects.postRecord);
  add('object-read', 'GET crm/objects/:type/:id', objects.getRecord);
  add('object-write', 'PATCH crm/objects/:type/:id', objects.patchRecord);
  add('object-write', 'DELETE crm/objects/:type/:id', objects.deleteRecord);
}

function addAssociations(add: Add): void {
  const links = { meter: 'associations', versions: ASSOCIATIONS } as const;
  add('none', 'POST crm/associations/:from/:to/batch/read', associations.readAssociations, links);
  add('none', 'POST crm/associations/:from/:to/batch/create', associations.createAssociations, links);
  add('none', 'POST crm/associations/:from/:to/batch/archive', associations.archiveAssociations, links);
  add('none', 'POST crm/associations/:from/:to/batch/associate/default', associations.associateDefaults, links);
  add('none', 'GET crm/associations/:from/:to/labels', associations.listLabels, links);
  add('none', 'PUT crm/objects/:from/:id/associations/default/:to/:toId', associations.putDefaultAssociation, links);
  add('none', 'GET crm/objects/:from/:id/associations/:to', associations.listAssociations, links);
  add('none', 'PUT crm/objects/:from/:id/associations/:to/:toId', associations.putAssociation, links);
  add('none', 'DELETE crm/objects/:from/:id/associations/:to/:toId', associations.deleteAssociation, links);
}

function addProperties(add: Add): void {
  add('schema-write', 'POST crm/properties/:type/batch/create', properties.batchCreateProperties);
  add('schema-read', 'POST crm/properties/:type/batch/read', properties.batchReadProperties);
  add('schema-write', 'POST crm/properties/:type/batch/archive', properties.batchArchiveProperties);
  add('schema-read', 'GET crm/properties/:type/groups', properties.listGroups);
  add('schema-write', 'POST crm/properties/:type/groups', properties.postGroup);
  add('schema-read', 'GET crm/properties/:type/groups/:name', properties.getGroup);
  add('schema-read', 'GET crm/properties/:type', properties.listProperties);
  add('schema-write', 'POST crm/properties/:type', properties.postProperty);
  add('schema-read', 'GET crm/properties/:type/:name', properties.getProperty);
  add('schema-write', 'PATCH crm/properties/:type/:name', properties.patchProperty);
  add('schema-write', 'DELETE crm/properties/:type/:name', properties.deleteProperty);
}

function addOthers(add: Add): void {
  add('owners', 'GET crm/owners', people.listOwners);
  add('owners', 'GET crm/owners/:id', people.getOwner);
  add('schema-read', 'GET crm/pipelines/:type', people.listPipelines);
  add('schema-read', 'GET crm/pipelines/:type/:id', people.getPipeline);
  add('schema-read', 'GET crm/pipelines/:type/:id/stages', people.listStages);
  add('schema-read', 'GET crm/pipelines/:type/:id/stages/:stageId', people.getStage);
  add('lists', 'POST crm/lists/search', lists.searchLists);
  add('lists', 'GET crm/lists', lists.getLists);
  add('lists-write', 'POST crm/lists', lists.postList);
  add('lists', 'GET crm/lists/:listId', lists.getList);
  add('lists-write', 'DELETE crm/lists/:listId', lists.deleteList);
  add('lists', 'GET crm/lists/object-type-id/:objectTypeId/name/:name', lists.getListByName);
  add('lists', 'GET crm/lists/:listId/memberships', lists.listMembers);
  add('lists', 'GET crm/lists/:listId/memberships/join-order', lists.listMembers);
  add('lists-write', 'PUT crm/lists/:listId/memberships/add', lists.changeMembers);
  add('lists-write', 'PUT crm/lists/:listId/memberships/remove', lists.changeMembers);
  add('lists-write', 'PUT crm/lists/:listId/memberships/add-and-remove', lists.addAndRemoveMembers);
}

function addCampaigns(add: Add): void {
  add('campaigns', 'POST marketing/campaigns/batch/read', campaigns.batchReadCampaigns);
  add('campaigns-write', 'POST marketing/campaigns/batch/create', campaigns.batchCreateCampaigns);
  add('campaigns-write', 'POST marketing/campaigns/batch/update', campaigns.batchUpdateCampaigns);
  add('campaigns-write', 'POST marketing/campaigns/batch/archive', campaigns.batchArchiveCampaigns);
  add('campaigns', 'GET marketing/campaigns', campaigns.listCampaigns);
  add('campaigns-write', 'POST marketing/campaigns', campaigns.postCampaign);
  add('campaigns', 'GET marketing/campaigns/:guid', campaigns.getCampaign);
  add('campaigns-write', 'PATCH marketing/campaigns/:guid', campaigns.patchCampaign);
  add('campaigns-write', 'DELETE marketing/campaigns/:guid', campaigns.deleteCampaign);
  add('campaigns', 'GET marketing/campaigns/:guid/budget/totals', ledger.budgetTotals);
  for (const kind of ['budget', 'spend'] as const) {
    const items = ledger.ledgerRoutes(kind);
    add('campaigns-write', `POST marketing/campaigns/:guid/${kind}`, items.post);
    add('campaigns', `GET marketing/campaigns/:guid/${kind}/:itemId`, items.get);
    add('campaigns-write', `PUT marketing/campaigns/:guid/${kind}/:itemId`, items.put);
    add('campaigns-write', `DELETE marketing/campaigns/:guid/${kind}/:itemId`, items.remove);
  }
  add('campaigns', 'GET marketing/campaigns/:guid/assets/:assetType', ledger.listAssets);
  add('campaigns-write', 'PUT marketing/campaigns/:guid/assets/:assetType/:assetId', ledger.putAsset);
  add('campaigns-write', 'DELETE marketing/campaigns/:guid/assets/:assetType/:assetId', ledger.deleteAsset);
  add('campaigns', 'GET marketing/campaigns/:guid/reports/metrics', ledger.campaignMetrics);
  add('campaigns', 'GET marketing/campaigns/:guid/reports/contacts/:report', ledger.contactReport);
}

/** What a path and method lead to. */
export type Match =
  | { readonly kind: 'found'; readonly route: Route; readonly params: Readonly<Record<string, string>>; readonly version: string }
  | { readonly kind: 'wrong-method' }
  | { readonly kind: 'unknown' };

const VERSION = /^(v\d+|\d{4}-\d\d)$/;

/** Finds the route; the version stands second (`crm/v3/objects`) or third (`crm/objects/2026-09`). */
export function matchRoute(routes: readonly Route[], method: string, path: string): Match {
  const segments = path.split('/').filter((segment) => segment !== '');
  const at = segments.findIndex((segment, place) => place <= 2 && VERSION.test(segment));
  const version = segments[at];
  if (version === undefined) return { kind: 'unknown' };
  const rest = segments.filter((_, place) => place !== at);
  let otherMethod = false;
  for (const route of routes) {
    if (!route.versions.test(version)) continue;
    const params = fit(route.pattern, rest);
    if (params === undefined) continue;
    if (route.method === method) return { kind: 'found', route, params, version };
    otherMethod = true;
  }
  return { kind: otherMethod ? 'wrong-method' : 'unknown' };
}

function fit(pattern: readonly string[], segments: readonly string[]): Record<string, string> | undefined {
  if (pattern.length !== segments.length) return undefined;
  const params: [string, string][] = [];
  for (const [place, part] of pattern.entries()) {
    const segment = segments[place] ?? '';
    if (part.startsWith(':')) {
      const value = decoded(segment);
      if (value === undefined) return undefined;
      params.push([part.slice(1), value]);
    } else if (part !== segment) return undefined;
  }
  return Object.fromEntries(params);
}

function decoded(segment: string): string | undefined {
  try {
    return decodeURIComponent(segment);
  } catch {
    return undefined;
  }
}

/** The scopes that a matched route asks for, in HubSpot's names. */
export function scopesOf(route: Route, params: Readonly<Record<string, string>>): readonly string[] {
  const type = params['type'] === undefined ? undefined : objectTypeNamed(params['type']);
  switch (route.need) {
    case 'none':
      return [];
    case 'object-read':
      return type === undefined ? [] : [type.readScope];
    case 'object-write':
      return type === undefined ? [] : [type.writeScope];
    case 'schema-read':
    case 'schema-write':
      return type === undefined ? [] : [schemaScope(type.plural, route.need === 'schema-read' ? 'read' : 'write', type)];
    case 'owners':
      return ['crm.objects.owners.read'];
    case 'lists':
      return ['crm.lists.read'];
    case 'lists-write':
      return ['crm.lists.write'];
    case 'campaigns':
      return ['marketing.campaigns.read'];
    case 'campaigns-write':
      return ['marketing.campaigns.write'];
  }
}

/** Contacts, companies and deals have schema scopes; the rest (assumed) go by the scope of their records. */
function schemaScope(plural: string, access: 'read' | 'write', type: { readonly readScope: string; readonly writeScope: string }): string {
  if (['contacts', 'companies', 'deals'].includes(plural)) return `crm.schemas.${plural}.${access}`;
  return access === 'read' ? type.readScope : type.writeScope;
}
