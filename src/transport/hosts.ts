import { ConfigError } from '../errors.ts';
import type { HostRule } from './types.ts';

const loopback: ReadonlySet<string> = new Set(['localhost', '127.0.0.1', '[::1]']);
const hostName = /^(?=.{1,253}$)[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?)*$/;
const authorityOf = /^(https?):\/\/([^/?#]+)/;
const plainAuthority = /^([a-z0-9.-]+|\[::1\])(?::(\d{1,5}))?$/;

/** True for the three ways to write this machine; only these may be contacted without TLS and on any port. */
export function isLoopback(host: string): boolean {
  return loopback.has(host);
}

/**
 * Says why a URL may not be contacted, or null when it may. The text is judged as written, before the URL parser has
 * repaired it (backslashes, tabs, `0x7f.1`, full-width dots), and again as parsed; both readings must agree.
 */
export function refusal(url: string, rules: readonly HostRule[]): string | null {
  if (/[^\u0021-\u007e]|\\/.test(url)) return 'it holds blanks, backslashes, control or non-ASCII characters';
  const authority = authorityOf.exec(url);
  if (authority === null) return 'it does not begin with https:// and a host';
  const parts = plainAuthority.exec((authority[2] ?? '').toLowerCase());
  if (parts === null) return 'its host is not a plain name (user info, escapes and other addresses are refused)';
  const written = parts[1] ?? '';
  const parsed = parse(url);
  if (parsed === null || parsed.hostname !== written) return 'its host is not written in its normal form';
  if (isLoopback(written)) return matches(written, rules) ? null : 'this machine is not on the allow-list';
  if (parsed.protocol !== 'https:') return 'only https is allowed beyond this machine';
  if (parsed.port !== '') return 'only the standard port is allowed beyond this machine';
  return matches(written, rules) ? null : 'its host is not on the allow-list';
}

/**
 * Refuses rules that would allow more than one organisation's hosts.
 * @throws {ConfigError} `BAD_HOST_RULE` for anything but a plain lower-case name, or a suffix with fewer than two labels
 */
export function checkRules(rules: readonly HostRule[]): void {
  for (const rule of rules) {
    const plain = isLoopback(rule.host) || hostName.test(rule.host);
    const numeric = /^[0-9.]+$/.test(rule.host);
    const broad = rule.match === 'suffix' && (!rule.host.includes('.') || numeric || isLoopback(rule.host));
    if (plain && !broad) continue;
    throw new ConfigError('BAD_HOST_RULE', `The allowed host "${rule.host}" (${rule.match}) is not usable.`, {
      hint: 'Give a lower-case host name without port or path; a suffix needs at least two labels.',
    });
  }
}

function matches(host: string, rules: readonly HostRule[]): boolean {
  return rules.some((rule) => host === rule.host || (rule.match === 'suffix' && host.endsWith(`.${rule.host}`) && hostName.test(host)));
}

function parse(url: string): URL | null {
  try {
    return new URL(url);
  } catch {
    return null;
  }
}
