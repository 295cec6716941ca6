import type { AccountInfo, Description } from '../crm.ts';
import { CrmError, PlanError } from '../errors.ts';
import type { Settings } from '../model/settings.ts';
import type { Mode, Side } from '../model/words.ts';
import { mappedFields } from './observe.ts';
import { targetsOf } from './targets.ts';

/** Something that stands in the way, or makes less possible. */
export interface Problem {
  readonly side: Side;
  /** `CONNECTOR_OWNS_FIELD`, `PERMISSION_MISSING`, `FIELD_MISSING`, `FIELD_READ_ONLY`, `VALUE_MISSING`, `HISTORY_NOT_TRACKED`, `OWN_FIELD_MISSING`, `HANDOVER_KEY_MISSING`, `OTHER_ACCOUNT`. */
  readonly code: string;
  /** The modes that can't run because of it; none: it only makes less possible. */
  readonly blocks: readonly Mode[];
  readonly message: string;
  readonly fix: string;
}

export interface SideFacts {
  readonly system: string;
  readonly account: AccountInfo;
  readonly description: Description;
}

/** Compares what a CRM says of itself with what the configuration needs. Pure; the order is that of importance. */
export function problemsOf(side: Side, facts: SideFacts, settings: Settings): readonly Problem[] {
  return [
    ...accountProblems(side, facts, settings),
    ...permissionProblems(side, facts),
    ...connectorProblems(side, facts, settings),
    ...fieldProblems(side, facts, settings),
    ...valueProblems(side, facts, settings),
    ...ownFieldProblems(side, facts),
    ...handoverProblems(side, facts, settings),
  ];
}

function accountProblems(side: Side, { system, account }: SideFacts, settings: Settings): readonly Problem[] {
  const pinned = settings.accounts[side];
  if (pinned === null || pinned === account.id) return [];
  const message = `The configuration is for ${system} account ${pinned}, but the credentials are for account ${account.id}.`;
  const fix = `Use the credentials of account ${pinned}, or change accounts.${side} in the configuration.`;
  return [{ side, code: 'OTHER_ACCOUNT', blocks: ['observe', 'outcomes', 'sync'], message, fix }];
}

function permissionProblems(side: Side, { system, description }: SideFacts): readonly Problem[] {
  const blocks: Readonly<Record<Mode, readonly Mode[]>> = {
    observe: ['observe', 'outcomes', 'sync'],
    outcomes: ['outcomes', 'sync'],
    sync: ['sync'],
  };
  return description.permissions
    .filter((permission) => !permission.granted)
    .map(({ name, neededFor, without, fix }) => ({
      side,
      code: 'PERMISSION_MISSING',
      blocks: without === undefined ? blocks[neededFor] : [],
      message: `${system}: the credentials may not ${name}.${without === undefined ? '' : ` ${without}`}`,
      fix,
    }));
}

function connectorProblems(side: Side, { system, description }: SideFacts, settings: Settings): readonly Problem[] {
  const { connector } = description;
  if (connector === null || !connector.present) return [];
  const owned = mappedFields(settings, side).filter((field) => connector.fields.includes(field));
  return owned.map((field) => ({
    side,
    code: 'CONNECTOR_OWNS_FIELD',
    blocks: ['sync'] as const,
    message: `${system}: the vendor's native integration writes ${field} too (${connector.evidence}); two writers would undo each other.`,
    fix: `Take ${field} out of the integration's field mappings (or set it to Don't sync), then sync: the integration counts as a field's writer for 30 days after its last write. Outcomes and the report run beside it as they are.`,
  }));
}

function fieldProblems(side: Side, { system, description }: SideFacts, settings: Settings): readonly Problem[] {
  const targets = targetsOf(description);
  return mappedFields(settings, side).flatMap((name): Problem[] => {
    const { exists, writable } = targets.field(name);
    if (!exists) {
      const fix =
        'Correct the name in the configuration, or grant the credentials access to the field: one that is hidden looks as if it were not there.';
      return [{ side, code: 'FIELD_MISSING', blocks: ['sync'], message: `${system}: people have no field ${name}.`, fix }];
    }
    const history = description.objects
      .flatMap((object) => (object.kind === 'person' ? object.fields : []))
      .filter((field) => field.name === name);
    const untracked: Problem[] = history.some((field) => field.historyTracked === false)
      ? [
          {
            side,
            code: 'HISTORY_NOT_TRACKED',
            blocks: [],
            message: `${system}: the history of ${name} is not tracked, so conflicts are dated by the whole record and some figures are missing.`,
            fix: `Switch field history tracking on for ${name}.`,
          },
        ]
      : [];
    const oneWay = settings.fields.some((field) => field[side] === name && field.direction !== 'both' && field.direction !== `to-${side}`);
    if (writable || oneWay) return untracked;
    const fix = 'Grant the credentials edit access to the field, or map another one.';
    return [
      ...untracked,
      { side, code: 'FIELD_READ_ONLY', blocks: ['sync'], message: `${system}: the field ${name} can't be written.`, fix },
    ];
  });
}

/** Values that the status map writes or reads and that are no options of the field. */
function valueProblems(side: Side, { system, description }: SideFacts, settings: Settings): readonly Problem[] {
  const map = settings.status[side];
  const fields = description.objects
    .flatMap((object) => (object.kind === 'person' ? object.fields : []))
    .filter((field) => field.name === map.field && field.options.length > 0);
  if (fields.length === 0) return [];
  const options = new Set(fields.flatMap((field) => field.options.filter((option) => option.active).map((option) => option.value)));
  const written = [...map.writes].filter(([, value]) => value !== null && !options.has(value));
  const unread = [...options].filter((value) => !map.reads.has(value));
  return [
    ...written.map(([rung, value]) => ({
      side,
      code: 'VALUE_MISSING',
      blocks: [],
      message: `${system}: ${map.field} has no option "${value ?? ''}", which status.${side}.writes.${rung} would write.`,
      fix: 'Add the option in the CRM, map the rung to another one, or hold it; until then such changes go into quarantine.',
    })),
    ...unread.map((value) => ({
      side,
      code: 'VALUE_MISSING',
      blocks: [],
      message: `${system}: the option "${value}" of ${map.field} stands for no rung.`,
      fix: `Add it to status.${side}.reads; until then people who have it go into quarantine.`,
    })),
  ];
}

function ownFieldProblems(side: Side, { system, description }: SideFacts): readonly Problem[] {
  return description.own
    .filter((field) => field.state !== 'ready' && field.stem !== 'key' && field.stem !== 'cross_id')
    .map((field) => ({
      side,
      code: 'OWN_FIELD_MISSING',
      blocks: [],
      message: `${system}: Truce's own field ${field.name} is ${field.state}; outcomes are not written to it.`,
      fix: field.fix,
    }));
}

/** What a configured handover needs: the key's field, and every field that it fills or reads. */
function handoverProblems(side: Side, { system, description }: SideFacts, { handover }: Settings): readonly Problem[] {
  if (handover === null) return [];
  const territory = handover.owner.rule === 'territory' ? [handover.owner.field] : [];
  const names = side === 'sales' ? [...handover.fields.keys()] : [...handover.fields.values(), ...territory];
  const people = description.objects.filter(
    ({ kind, object }) => kind === 'person' && (side === 'marketing' || object === handover.object),
  );
  const known = new Set(people.flatMap((object) => object.fields.map((field) => field.name)));
  const missing = [...new Set(names)]
    .filter((name) => !known.has(name))
    .map((name): Problem => {
      const fix = 'Correct handover.fields (or handover.owner.field), or grant the credentials access to the field.';
      return {
        side,
        code: 'FIELD_MISSING',
        blocks: ['sync'],
        message: `${system}: the handover needs the field ${name}, which is not there.`,
        fix,
      };
    });
  const key = description.own.find((field) => field.on === 'person' && field.stem === 'key');
  if (side === 'marketing' || key?.state === 'ready') return missing;
  const message = `${system}: the field for Truce's key is ${key?.state ?? 'missing'}; without it a lead could be handed over twice.`;
  return [...missing, { side, code: 'HANDOVER_KEY_MISSING', blocks: ['sync'], message, fix: key?.fix ?? 'Run `truce provision`.' }];
}

/**
 * Refuses a run that a problem stands in the way of.
 * @throws {CrmError} `PERMISSION_MISSING` @throws {PlanError} the problem's code otherwise
 */
export function refuseBlocked(problems: readonly Problem[], mode: Mode, system: Readonly<Record<Side, string>>): void {
  const [first, ...more] = problems.filter((problem) => problem.blocks.includes(mode));
  if (first === undefined) return;
  const message =
    more.length === 0 ? first.message : `${first.message} (and ${more.length} more: ${more.map((problem) => problem.message).join(' ')})`;
  if (first.code === 'PERMISSION_MISSING') {
    throw new CrmError('PERMISSION_MISSING', message, { system: system[first.side], failure: 'permission', hint: first.fix });
  }
  throw new PlanError(first.code, message, { hint: first.fix });
}
