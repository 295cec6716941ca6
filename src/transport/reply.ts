import { CrmError } from '../errors.ts';
import type { HttpResponse } from '../ports.ts';
import type { Reply } from './types.ts';

/** Deeper nesting than any API answer has; a recursive reader could run out of stack on more. */
const maxDepth = 64;

/** What a reply must know about its request to report a broken body rightly. */
export interface ReplyContext {
  readonly system: string;
  /** A broken body after such a request leaves open whether it had its effect. */
  readonly repeatable: boolean;
}

/** Makes a reply whose body is decoded strictly and only on demand. */
export function createReply(response: HttpResponse, context: ReplyContext): Reply {
  const broken = (code: string, message: string): CrmError =>
    new CrmError(code, `${context.system} answered ${response.status} ${message}.`, {
      system: context.system,
      failure: 'protocol',
      status: response.status,
      retryable: context.repeatable,
      ambiguous: !context.repeatable,
      hint: 'Usually a proxy or a maintenance page answered instead of the API. Try again; if it stays, look at what stands between.',
    });
  const text = (): string => {
    try {
      return new TextDecoder('utf-8', { fatal: true }).decode(response.body);
    } catch {
      throw broken('BAD_ENCODING', 'with bytes that are not UTF-8');
    }
  };
  return {
    status: response.status,
    headers: response.headers,
    body: response.body,
    text,
    json: () => {
      const source = text();
      if (tooDeep(source)) throw broken('BAD_JSON', `with JSON nested deeper than ${maxDepth}`);
      try {
        // JSON.parse keeps "__proto__" as an own property; it does harm only when copied by assignment.
        return JSON.parse(source) as unknown;
      } catch {
        // The parser's own message quotes the body, which may hold personal data.
        throw broken('BAD_JSON', 'with a body that is not JSON');
      }
    },
  };
}

/** Counts brackets outside strings before anything is built from them. */
function tooDeep(source: string): boolean {
  let depth = 0;
  let quoted = false;
  for (let index = 0; index < source.length; index += 1) {
    const code = source.charCodeAt(index);
    if (quoted) {
      if (code === 0x5c) index += 1;
      else if (code === 0x22) quoted = false;
    } else if (code === 0x22) quoted = true;
    else if (code === 0x7b || code === 0x5b) {
      depth += 1;
      if (depth > maxDepth) return true;
    } else if (code === 0x7d || code === 0x5d) depth -= 1;
  }
  return false;
}
