import { XMLParser, XMLValidator } from 'fast-xml-parser';
import { RequestProblem } from '../errors.ts';
import { isObject } from '../json.ts';

/** True for a client that asks for XML and not for JSON. */
export function wantsXml(accept: string | undefined): boolean {
  return accept !== undefined && /(?:application|text)\/xml/i.test(accept) && !/json/i.test(accept);
}

function escape(text: string): string {
  // Letters that XML 1.0 can't carry are left out.
  // oxlint-disable-next-line no-control-regex -- these are what is left out
  const legal = text.replaceAll(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]/g, '');
  return legal.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

function element(name: string, value: unknown): string {
  if (Array.isArray(value)) return value.map((one: unknown) => element(name, one)).join('');
  if (value === null || value === undefined) return `<${name} xsi:nil="true"/>`;
  if (!isObject(value)) return `<${name}>${escape(typeof value === 'string' ? value : JSON.stringify(value))}</${name}>`;
  const { attributes, ...fields } = value;
  const marks = isObject(attributes) ? Object.entries(attributes).map(([key, one]) => ` ${key}="${escape(String(one))}"`) : [];
  const inner = Object.entries(fields).map(([key, one]) => element(key, one));
  return `<${name}${marks.join('')}>${inner.join('')}</${name}>`;
}

/** What an answer is called in XML: by its contents, as in the examples of the reference. */
function rootOf(json: unknown): string {
  if (!isObject(json)) return 'Result';
  const { attributes } = json;
  if (isObject(attributes) && typeof attributes['type'] === 'string') return attributes['type'];
  if ('records' in json) return 'QueryResult';
  if ('sobjects' in json && 'encoding' in json) return 'DescribeGlobal';
  return 'fields' in json && 'keyPrefix' in json ? 'DescribeSObject' : 'Result';
}

/**
 * An answer as XML.
 * @source https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/errorcodes.htm, https://developer.salesforce.com/docs/atlas.en-us.api_rest.meta/api_rest/dome_query.htm (checked 2026-11-22)
 */
export function toXml(json: unknown): string {
  const head = '<?xml version="1.0" encoding="UTF-8"?>';
  if (!Array.isArray(json))
    return head + element(rootOf(json), json).replace(/^<([\w.]+)/, '<$1 xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"');
  const [first] = json as readonly unknown[];
  if (isObject(first) && 'errorCode' in first) return `${head}<Errors>${element('Error', json)}</Errors>`;
  if (isObject(first) && 'version' in first) return `${head}<Versions>${element('Version', json)}</Versions>`;
  return `${head}<Results>${element('Result', json)}</Results>`;
}

const parser = new XMLParser({ ignoreAttributes: true, parseTagValue: false, processEntities: false, removeNSPrefix: true });

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads the fields of one record from an XML body. Types and entities of its own are refused, so nothing in it can grow.
 * @throws {RequestProblem} XML_PARSER_ERROR.
 */
export function recordFromXml(text: string): Readonly<Record<string, unknown>> {
  if (/<!DOCTYPE|<!ENTITY/i.test(text) || XMLValidator.validate(text) !== true) throw unreadable();
  const document: unknown = parser.parse(text);
  const root = isObject(document) ? Object.entries(document).find(([name]) => name !== '?xml')?.[1] : undefined;
  if (root === '') return {};
  if (!isObject(root)) throw unreadable();
  return Object.fromEntries(
    Object.entries(root).map(([name, value]) => [
      name,
      typeof value === 'string' ? value.replaceAll(/&(amp|lt|gt|quot|apos);/g, (_, entity: string) => NAMED[entity] ?? '') : value,
    ]),
  );
}

function unreadable(): RequestProblem {
  return new RequestProblem('XML_PARSER_ERROR', 'The request body is no XML document of one record');
}
