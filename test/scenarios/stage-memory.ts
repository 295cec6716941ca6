import type { MemoryCrm } from '../../adapters/memory/index.ts';
import type { Intent } from '../../src/state/types.ts';
import { CrmError } from '../../src/errors.ts';
import type { FieldSettings } from '../../src/model/settings.ts';
import { twoCrms, type TwoCrms, type TwoCrmsOptions } from '../support/two-crms.ts';
import { shown, type Stage } from './stage.ts';

export interface MemoryPairOptions extends TwoCrmsOptions {
  /** Fields shown at the end beside the status. @default none */
  readonly show?: readonly string[];
}

/** Two CRMs in memory. `end` notes what both hold, the journal, the quarantine and the calls that wrote. */
export interface MemoryPair extends TwoCrms {
  end(): Promise<readonly Intent[]>;
  /** The process dies with the next n-th write, before the CRM has it or after. */
  /** What a call ends with when the process is killed meanwhile. */
  killed(side: 'marketing' | 'sales'): CrmError;
  dies(side: 'marketing' | 'sales', when: 'before' | 'after', nth?: number): void;
}

export function memoryOf(stage: Stage, { show = [], ...options }: MemoryPairOptions = {}): MemoryPair {
  const crms = twoCrms(options);
  stage.closing(() => crms[Symbol.asyncDispose]());
  let closeLast: (() => Promise<void>) | null = null;
  return {
    ...crms,
    // One handle of the state at a time, as one process after the other.
    open: async (rest) => {
      await closeLast?.();
      const truce = await crms.open(rest);
      closeLast = () => truce.close();
      return truce;
    },
    killed: (side) => killed(crms[side].system),
    dies: (side, when, nth = 1) => crms[side].world.fail({ on: 'write', when, nth, error: killed(crms[side].system) }),
    end: async () => {
      await closeLast?.();
      closeLast = null;
      for (const crm of ['marketing', 'sales'] as const) for (const line of peopleOf(crms[crm], crm, show)) stage.note(line);
      const intents = await stage.books(crms.statePath);
      const [marketing, sales] = crms.writes();
      stage.note(`write calls: marketing ${marketing} sales ${sales}`);
      return intents;
    },
  };
}

function peopleOf(crm: MemoryCrm, side: string, show: readonly string[]): readonly string[] {
  const people = [...crm.world.people()].toSorted((a, b) => (a.id < b.id ? -1 : 1));
  if (people.length > 20) return [`${side} holds ${people.length} people`];
  return people.map((person) => {
    const fields = ['status', ...show].map((name) => `${name}=${shown(person.fields.get(name))}`).join(' ');
    return `${side} ${person.id} ${person.object} ${person.emails[0] ?? '(no address)'} ${fields}`;
  });
}

/** Fields of these names on both sides, kept the same both ways. */
export function mapped(names: readonly string[], rest: Partial<FieldSettings> = {}): readonly FieldSettings[] {
  return names.map((name) => ({
    name,
    marketing: name,
    sales: name,
    direction: 'both',
    policy: 'most-recent',
    prefer: 'sales',
    blankOverwrites: false,
    ...rest,
  }));
}

/** What a process that is killed leaves of a call: an error that nobody handles any more. */
function killed(system: string): CrmError {
  return new CrmError('NETWORK', `${system}: the process was killed`, {
    system,
    failure: 'network',
    hint: 'Start it again.',
    ambiguous: true,
  });
}
