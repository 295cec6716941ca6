import { ConfigError } from '../errors.ts';

/** A proxy for requests beyond this machine, in the words of the environment. */
export interface ProxySettings {
  readonly HTTPS_PROXY: string;
  /** Hosts that are reached without it, separated by commas; this machine always is. */
  readonly NO_PROXY: string;
}

const loopback = 'localhost,127.0.0.1,::1,[::1]';

/**
 * The proxy that an environment names, in capital or small letters (the small ones first, as curl has it); null where it
 * names none. HTTP_PROXY is of no use here: nothing leaves this machine without TLS.
 * @throws {ConfigError} `PROXY_INVALID` for anything but an http or https URL; the message does not show it, as it may hold a password.
 */
export function proxyFrom(env: Readonly<Record<string, string | undefined>>): ProxySettings | null {
  const named = nonEmpty(env['https_proxy']) ?? nonEmpty(env['HTTPS_PROXY']);
  if (named === undefined) return null;
  const url = URL.canParse(named) ? new URL(named) : null;
  if (url === null || (url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') {
    throw new ConfigError('PROXY_INVALID', 'HTTPS_PROXY is not the URL of an HTTP proxy.', {
      hint: 'Write it like http://proxy.example.com:3128, or take it out of the environment.',
    });
  }
  const without = nonEmpty(env['no_proxy']) ?? nonEmpty(env['NO_PROXY']);
  return { HTTPS_PROXY: url.href, NO_PROXY: without === undefined ? loopback : `${without},${loopback}` };
}

function nonEmpty(value: string | undefined): string | undefined {
  const trimmed = value?.trim();
  return trimmed === '' ? undefined : trimmed;
}
