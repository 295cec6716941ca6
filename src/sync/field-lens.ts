import type { FieldSettings, Transform } from '../model/settings.ts';
import type { FieldValue, Side } from '../model/words.ts';
import { canonicalOf, carryValue, type Carried, type FieldType } from './carry.ts';
import type { Owner, Owners } from './owners.ts';
import { isBlank, sameValue, shown } from './values.ts';

/** How one mapped field's values are said on the other side, and when two of them mean the same. Pure. */
export interface FieldLens {
  /** A side's value in the words of the other. Never throws: what can't be said is refused with cause and fix. */
  carry(from: Side, value: FieldValue): Carried;
  /**
   * Whether both sides mean the same: where either of the ways that the field goes leads from one value to the other. So a
   * way that loses something never makes its source look changed.
   */
  alike(marketing: FieldValue | undefined, sales: FieldValue | undefined): boolean;
  /** Whether two values of one side are one, however its CRM writes them. */
  same(side: Side, a: FieldValue | undefined, b: FieldValue | undefined): boolean;
  /** Whether a value says nothing: empty, or a queue where a person is to own the record. */
  blank(side: Side, value: FieldValue | undefined): boolean;
}

/** What a lens is made of; a type is null where the CRM does not have the field. */
export interface LensParts {
  readonly settings: FieldSettings;
  readonly types: Readonly<Record<Side, FieldType | null>>;
  /** Needed for `owner-by-email` only. */
  readonly owners: Owners | null;
}

/** Makes the lens of a mapped field. */
export function lensOf(parts: LensParts): FieldLens {
  const { settings, types, owners } = parts;
  const byEmail = settings.transform === 'owner-by-email';
  const carry = (from: Side, value: FieldValue): Carried => (blank(from, value) ? { kind: 'value', value: null } : say(parts, from, value));
  const same = (side: Side, a: FieldValue | undefined, b: FieldValue | undefined): boolean => {
    if (a === b) return true;
    if (a === undefined || b === undefined) return false;
    const type = types[side];
    return type === null ? sameValue(a, b) : canonicalOf(a, type) === canonicalOf(b, type);
  };
  const blank = (side: Side, value: FieldValue | undefined): boolean =>
    isBlank(value) || (byEmail && owners?.[side].byId.get(String(value))?.queue === true);
  const leads = (from: Side, value: FieldValue, to: FieldValue): boolean => {
    const carried = carry(from, value);
    return carried.kind === 'value' && same(other(from), carried.value, to);
  };
  return {
    carry,
    same,
    blank,
    alike: (marketing, sales) => {
      if (marketing === undefined || sales === undefined) return marketing === sales;
      if (blank('marketing', marketing) || blank('sales', sales)) return blank('marketing', marketing) && blank('sales', sales);
      if (byEmail && owners !== null && samePerson(owners, marketing, sales)) return true;
      return (
        (settings.direction !== 'to-marketing' && leads('marketing', marketing, sales)) ||
        (settings.direction !== 'to-sales' && leads('sales', sales, marketing))
      );
    },
  };
}

function other(side: Side): Side {
  return side === 'marketing' ? 'sales' : 'marketing';
}

/** A value that is not blank, by the field's transform, its table of values, or its types. */
function say(parts: LensParts, from: Side, value: FieldValue): Carried {
  const { settings, types } = parts;
  const to = other(from);
  if (settings.transform === 'owner-by-email') return ownerIn(parts, from, String(value));
  if (settings.transform !== undefined) return transformed(settings.transform, { from, value, type: types[to] });
  if (settings.values !== undefined) return translated(settings, from, value);
  const [source, target] = [types[from], types[to]];
  return source === null || target === null ? { kind: 'value', value } : carryValue(value, source, target);
}

/** The first of the values that stand for one there is what comes back; with the base the one that stood there before stays. */
function translated({ name, values = {} }: FieldSettings, from: Side, value: FieldValue): Carried {
  const text = String(value).trim();
  const pairs = Object.entries(values);
  const found =
    from === 'marketing' ? pairs.find(([marketing]) => marketing === text)?.[1] : pairs.find(([, sales]) => sales === text)?.[0];
  if (found !== undefined) return { kind: 'value', value: found };
  return {
    kind: 'refused',
    code: 'VALUE_NOT_CARRIED',
    cause: `${shown(value)} is not in the table of values of ${name}.`,
    fix: `Add it to \`values\` of the field ${name} in the configuration.`,
  };
}

interface Transforming {
  readonly from: Side;
  readonly value: FieldValue;
  readonly type: FieldType | null;
}

/** A transform is somebody's code: whatever it does, its record is held back at most. */
function transformed(transform: Transform, { from, value, type }: Transforming): Carried {
  const way = from === 'marketing' ? 'toSales' : 'toMarketing';
  const work = transform[way];
  const failed = (what: string): Carried => ({
    kind: 'refused',
    code: 'TRANSFORM_FAILED',
    cause: `The transform ${transform.id} (version ${transform.version}) ${what} in ${way}.`,
    fix: 'Correct the transform in truce.config.ts and raise its version; the record is then tried again.',
  });
  if (work === undefined) return failed('has no function');
  try {
    const result: unknown = work(value);
    if (
      result !== null &&
      typeof result !== 'string' &&
      typeof result !== 'boolean' &&
      !(typeof result === 'number' && Number.isFinite(result))
    )
      return failed('gave something other than a text, a finite number, true, false or null');
    if (work(value) !== result) return failed('gave two answers for one value: it must depend on the value alone');
    return type === null ? { kind: 'value', value: result } : carriedAs(result, type);
  } catch (error) {
    // The message may hold the value, which is somebody's data; the error's kind does not.
    return failed(`threw a ${error instanceof Error ? error.name : 'value'}`);
  }
}

function carriedAs(value: FieldValue, type: FieldType): Carried {
  return type === 'reference' || type === 'other' ? { kind: 'value', value } : carryValue(value, type, type);
}

function ownerIn({ settings, owners }: LensParts, from: Side, id: string): Carried {
  const refuse = (code: string, cause: string, fix: string): Carried => ({ kind: 'refused', code, cause, fix });
  const owner = owners?.[from].byId.get(id);
  if (owners === null || owner === undefined)
    return refuse(
      'OWNER_UNKNOWN',
      `The ${from} side lists no user ${id}, who is in ${settings.name}.`,
      'Grant Truce access to the users of this CRM.',
    );
  if (owner.email === null)
    return refuse('OWNER_UNKNOWN', `The ${from} user ${id} has no e-mail address.`, 'Enter the address of the user in the CRM.');
  const to = other(from);
  const ids = owners[to].byEmail.get(owner.email) ?? [];
  const [found, second] = ids;
  if (found === undefined) {
    const inactive = inactiveWith(owners[to].byId, owner.email);
    return inactive
      ? refuse(
          'OWNER_INACTIVE',
          `The ${to} user with the address of the ${from} user ${id} is not active.`,
          'Give the record another owner, or activate the user.',
        )
      : refuse(
          'OWNER_UNKNOWN',
          `The ${to} side has no user with the address of the ${from} user ${id}.`,
          'Invite the user there with the same address, or give the record another owner.',
        );
  }
  if (second !== undefined)
    return refuse(
      'OWNER_UNKNOWN',
      `Several ${to} users have the address of the ${from} user ${id}.`,
      'Give each user an address of their own.',
    );
  return { kind: 'value', value: found };
}

function inactiveWith(users: ReadonlyMap<string, Owner>, email: string): boolean {
  for (const user of users.values()) if (user.email === email) return true;
  return false;
}

/** The same address on both sides is the same owner, also when the user is active on neither. */
function samePerson(owners: Owners, marketing: FieldValue, sales: FieldValue): boolean {
  const email = owners.marketing.byId.get(String(marketing))?.email ?? null;
  return email !== null && email === owners.sales.byId.get(String(sales))?.email;
}
