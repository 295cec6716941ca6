import { assetName, campaignOf, campaignTable } from './campaigns.ts';
import { invalid, invalidJson, notFound } from './errors.ts';
import {
  type Answer,
  bodyObject,
  type Call,
  NO_CONTENT,
  ok,
  pagingOf,
  param,
  queryAfter,
  queryLimit,
  requiredText,
  stampOf,
  textOf,
} from './http.ts';
import type { CampaignExtra, CrmRecord, LedgerItem } from './model.ts';
import { recordById, tableOf, writeRecord } from './store.ts';

type Kind = 'budget' | 'spend';

/** Routes of one of a campaign's two ledgers. */
export interface LedgerRoutes {
  readonly post: (call: Call) => Answer;
  readonly get: (call: Call) => Answer;
  readonly put: (call: Call) => Answer;
  readonly remove: (call: Call) => Answer;
}

/** `/marketing/campaigns/{guid}/budget` and `/spend` items. Their sums appear in the campaign's properties. */
export function ledgerRoutes(kind: Kind): LedgerRoutes {
  const itemOf = (call: Call): LedgerItem => {
    const item = campaignOf(call)[kind].get(param(call, 'itemId'));
    if (item === undefined) throw notFound();
    return item;
  };
  return {
    post: (call) => {
      const extra = campaignOf(call);
      const id = String(call.portal.nextId());
      const item: LedgerItem = { id, ...fieldsOf(call), createdAt: call.now, updatedAt: call.now };
      extra[kind].set(id, item);
      writeSums(call, extra);
      return ok(presentItem(item), 201);
    },
    get: (call) => ok(presentItem(itemOf(call))),
    put: (call) => {
      const item = itemOf(call);
      Object.assign(item, fieldsOf(call), { updatedAt: call.now });
      writeSums(call, campaignOf(call));
      return ok(presentItem(item));
    },
    remove: (call) => {
      const extra = campaignOf(call);
      if (extra[kind].delete(param(call, 'itemId'))) writeSums(call, extra);
      return NO_CONTENT;
    },
  };
}

function fieldsOf(call: Call): Pick<LedgerItem, 'amount' | 'name' | 'order' | 'description'> {
  const body = bodyObject(call);
  const amount = body['amount'];
  if (typeof amount !== 'number') throw invalidJson('Some required fields were not set: [amount]');
  return {
    amount,
    name: requiredText(body['name'], 'name'),
    order: typeof body['order'] === 'number' ? body['order'] : 0,
    description: textOf(body['description'], 'description'),
  };
}

/** Dates of items are epoch milliseconds, unlike everywhere else in this API. */
function presentItem(item: LedgerItem): Record<string, unknown> {
  const { id, amount, name, order, description, createdAt, updatedAt } = item;
  return { id, amount, name, order, ...(description === undefined ? {} : { description }), createdAt, updatedAt };
}

/** The sum of items in hundredths, so that it stays exact, as a decimal number. */
function total(items: ReadonlyMap<string, LedgerItem>): number {
  return [...items.values()].reduce((sum, item) => sum + Math.round(item.amount * 100), 0) / 100;
}

function writeSums(call: Call, extra: CampaignExtra): void {
  const values = new Map([
    ['hs_budget_items_sum_amount', extra.budget.size === 0 ? '' : String(total(extra.budget))],
    ['hs_spend_items_sum_amount', extra.spend.size === 0 ? '' : String(total(extra.spend))],
  ]);
  writeRecord(call.portal, campaignTable(call.portal), extra.record, { values, stamp: stampOf(call) });
}

/** `GET /marketing/campaigns/{guid}/budget/totals` */
export function budgetTotals(call: Call): Answer {
  const extra = campaignOf(call);
  const [budgetTotal, spendTotal] = [total(extra.budget), total(extra.spend)];
  return ok({
    budgetTotal,
    spendTotal,
    remainingBudget: Math.round((budgetTotal - spendTotal) * 100) / 100,
    currencyCode: extra.record.values.get('hs_currency_code') ?? call.portal.account.currency,
    budgetItems: [...extra.budget.values()].map(presentItem),
    spendItems: [...extra.spend.values()].map(presentItem),
  });
}

/** `GET /marketing/campaigns/{guid}/assets/{assetType}` */
export function listAssets(call: Call): Answer {
  const type = param(call, 'assetType').toUpperCase();
  const ids = [...(campaignOf(call).assets.get(type) ?? [])];
  const [limit, after] = [queryLimit(call, 100, 10), queryAfter(call)];
  const results = ids.slice(after, after + limit).map((id) => ({ id, ...assetName(call.portal, type, id) }));
  return ok({ results, ...pagingOf(call, after + limit < ids.length ? String(after + limit) : null) });
}

/** `PUT /marketing/campaigns/{guid}/assets/{assetType}/{assetId}` */
export function putAsset(call: Call): Answer {
  const extra = campaignOf(call);
  const type = param(call, 'assetType').toUpperCase();
  const id = param(call, 'assetId');
  if (type === 'OBJECT_LIST' && !call.portal.lists.has(id)) throw invalid(`Asset OBJECT_LIST ${id} does not exist`);
  extra.assets.set(type, (extra.assets.get(type) ?? new Set<string>()).add(id));
  return NO_CONTENT;
}

/** `DELETE /marketing/campaigns/{guid}/assets/{assetType}/{assetId}` */
export function deleteAsset(call: Call): Answer {
  campaignOf(call).assets.get(param(call, 'assetType').toUpperCase())?.delete(param(call, 'assetId'));
  return NO_CONTENT;
}

/**
 * Contacts that a report of the campaign counts, ascending by id. First and last touch are in the contacts' own
 * analytics properties. Assumed: influenced are these, the contacts associated with the campaign, and the members of
 * its lists.
 */
function reported(call: Call, extra: CampaignExtra, report: string): readonly CrmRecord[] {
  const contacts = tableOf(call.portal, '0-1');
  const touched = (property: string): Set<string> =>
    new Set(contacts.inOrder.filter((contact) => contact.values.get(property) === extra.guid).map((contact) => contact.id));
  const ids = new Set<string>();
  const add = (more: Iterable<string>): void => {
    for (const id of more) ids.add(id);
  };
  if (report !== 'contactLastTouch') add(touched('hs_analytics_first_touch_converting_campaign'));
  if (report !== 'contactFirstTouch') add(touched('hs_analytics_last_touch_converting_campaign'));
  if (report === 'influencedContacts') {
    add(call.portal.links.get(`0-35:${extra.record.id}`)?.get('0-1')?.keys() ?? []);
    for (const list of extra.assets.get('OBJECT_LIST') ?? []) add(call.portal.lists.get(list)?.members.keys() ?? []);
  }
  return [...ids]
    .map((id) => recordById(contacts, id))
    .filter((contact) => contact !== undefined && contact.archivedAt === null)
    .map((contact) => contact as CrmRecord)
    .sort((a, b) => a.n - b.n);
}

const REPORTS = new Set(['contactFirstTouch', 'contactLastTouch', 'influencedContacts']);

/** `GET /marketing/campaigns/{guid}/reports/contacts/{report}`: ids without times. */
export function contactReport(call: Call): Answer {
  const report = param(call, 'report');
  if (!REPORTS.has(report)) throw invalid(`Invalid contactType: ${report}`);
  const after = queryAfter(call);
  const limit = queryLimit(call, 100, 100);
  const contacts = reported(call, campaignOf(call), report).filter((contact) => contact.n >= after);
  return ok({ results: contacts.slice(0, limit).map(({ id }) => ({ id })), ...pagingOf(call, contacts[limit]?.id ?? null) });
}

/** `GET /marketing/campaigns/{guid}/reports/metrics`. No web analytics here: `sessions` is always 0. */
export function campaignMetrics(call: Call): Answer {
  const extra = campaignOf(call);
  return ok({
    sessions: 0,
    newContactsFirstTouch: reported(call, extra, 'contactFirstTouch').length,
    newContactsLastTouch: reported(call, extra, 'contactLastTouch').length,
    influencedContacts: reported(call, extra, 'influencedContacts').length,
  });
}
