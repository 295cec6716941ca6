import { z } from 'zod';
import type { OwnStem, ReadAnswer, ReadKind, ReadOptions, ReadRecord, ReadRecords, Ref } from '../../src/crm.ts';
import type { FieldValue, RecordId } from '../../src/model/words.ts';
import type { ObjectShape } from './catalog.ts';
import { visible } from './catalog.ts';
import type { Context } from './context.ts';
import { canonicalId, isSalesforceId, objectOf } from './ids.ts';
import { sizes } from './limits.ts';
import { campaignFields, hintFields, memberFields, personFields, toCampaign, toFields, toMember } from './map.ts';
import { objectsOf, ownName } from './own.ts';
import { readPeople } from './people.ts';
import { chunks, rowsOf } from './query.ts';
import type { Query } from './query.ts';
import { readHistories } from './record-history.ts';
import type { Histories } from './record-history.ts';
import { badAnswer, fieldValue, get, requiredId, requiredInstant, text, toRow } from './row.ts';
import type { Row } from './row.ts';
import { isLiteral, name, names, soql } from './soql.ts';
import { versionOf } from './streams.ts';

/** Values per `IN (...)` of e-mail addresses and keys: a literal may be ten times as long as an id. */
const valuesPerQuery = 200;

type Found = ReadonlyMap<string, readonly Row[]>;

/** Reads records by id, key or e-mail; every look-up is a database query, never the search index. */
export async function readRecords<K extends ReadKind>(
  context: Context,
  kind: K,
  refs: readonly Ref[],
  options: ReadOptions,
): Promise<readonly ReadAnswer<K>[]> {
  const answers: ReadRecord<K>[][] = refs.map(() => []);
  for (const objectName of objectsOf.get(kind) ?? []) {
    const shape = await context.catalog.object(objectName, options);
    if (shape === null) continue;
    const fields = fieldsOf(kind, shape, options);
    const found = await lookUp(context, { shape, fields, refs }, options);
    const rows = [...new Map([...found.values()].flat().map((row) => [requiredId(row, 'Id'), row])).values()];
    const records = await toRecords(context, { kind, shape, rows }, options);
    for (const [index, ref] of refs.entries()) {
      for (const row of found.get(refKey(ref)) ?? []) {
        const record = records.get(requiredId(row, 'Id'));
        if (record !== undefined) answers[index]?.push(record);
      }
    }
  }
  return refs.map((ref, index) => ({ ref, found: answers[index] ?? [] }));
}

function fieldsOf(kind: ReadKind, shape: ObjectShape, options: ReadOptions): readonly string[] {
  const asked = [...options.fields, ...(options.own ?? []).map(ownName)];
  switch (kind) {
    case 'person':
      return personFields(shape, asked);
    case 'campaign':
      return [...new Set(visible(shape, [...campaignFields, ...hintFields(shape).values(), ...asked]))];
    case 'member':
      return [...new Set(visible(shape, [...memberFields, ...asked]))];
  }
}

interface LookUp {
  readonly shape: ObjectShape;
  readonly fields: readonly string[];
  readonly refs: readonly Ref[];
}

/** How a reference is found again among the rows. */
function refKey(ref: Ref): string {
  if ('id' in ref) return `id ${canonicalId(ref.id)}`;
  return 'key' in ref ? `key ${ref.key}` : `email ${ref.email.trim().toLowerCase()}`;
}

async function lookUp(context: Context, { shape, fields, refs }: LookUp, options: ReadOptions): Promise<Found> {
  const ids = refs.flatMap((ref) =>
    'id' in ref && isSalesforceId(ref.id) && (ref.object ?? objectOf(ref.id)) === shape.name ? [canonicalId(ref.id)] : [],
  );
  const keys = refs.flatMap((ref) => ('key' in ref ? [ref.key] : []));
  const emails = refs.flatMap((ref) => ('email' in ref ? [ref.email.trim().toLowerCase()] : []));
  const related = fields.filter((field) => field.includes('.'));
  const plain = fields.filter((field) => !field.includes('.'));
  const by = (field: string, values: readonly string[], size: number): readonly Query[] => {
    const usable = [...new Set(values)].filter((value) => value !== '' && isLiteral(value));
    if (!shape.fields.has(field)) return [];
    return chunks(usable, size).map((part) => ({
      soql: soql`SELECT ${names(fields)} FROM ${name(shape.name)} WHERE ${name(field)} IN ${part}`,
    }));
  };
  const found = new Map<string, Row[]>();
  const add = (key: string, row: Row): void => {
    const rows = found.get(key);
    if (rows === undefined) found.set(key, [row]);
    else if (!rows.some((one) => requiredId(one, 'Id') === requiredId(row, 'Id'))) rows.push(row);
  };
  // Collections can't follow relationships: records that need them come by query.
  const queried = [
    ...(related.length > 0 ? by('Id', ids, sizes.retrieve / 4) : []),
    ...by(ownName('key'), keys, valuesPerQuery),
    ...by('Email', emails, valuesPerQuery),
  ];
  const retrieved = related.length > 0 ? [] : await retrieve(context, { shape, fields: plain, ids }, options);
  const rows = [...retrieved, ...(await rowsOf(context.wire, queried, options)).flatMap((part) => part ?? [])];
  for (const row of rows) {
    add(`id ${requiredId(row, 'Id')}`, row);
    const key = text(row, ownName('key'));
    const email = text(row, 'Email')?.trim().toLowerCase();
    // Nothing is ever found by an empty key or address.
    if (key !== null) add(`key ${key}`, row);
    if (email !== undefined && email !== '') add(`email ${email}`, row);
  }
  return found;
}

/** Up to 2,000 records a call; the ones that are gone are null in the answer. */
async function retrieve(
  context: Context,
  what: { readonly shape: ObjectShape; readonly fields: readonly string[]; readonly ids: readonly RecordId[] },
  options: ReadOptions,
): Promise<readonly Row[]> {
  const rows: Row[] = [];
  for (const ids of chunks([...new Set(what.ids)], sizes.retrieve)) {
    const { body } = await context.wire.call({
      method: 'POST',
      path: `/composite/sobjects/${what.shape.name}`,
      repeatable: true,
      body: { ids, fields: what.fields },
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const parsed = z.array(z.unknown()).safeParse(body);
    if (!parsed.success || parsed.data.length !== ids.length)
      throw badAnswer('a collection holds another number of records than asked for');
    rows.push(...parsed.data.filter((record) => record !== null).map(toRow));
  }
  return rows;
}

async function toRecords<K extends ReadKind>(
  context: Context,
  input: { readonly kind: K; readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: ReadOptions,
): Promise<ReadonlyMap<RecordId, ReadRecord<K>>> {
  const { shape, rows } = input;
  if (rows.length === 0) return new Map();
  const records = await modelled(context, input, options);
  const histories: Histories =
    options.history === true && input.kind === 'person' ? await readHistories(context, { shape, rows }, options) : new Map();
  return new Map(
    rows.map((row, index): [RecordId, ReadRecord<K>] => {
      const recordId = requiredId(row, 'Id');
      const modifiedAt = requiredInstant(row, 'SystemModstamp');
      const record = records[index] as ReadRecords[K];
      return [
        recordId,
        {
          record,
          version: versionOf(modifiedAt, record),
          modifiedAt,
          fields: toFields(row, shape, options.fields),
          own: ownValues(row, shape, options.own ?? []),
          history: histories.get(recordId) ?? new Map(),
        },
      ];
    }),
  );
}

async function modelled(
  context: Context,
  input: { readonly kind: ReadKind; readonly shape: ObjectShape; readonly rows: readonly Row[] },
  options: ReadOptions,
): Promise<readonly ReadRecords[ReadKind][]> {
  const { kind, shape, rows } = input;
  switch (kind) {
    case 'person':
      return readPeople(context, { shape, rows }, { ...options, fields: options.fields });
    case 'campaign': {
      const currency = await context.organization.currency(options);
      return rows.map((row) => toCampaign(row, shape, currency));
    }
    case 'member':
      return rows.map(toMember);
  }
}

function ownValues(row: Row, shape: ObjectShape, stems: readonly OwnStem[]): ReadonlyMap<OwnStem, FieldValue> {
  return new Map(
    stems.flatMap((stem): [OwnStem, FieldValue][] => {
      const field = shape.fields.get(ownName(stem));
      return field === undefined ? [] : [[stem, fieldValue(get(row, field.name), field.type)]];
    }),
  );
}
