import { ConfigError, CrmError, PlanError, StateError, TruceError } from '../../errors.ts';

/** `guard`: a guard or a pause stopped a run. `stopped`: anything else did. `stale`: no good run for too long. */
export type NoticeKind = 'stopped' | 'guard' | 'authentication' | 'stale' | 'fight';

/** Something that somebody has to know. Holds counts, codes and the fix; no personal data, no secret, nobody's free text. */
export interface Notice {
  readonly kind: NoticeKind;
  readonly code: string;
  /** One sentence. */
  readonly text: string;
  readonly fix: string;
}

/** Longer sentences are cut. */
const longest = 400;

/**
 * What a failed run is to be told of; null for what is no news: another run holds the state, somebody pressed a key, or
 * somebody mistyped.
 */
export function noticeOfError(error: unknown): Notice | null {
  if (!(error instanceof TruceError)) {
    return error instanceof Error && error.name === 'Stopped'
      ? null
      : {
          kind: 'stopped',
          code: 'UNEXPECTED',
          text: 'A run ended with an unexpected error, which is a defect.',
          fix: 'Look at its output.',
        };
  }
  const { code } = error;
  const fix = plain(error.hint);
  if (error instanceof PlanError) {
    // Who paused, and why, are somebody's own words.
    const text = code === 'PAUSED' ? 'Truce is paused: nothing is written.' : plain(error.message);
    return { kind: 'guard', code, text, fix };
  }
  if (error instanceof StateError) {
    if (code === 'STATE_LOCKED' || code === 'LEASE_LOST') return null;
    return { kind: code === 'STATE_OTHER_ACCOUNT' ? 'guard' : 'stopped', code, text: 'The state can not be used.', fix };
  }
  if (error instanceof CrmError) {
    if (error.failure === 'aborted') return null;
    const denied = error.failure === 'authentication' || error.failure === 'permission';
    // A CRM's own words may quote a record.
    const status = error.status === undefined || error.status === null ? '' : `, HTTP ${error.status}`;
    return { kind: denied ? 'authentication' : 'stopped', code, text: `${error.system}: ${words[error.failure]}${status}.`, fix };
  }
  if (error instanceof ConfigError && code === 'CREDENTIALS_MISSING')
    return { kind: 'authentication', code, text: 'Credentials are missing in the environment.', fix };
  return error instanceof ConfigError && code === 'CONFIG_INVALID'
    ? { kind: 'stopped', code, text: 'The configuration is not valid.', fix }
    : null;
}

const words: Readonly<Record<CrmError['failure'], string>> = {
  authentication: 'the credentials were refused',
  permission: 'a permission is missing',
  'not-allowed': 'a host that may not be contacted',
  'rate-limit': 'too many requests at once',
  budget: "the day's calls are used up",
  unavailable: 'it does not answer as it should',
  network: 'it can not be reached',
  protocol: 'an answer could not be understood',
  request: 'a request was refused',
  aborted: 'it was stopped',
};

/** Fields that automations rewrite again and again, as a run found them; null when it found none. */
export function noticeOfFights(fights: number): Notice | null {
  if (fights === 0) return null;
  return {
    kind: 'fight',
    code: 'FIGHT',
    text: `${fights} ${fights === 1 ? 'field' : 'fields'} that an automation keeps rewriting: left alone from now on.`,
    fix: '`truce quarantine` names them and who to look for; then `truce release`.',
  };
}

/** What a run could not do although it went through. */
export function noticeOfStop({ code, message, hint }: { readonly code: string; readonly message: string; readonly hint: string }): Notice {
  return { kind: 'guard', code, text: plain(message), fix: plain(hint) };
}

/** No good run for longer than allowed. `lastDoneAt`: ISO, null before the first. */
export function noticeOfStale(lastDoneAt: string | null): Notice {
  return {
    kind: 'stale',
    code: 'STALE',
    text: lastDoneAt === null ? 'No run has gone through yet.' : `The last good run ended ${lastDoneAt}.`,
    fix: 'Look at the scheduler and at `truce status`.',
  };
}

/** Our own sentences hold no addresses; what slipped into one all the same goes no further. */
function plain(text: string): string {
  const clean = text.replaceAll(/[^\s"'<>(),;]+@[^\s"'<>(),;]+/g, '(an address)').replaceAll(/\s+/g, ' ');
  return clean.length > longest ? `${clean.slice(0, longest)}…` : clean;
}
