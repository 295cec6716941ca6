import { at, chunks, list, text, type Allowance, type Caller } from './calls.ts';

export type PersonObject = 'Lead' | 'Contact';

/** A Salesforce lead or contact as the connector sees it. */
export interface Person {
  readonly object: PersonObject;
  readonly id: string;
  /** SystemModstamp. */
  readonly stamp: number;
  readonly modifiedAt: number;
  readonly modifiedBy: string;
  readonly createdAt: number;
  /** The lead has become a contact. */
  readonly converted: boolean;
  value(field: string): string;
}

/** A Salesforce field as far as writing it takes. */
export interface OrgField {
  readonly type: string;
  readonly writable: boolean;
  /** Active picklist values. */
  readonly options: readonly string[];
}

/** Why Salesforce refused a record: its code and its words. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
}

export type Outcome = { readonly id: string } | Refusal;

/** The Salesforce side of the connector. Every method costs calls of the allowance. */
export interface SalesforceOrg {
  /** The connector's own user. */
  self(): Promise<string>;
  fields(object: PersonObject): Promise<ReadonlyMap<string, OrgField>>;
  query(soql: string): Promise<readonly unknown[]>;
  changed(object: PersonObject, since: number): Promise<readonly Person[]>;
  byIds(object: PersonObject, ids: readonly string[]): Promise<readonly Person[]>;
  /** All leads that aren't converted and all contacts with these addresses. */
  byEmail(emails: readonly string[]): Promise<readonly Person[]>;
  /** One outcome per record, in order. `autoAssign`: the active assignment rule gives new leads their owner. */
  write(method: 'POST' | 'PATCH', records: readonly Readonly<Record<string, unknown>>[], autoAssign?: boolean): Promise<readonly Outcome[]>;
  /** Ids of records that went to the recycle bin since an instant. */
  deleted(object: PersonObject, since: number): Promise<readonly string[]>;
}

const API = '/services/data/v67.0';
const PER_QUERY = 200;

/** An instant as SOQL writes it; records keep whole seconds. */
export function soqlInstant(ms: number): string {
  return `${new Date(Math.floor(ms / 1000) * 1000).toISOString().slice(0, 19)}Z`;
}

/** A text as a SOQL literal. */
export function soqlText(value: string): string {
  return `'${value.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/** @param mapped Salesforce's names of the mapped fields */
export function salesforceOrg(raw: Caller, parts: { readonly allowance: Allowance; readonly mapped: readonly string[] }): SalesforceOrg {
  const call: Caller = (...args) => {
    parts.allowance.spend();
    return raw(...args);
  };
  const known = new Map<PersonObject, ReadonlyMap<string, OrgField>>();
  const query = async (soql: string): Promise<readonly unknown[]> => {
    const rows: unknown[] = [];
    for (let path = `${API}/query?q=${encodeURIComponent(soql)}`; path !== '';) {
      const answer = await call('GET', path);
      if (answer.status >= 300) throw new Error(`Salesforce answered ${answer.status} to ${soql}: ${text(answer.body, 0, 'message')}`);
      rows.push(...list(answer.body, 'records'));
      path = text(answer.body, 'nextRecordsUrl');
    }
    return rows;
  };
  const fields = async (object: PersonObject): Promise<ReadonlyMap<string, OrgField>> => {
    const before = known.get(object);
    if (before !== undefined) return before;
    const answer = await call('GET', `${API}/sobjects/${object}/describe`);
    const found = new Map(list(answer.body, 'fields').map((field) => [text(field, 'name'), toField(field)] as const));
    known.set(object, found);
    return found;
  };
  const people = async (object: PersonObject, where: string): Promise<readonly Person[]> => {
    const has = await fields(object);
    const always = ['Id', 'Email', 'OwnerId', 'CreatedDate', 'LastModifiedDate', 'LastModifiedById', 'SystemModstamp'];
    const own = object === 'Lead' ? ['IsConverted', 'ConvertedContactId'] : ['AccountId'];
    const names = [...new Set([...always, ...own, ...parts.mapped.filter((field) => has.has(field))])];
    const rows = await query(`SELECT ${names.join(', ')} FROM ${object} WHERE ${where} ORDER BY SystemModstamp`);
    return rows.map((row) => toPerson(object, row));
  };
  return {
    self: async () => text((await call('GET', '/services/oauth2/userinfo')).body, 'user_id'),
    fields,
    query,
    changed: (object, since) => people(object, `SystemModstamp >= ${soqlInstant(since)}`),
    async byIds(object, ids) {
      const found: Person[] = [];
      for (const part of chunks(ids, PER_QUERY)) found.push(...(await people(object, `Id IN (${part.map(soqlText).join(', ')})`)));
      return found;
    },
    async byEmail(emails) {
      const found: Person[] = [];
      for (const part of chunks(emails, 100)) {
        const among = `Email IN (${part.map(soqlText).join(', ')})`;
        found.push(...(await people('Contact', among)), ...(await people('Lead', `IsConverted = false AND ${among}`)));
      }
      return found;
    },
    async write(method, records, autoAssign = false) {
      const outcomes: Outcome[] = [];
      for (const part of chunks(records, PER_QUERY)) {
        const body = { allOrNone: false, records: part };
        const answer = await call(method, `${API}/composite/sobjects`, body, { 'sforce-auto-assign': autoAssign ? 'TRUE' : 'FALSE' });
        const refusal = { code: text(answer.body, 0, 'errorCode'), message: text(answer.body, 0, 'message') };
        part.forEach((_, index) => outcomes.push(answer.status >= 300 ? refusal : toOutcome(at(answer.body, index))));
      }
      return outcomes;
    },
    async deleted(object, since) {
      const [start, end] = [since, since + 86_400_000 * 14].map((ms) => encodeURIComponent(soqlInstant(ms)));
      const answer = await call('GET', `${API}/sobjects/${object}/deleted?start=${start ?? ''}&end=${end ?? ''}`);
      return list(answer.body, 'deletedRecords').map((row) => text(row, 'id'));
    },
  };
}

function toField(field: unknown): OrgField {
  const active = list(field, 'picklistValues').filter((option) => at(option, 'active') === true);
  return {
    type: text(field, 'type'),
    writable: at(field, 'updateable') === true,
    options: active.map((option) => text(option, 'value')),
  };
}

function toPerson(object: PersonObject, row: unknown): Person {
  return {
    object,
    id: text(row, 'Id'),
    stamp: Date.parse(text(row, 'SystemModstamp')),
    modifiedAt: Date.parse(text(row, 'LastModifiedDate')),
    modifiedBy: text(row, 'LastModifiedById'),
    createdAt: Date.parse(text(row, 'CreatedDate')),
    converted: at(row, 'IsConverted') === true,
    value: (field) => text(row, field),
  };
}

function toOutcome(result: unknown): Outcome {
  if (at(result, 'success') === true) return { id: text(result, 'id') };
  return { code: text(result, 'errors', 0, 'statusCode'), message: text(result, 'errors', 0, 'message') };
}
