import { createSign } from 'node:crypto';
import { z } from 'zod';
import { ConfigError, CrmError } from '../../src/errors.ts';
import { secret } from '../../src/transport/secret.ts';
import type { Secret } from '../../src/transport/types.ts';
import { system } from './limits.ts';

/** How the adapter gets its access token. Secrets are held in closures only. */
export type Credentials =
  | { readonly accessToken: string | (() => Promise<string>) }
  /** OAuth 2.0 client credentials flow of an External Client App, which runs as the user set there. */
  | { readonly clientId: string; readonly clientSecret: string }
  /** OAuth 2.0 JWT bearer flow: the app's certificate belongs to `privateKey` (PEM). */
  | {
      readonly clientId: string;
      readonly username: string;
      readonly privateKey: string;
      /** @default login.salesforce.com, or test.salesforce.com for a sandbox's My Domain */
      readonly audience?: string;
    };

/** The parameters of a token request, without those of the client itself. */
type Grant = { readonly grant_type: string; readonly [parameter: string]: string };

export interface Tokens {
  current(): Promise<Secret>;
  /** Undefined where there is nothing to renew with: a fixed token. */
  readonly renew: (() => Promise<void>) | undefined;
}

export interface TokenPorts {
  /** Sends a token request and returns its parsed body. */
  readonly request: (grant: Grant) => Promise<unknown>;
  /** The server's time where an answer has told it, else the local clock's, epoch ms. */
  readonly now: () => number;
  readonly instanceUrl: string;
}

const answerSchema = z.object({ access_token: z.string().min(1), instance_url: z.string() });
/** Salesforce accepts at most 3 minutes. */
const assertionLifeSeconds = 150;

/** Keeps the current access token, fetches it at first use and again when asked; requests at the same time share one fetch. */
export function createTokens(credentials: Credentials, ports: TokenPorts): Tokens {
  if ('accessToken' in credentials) {
    const { accessToken } = credentials;
    if (typeof accessToken === 'string') {
      const held = secret(accessToken);
      return { current: () => Promise.resolve(held), renew: undefined };
    }
    return shared(async () => secret(await accessToken()));
  }
  return shared(async () => secret(await exchange(credentials, ports)));
}

function shared(fetchToken: () => Promise<Secret>): Tokens {
  let held: Promise<Secret> | null = null;
  const fetchOnce = (): Promise<Secret> => {
    const fetched = fetchToken();
    held = fetched;
    // A failed fetch is not kept: the next request asks again.
    fetched.catch(() => {
      if (held === fetched) held = null;
    });
    return fetched;
  };
  let renewing: Promise<unknown> | null = null;
  return {
    current: () => held ?? fetchOnce(),
    renew: async () => {
      renewing ??= fetchOnce().finally(() => {
        renewing = null;
      });
      await renewing;
    },
  };
}

async function exchange(credentials: Exclude<Credentials, { accessToken: unknown }>, ports: TokenPorts): Promise<string> {
  const answer = answerSchema.safeParse(
    'privateKey' in credentials ? await byAssertion(credentials, ports) : await ports.request({ grant_type: 'client_credentials' }),
  );
  if (!answer.success) {
    throw new CrmError('BAD_TOKEN_ANSWER', `${system}: the answer to the token request holds no access token.`, {
      system,
      failure: 'protocol',
      hint: 'Check that the login URL is the My Domain address of the organisation.',
    });
  }
  const where = originOf(answer.data.instance_url);
  // A token goes only to the instance that was configured; an answer can't send it elsewhere.
  if (where !== new URL(ports.instanceUrl).origin) {
    throw new ConfigError('WRONG_INSTANCE', `${system}: the credentials belong to another instance than the configured one.`, {
      hint: `Set the instance URL to ${where ?? 'the My Domain address of the organisation'}.`,
    });
  }
  return answer.data.access_token;
}

/** A refused assertion is made once more when the refusal told that the local clock is wrong: `exp` is checked to the minute. */
async function byAssertion(credentials: Extract<Credentials, { privateKey: string }>, ports: TokenPorts): Promise<unknown> {
  const request = (): Promise<unknown> =>
    ports.request({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion: assertion(credentials, ports) });
  const before = ports.now();
  try {
    return await request();
  } catch (error) {
    const refused = error instanceof CrmError && error.failure === 'authentication';
    if (!refused || Math.abs(ports.now() - before) < 60_000) throw error;
    return request();
  }
}

function originOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).origin : null;
}

function assertion(credentials: Extract<Credentials, { privateKey: string }>, ports: TokenPorts): string {
  const sandbox = new URL(ports.instanceUrl).hostname.includes('.sandbox.');
  const claims = {
    iss: credentials.clientId,
    sub: credentials.username,
    aud: credentials.audience ?? (sandbox ? 'https://test.salesforce.com' : 'https://login.salesforce.com'),
    exp: Math.floor(ports.now() / 1000) + assertionLifeSeconds,
  };
  const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
  const signed = `${encode({ alg: 'RS256' })}.${encode(claims)}`;
  try {
    return `${signed}.${createSign('RSA-SHA256').update(signed).sign(credentials.privateKey).toString('base64url')}`;
  } catch (cause) {
    // The cause's own message may quote the key's text.
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new ConfigError('BAD_PRIVATE_KEY', `${system}: the private key can't sign (${reason}).`, {
      hint: 'Give an RSA private key in PEM form, the one whose certificate the External Client App holds.',
    });
  }
}
