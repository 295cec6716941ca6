import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const load = createRequire(import.meta.url);
const CODEGEN = dirname(dirname(load.resolve('@hubspot/api-client/lib/codegen/crm/contacts/index.js')));

interface Attribute {
  readonly name: string;
  readonly baseName: string;
  readonly type: string;
}

/** One endpoint of HubSpot's generated client, with the type of the body by status. */
export interface ClientEndpoint {
  /** Folder below `lib/codegen/crm`. */
  readonly module: string;
  readonly method: string;
  readonly path: RegExp;
  readonly template: string;
  readonly types: ReadonlyMap<number, string>;
}

/**
 * The endpoints of a module, read from the client's own source: path and method from the request factories, the types
 * by status from the response processors.
 */
export function endpointsOf(module: string): readonly ClientEndpoint[] {
  const folder = join(CODEGEN, module, 'apis');
  const files = [
    'BasicApi',
    'BatchApi',
    'SearchApi',
    'CoreApi',
    'GroupsApi',
    'OwnersApi',
    'PipelinesApi',
    'PipelineStagesApi',
    'ListsApi',
    'MembershipsApi',
  ];
  return files
    .map((name) => join(folder, `${name}.js`))
    .filter((file) => existsSync(file))
    .flatMap((file) => fromSource(module, readFileSync(file, 'utf8')));
}

function fromSource(module: string, source: string): ClientEndpoint[] {
  const [requests = '', responses = ''] = source.split(/class \w+ResponseProcessor/);
  const typesOf = new Map(
    responses
      .split(/\n {4}(?=\w+WithHttpInfo\(response\))/)
      .slice(1)
      .map((text) => [text.slice(0, text.indexOf('WithHttpInfo')), byStatus(text)] as const),
  );
  return [
    ...requests.matchAll(
      /\n {4}(\w+)\([^)]*\) \{(?:(?!\n {4}\w+\().|\n(?! {4}\w+\())*?localVarPath = '([^']+)'(?:.|\n)*?HttpMethod\.(\w+)/g,
    ),
  ].map(([, name = '', template = '', method = '']) => ({
    module,
    method,
    template,
    path: new RegExp(`^${template.replace(/\{\w+\}/g, '[^/]+')}$`),
    types: typesOf.get(name) ?? new Map<number, string>(),
  }));
}

function byStatus(text: string): ReadonlyMap<number, string> {
  const parts = text.split(/isCodeInRange\)\("/).slice(1);
  return new Map(parts.map((part) => [Number.parseInt(part, 10), /, "([A-Za-z<>]+)", ""\)/.exec(part)?.[1] ?? 'void'] as const));
}

interface Model {
  readonly attributes: readonly Attribute[];
  readonly required: ReadonlySet<string>;
}

const models = new Map<string, Model | undefined>();

function modelOf(module: string, type: string): Model | undefined {
  const key = `${module}/${type}`;
  if (!models.has(key)) models.set(key, readModel(join(CODEGEN, module, 'models', type), type));
  return models.get(key);
}

function readModel(path: string, type: string): Model | undefined {
  if (!existsSync(`${path}.js`)) return undefined;
  const exported = load(`${path}.js`) as Record<string, { getAttributeTypeMap(): readonly Attribute[] }>;
  const attributes = exported[type]?.getAttributeTypeMap() ?? [];
  const required = new Set([...readFileSync(`${path}.d.ts`, 'utf8').matchAll(/^ {4}'(\w+)':/gm)].map(([, name = '']) => name));
  return { attributes, required };
}

/** What the client's deserialiser makes of a body. @throws what it throws */
export function deserialised(module: string, type: string, body: unknown): unknown {
  const { ObjectSerializer } = load(join(CODEGEN, module, 'models/ObjectSerializer.js')) as {
    ObjectSerializer: { deserialize(data: unknown, type: string, format: string): unknown };
  };
  return ObjectSerializer.deserialize(body, type, '');
}

/** Where a body departs from a generated model: unknown and missing attributes, values of another kind. */
export function departures(module: string, type: string, body: unknown, at = type): readonly string[] {
  if (type.endsWith(' | null')) return body === null ? [] : departures(module, type.slice(0, -' | null'.length), body, at);
  if (type === 'any') return [];
  if (body === null || body === undefined) return [`${at} is ${String(body)}`];
  if (type === 'Date') return typeof body === 'string' && !Number.isNaN(Date.parse(body)) ? [] : [`${at} is no instant`];
  if (['string', 'number', 'boolean'].includes(type)) return typeof body === type ? [] : [`${at} is a ${typeof body}, not a ${type}`];
  if (type.endsWith('Enum')) return typeof body === 'string' ? [] : [`${at} is a ${typeof body}, not one of ${type}`];
  const list = /^Array<(.*)>$/.exec(type)?.[1];
  if (list !== undefined) return Array.isArray(body) ? body.flatMap((item) => departures(module, list, item, at)) : [`${at} is no list`];
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
  if (typeof body !== 'object' || Array.isArray(body)) return [`${at} is no object`];
  if (map !== undefined) return Object.values(body).flatMap((value) => departures(module, map, value, `${at}{}`));
  return inModel(module, type, body as Readonly<Record<string, unknown>>);
}

function inModel(module: string, type: string, body: Readonly<Record<string, unknown>>): readonly string[] {
  const model = modelOf(module, type);
  if (model === undefined) return [`the client has no model ${type}`];
  const known = new Set(model.attributes.map((attribute) => attribute.baseName));
  const unknown = Object.keys(body).filter((name) => !known.has(name));
  return [
    ...unknown.map((name) => `${type} has no ${name}`),
    ...model.attributes.flatMap(({ name, baseName, type: inner }) => {
      const value = body[baseName];
      if (value === undefined) return model.required.has(name) ? [`${type} needs ${baseName}`] : [];
      return departures(module, inner, value, `${type}.${baseName}`);
    }),
  ];
}
