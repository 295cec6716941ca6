import { at, chunks, list, text, type Caller } from './calls.ts';

/** A HubSpot contact as the connector sees it. Empty values are ''. */
export interface Contact {
  readonly id: string;
  readonly updatedAt: number;
  value(property: string): string;
}

export interface Change {
  readonly id: string;
  readonly properties: Readonly<Record<string, string>>;
}

/** What was made and what was refused, by the caller's own key; a refusal is HubSpot's words. */
export interface Written {
  readonly ids: ReadonlyMap<string, string>;
  readonly refused: ReadonlyMap<string, string>;
}

/** The HubSpot side of the connector. */
export interface HubspotPortal {
  /** Records of a type that were changed since an instant, oldest change first. */
  changed(type: string, since: number, properties: readonly string[]): Promise<readonly Contact[]>;
  byEmail(emails: readonly string[]): Promise<readonly Contact[]>;
  byId(ids: readonly string[]): Promise<readonly Contact[]>;
  update(type: string, changes: readonly Change[]): Promise<Written>;
  create(type: string, inputs: readonly (Change & { readonly contactId?: string })[]): Promise<Written>;
  /** When each property of these contacts was last edited, in epoch milliseconds: `id property`. */
  editedAt(ids: readonly string[], properties: readonly string[]): Promise<ReadonlyMap<string, number>>;
  owners(): Promise<readonly { readonly id: string; readonly email: string; readonly name: string }[]>;
  /** Contacts of each record of another type. */
  contactsOf(type: string, ids: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>>;
  members(listId: string): Promise<ReadonlySet<string>>;
  /** Options of a picklist; null when there is no such property or it is no picklist. */
  options(property: string): Promise<readonly string[] | null>;
  addOptions(property: string, values: readonly string[]): Promise<void>;
}

/** Search pages end at this many results; then the search begins anew from the last change seen. */
const WALL = 10_000;
/** Association type of an activity and its contact. @source https://developers.hubspot.com/docs/api-reference/crm-associations-v4/guide */
const TO_CONTACT: ReadonlyMap<string, number> = new Map([['tasks', 204]]);

function toContact(raw: unknown): Contact {
  return { id: text(raw, 'id'), updatedAt: Date.parse(text(raw, 'updatedAt')), value: (property) => text(raw, 'properties', property) };
}

/** @param properties what is read of contacts */
export function hubspotPortal(call: Caller, properties: readonly string[]): HubspotPortal {
  const ok = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const answer = await call(method, path, body);
    if (answer.status >= 300) throw new Error(`HubSpot answered ${answer.status} to ${method} ${path}: ${text(answer.body, 'message')}`);
    return answer.body;
  };
  const read = async (ids: readonly string[], more: Readonly<Record<string, unknown>>): Promise<readonly unknown[]> => {
    const found: unknown[] = [];
    for (const part of chunks([...new Set(ids)], 50)) {
      found.push(
        ...list(await ok('POST', '/crm/v3/objects/contacts/batch/read', { inputs: part.map((id) => ({ id })), ...more }), 'results'),
      );
    }
    return found;
  };
  const write = async (path: string, inputs: readonly { readonly key: string; readonly input: object }[]): Promise<Written> => {
    const ids = new Map<string, string>();
    const refused = new Map<string, string>();
    for (const part of chunks(inputs, 100)) {
      // With a trace id on every input the good ones are written and the bad ones named.
      const body = { inputs: part.map(({ key, input }) => ({ ...input, objectWriteTraceId: key })) };
      const answer = await call('POST', path, body);
      for (const result of list(answer.body, 'results')) ids.set(text(result, 'objectWriteTraceId'), text(result, 'id'));
      for (const error of list(answer.body, 'errors')) {
        for (const key of list(error, 'context', 'objectWriteTraceId')) refused.set(String(key), text(error, 'message'));
      }
      if (answer.status >= 300) for (const { key } of part) if (!ids.has(key)) refused.set(key, text(answer.body, 'message'));
    }
    return { ids, refused };
  };
  return {
    changed: (type, since, wanted) => searchChanged(ok, { type, since, properties: type === 'contacts' ? properties : wanted }),
    byEmail: async (emails) => (await read(emails, { idProperty: 'email', properties })).map(toContact),
    byId: async (ids) => (await read(ids, { properties })).map(toContact),
    update: (type, changes) =>
      write(
        `/crm/v3/objects/${type}/batch/update`,
        changes.map(({ id, ...input }) => ({ key: id, input: { id, ...input } })),
      ),
    create: (type, inputs) =>
      write(
        `/crm/v3/objects/${type}/batch/create`,
        inputs.map(({ id, properties: values, contactId }) => ({
          key: id,
          input: { properties: values, ...(contactId === undefined ? {} : { associations: [association(type, contactId)] }) },
        })),
      ),
    async editedAt(ids, names) {
      const times = new Map<string, number>();
      for (const raw of await read(ids, { properties: [], propertiesWithHistory: names })) {
        for (const property of names) {
          const latest = text(raw, 'propertiesWithHistory', property, 0, 'timestamp');
          if (latest !== '') times.set(`${text(raw, 'id')} ${property}`, Date.parse(latest));
        }
      }
      return times;
    },
    async owners() {
      const found: unknown[] = [];
      for (let after = '', more = true; more;) {
        const page = await ok('GET', `/crm/v3/owners?limit=100${after === '' ? '' : `&after=${after}`}`);
        found.push(...list(page, 'results'));
        after = text(page, 'paging', 'next', 'after');
        more = after !== '';
      }
      return found.map((raw) => ({
        id: text(raw, 'id'),
        email: text(raw, 'email').toLowerCase(),
        name: `${text(raw, 'firstName')} ${text(raw, 'lastName')}`.trim(),
      }));
    },
    async contactsOf(type, ids) {
      const found = new Map<string, readonly string[]>();
      for (const part of chunks(ids, 100)) {
        const body = { inputs: part.map((id) => ({ id })) };
        const answer = await ok('POST', `/crm/v4/associations/${type}/contacts/batch/read`, body);
        for (const row of list(answer, 'results')) {
          found.set(
            text(row, 'from', 'id'),
            list(row, 'to').map((to) => text(to, 'toObjectId')),
          );
        }
      }
      return found;
    },
    members: (listId) => membersOf(call, listId),
    async options(property) {
      const answer = await call('GET', `/crm/v3/properties/contacts/${property}`);
      if (answer.status >= 300 || text(answer.body, 'type') !== 'enumeration' || at(answer.body, 'externalOptions') === true) return null;
      return list(answer.body, 'options').map((option) => text(option, 'value'));
    },
    async addOptions(property, values) {
      const present = list(await ok('GET', `/crm/v3/properties/contacts/${property}`), 'options');
      const options = [...present, ...values.map((value, index) => ({ value, label: value, displayOrder: present.length + index }))];
      await ok('PATCH', `/crm/v3/properties/contacts/${property}`, { options });
    },
  };
}

type Ok = (method: string, path: string, body?: unknown) => Promise<unknown>;

function association(type: string, contactId: string): unknown {
  return {
    to: { id: contactId },
    types: [{ associationCategory: 'HUBSPOT_DEFINED', associationTypeId: TO_CONTACT.get(type) }],
  };
}

async function searchChanged(
  ok: Ok,
  { type, since, properties }: { readonly type: string; readonly since: number; readonly properties: readonly string[] },
): Promise<readonly Contact[]> {
  const property = type === 'contacts' ? 'lastmodifieddate' : 'hs_lastmodifieddate';
  const found = new Map<string, Contact>();
  for (let from = since, more = true; more;) {
    more = false;
    for (let after = 0; after < WALL; after += 200) {
      const page = await ok('POST', `/crm/v3/objects/${type}/search`, {
        filterGroups: [{ filters: [{ propertyName: property, operator: 'GTE', value: String(from) }] }],
        sorts: [{ propertyName: property, direction: 'ASCENDING' }],
        properties,
        limit: 200,
        after: String(after),
      });
      const results = list(page, 'results').map(toContact);
      for (const one of results) found.set(one.id, one);
      if (results.length < 200) break;
      const last = results.at(-1);
      if (after + 200 < WALL || last === undefined || last.updatedAt === from) continue;
      from = last.updatedAt;
      more = true;
    }
  }
  return [...found.values()];
}

/** Nobody is in a list that isn't there. */
async function membersOf(call: Caller, listId: string): Promise<ReadonlySet<string>> {
  const members = new Set<string>();
  for (let after = '', more = true; more;) {
    const { body } = await call('GET', `/crm/v3/lists/${listId}/memberships?limit=250${after === '' ? '' : `&after=${after}`}`);
    for (const row of list(body, 'results')) members.add(text(row, 'recordId'));
    after = text(body, 'paging', 'next', 'after');
    more = after !== '';
  }
  return members;
}
