import { hubspotExamples } from './curl-examples-hubspot.ts';
import { salesforceExamples } from './curl-examples-salesforce.ts';

/**
 * A call that a vendor's documentation shows, as it shows it. Only host, token and the ids of records that have to exist
 * are put in: `{name}` stands for one that the test made first, or that an earlier example's answer gave.
 */
export interface CurlExample {
  /** The page that shows it. */
  readonly source: string;
  readonly vendor: 'hubspot' | 'salesforce';
  readonly does: string;
  readonly method: string;
  /** Path and query; `{name}` is an id. */
  readonly path: string;
  /** Beside the bearer token. @default none */
  readonly headers?: readonly string[];
  /** Sent as it stands; `{name}` is an id. @default none */
  readonly body?: string;
  /** False: sent without a token. @default true */
  readonly token?: boolean;
  readonly status: number;
  /** What the documented answer has, at least; text for an answer that isn't JSON. @default not looked at */
  readonly shape?: unknown;
  /** Headers of the answer, lower case. @default not looked at */
  readonly answers?: Readonly<Record<string, RegExp>>;
  /** Ids in the answer that later examples use, by name, with their place in it: `id`, `results.0.id`. */
  readonly keeps?: Readonly<Record<string, string>>;
  /** A record that it takes for granted and that only an earlier example makes possible: path and body of its create. */
  readonly first?: readonly [path: string, body: unknown];
  /** The documented answer comes after a while: asked again, at most ten seconds, until the body has it. */
  readonly until?: string;
}

/** All examples, in the order in which they run: some use what those before them made. */
export const CURL_EXAMPLES: readonly CurlExample[] = [...hubspotExamples, ...salesforceExamples];
