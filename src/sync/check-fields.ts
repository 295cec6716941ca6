import type { FieldDescription } from '../crm.ts';
import type { FieldSettings, Settings } from '../model/settings.ts';
import type { Side } from '../model/words.ts';
import { pairingOf } from './carry.ts';
import { problemsOf, type Problem, type SideFacts } from './check.ts';

const sides: readonly Side[] = ['marketing', 'sales'];

/** Everything that stands in the way on either side, and between a mapped field's two ends. Pure. */
export function allProblems(facts: Readonly<Record<Side, SideFacts>>, settings: Settings): readonly Problem[] {
  return [
    ...sides.flatMap((side) => problemsOf(side, facts[side], settings)),
    ...settings.fields.flatMap((field) => pairProblems(field, facts)),
    ...sides.flatMap((side) => followingProblems(side, facts[side], settings)),
  ];
}

/** A field as each record type of people has it. */
function described(facts: SideFacts, name: string): readonly FieldDescription[] {
  return facts.description.objects.flatMap((object) =>
    object.kind === 'person' ? object.fields.filter((field) => field.name === name) : [],
  );
}

/** What keeps the two ends of a mapped field from holding the same values. Missing and read-only fields are named elsewhere. */
function pairProblems(field: FieldSettings, facts: Readonly<Record<Side, SideFacts>>): readonly Problem[] {
  const ends = { marketing: described(facts.marketing, field.marketing), sales: described(facts.sales, field.sales) };
  const [marketing, sales] = [ends.marketing[0], ends.sales[0]];
  if (marketing === undefined || sales === undefined) return [];
  const first = { marketing, sales };
  const varying = sides.flatMap((side) => varyingTypes(side, ends[side], facts[side].system));
  const types = typeProblems(field, first);
  if (types.some((problem) => problem.blocks.length > 0)) return [...varying, ...types];
  const targets = sides.filter((side) => field.direction === 'both' || field.direction === `to-${side}`);
  return [...varying, ...types, ...targets.flatMap((side) => targetProblems(field, { side, first, ends, system: facts[side].system }))];
}

function varyingTypes(side: Side, fields: readonly FieldDescription[], system: string): readonly Problem[] {
  const types = [...new Set(fields.map((field) => field.type))];
  const [one] = fields;
  if (types.length < 2 || one === undefined) return [];
  return [
    {
      side,
      code: 'FIELD_TYPES_VARY',
      blocks: ['sync'],
      message: `${system}: ${one.name} is of another type on each record type (${types.join(', ')}).`,
      fix: 'Map a field that has one type everywhere: a value would be read in two ways.',
    },
  ];
}

function typeProblems(field: FieldSettings, { marketing, sales }: Readonly<Record<Side, FieldDescription>>): readonly Problem[] {
  const between = `${field.name}: ${marketing.name} (${marketing.type}) and ${sales.name} (${sales.type})`;
  const differ = (message: string, fix: string): readonly Problem[] => [
    { side: 'sales', code: 'FIELD_TYPES_DIFFER', blocks: ['sync'], message, fix },
  ];
  if (field.transform === 'owner-by-email') {
    if (marketing.type === 'reference' && sales.type === 'reference') return [];
    return differ(`${between} are not both owners.`, 'Map the owner fields, or take the transform owner-by-email away.');
  }
  if (field.transform !== undefined || field.values !== undefined) return [];
  const ways = (['sales', 'marketing'] as const)
    .filter((to) => field.direction === 'both' || field.direction === `to-${to}`)
    .map((to) => ({ to, pairing: to === 'sales' ? pairingOf(marketing.type, sales.type) : pairingOf(sales.type, marketing.type) }));
  const found: Problem[] = [];
  for (const { to, pairing } of ways) {
    if (pairing.kind === 'impossible') {
      const owners = marketing.type === 'reference' && sales.type === 'reference';
      const fix = owners
        ? 'For owners, set `transform` to owner-by-email; other references can not be mapped.'
        : 'Map two fields whose types go together, or give the field a `transform` in truce.config.ts.';
      return differ(`${between} do not go together: ${pairing.why}.`, fix);
    }
    if (pairing.kind === 'lossy')
      found.push({
        side: to,
        code: 'FIELD_LOSSY',
        blocks: [],
        message: `${between}: on the way to ${to}, ${pairing.loses} is lost.`,
        fix: 'Nothing has to be done: the other side keeps its value as long as both still mean the same. Map two fields of one type to lose nothing.',
      });
  }
  return found;
}

interface Target {
  readonly side: Side;
  readonly first: Readonly<Record<Side, FieldDescription>>;
  readonly ends: Readonly<Record<Side, readonly FieldDescription[]>>;
  readonly system: string;
}

/** What the target can't hold of what the source may: longer texts, unknown options, blanks. */
function targetProblems(field: FieldSettings, { side, first, ends, system }: Target): readonly Problem[] {
  const source = first[side === 'sales' ? 'marketing' : 'sales'];
  const problem = (code: string, message: string, fix: string): Problem => ({
    side,
    code,
    blocks: [],
    message: `${system}: ${message}`,
    fix,
  });
  const found: Problem[] = [];
  const limit = Math.min(...ends[side].map((end) => end.maxLength ?? Infinity));
  if (source.type === 'text' && field.transform === undefined && limit < (source.maxLength ?? Infinity))
    found.push(
      problem(
        'FIELD_TOO_SHORT',
        `${first[side].name} holds ${limit} characters, ${source.name} ${source.maxLength ?? 'any number'}.`,
        'Longer values go into quarantine: Truce cuts none. Lengthen the field, or shorten the values.',
      ),
    );
  const missing = missingOptions(field, side, { source, targets: ends[side] });
  if (missing.length > 0)
    found.push(
      problem(
        'OPTION_MISSING',
        `${first[side].name} has no option for ${missing
          .slice(0, 10)
          .map((value) => JSON.stringify(value))
          .join(', ')}${missing.length > 10 ? ` and ${missing.length - 10} more` : ''} of ${source.name}.`,
        'Add the options in the CRM, or name their counterparts in `values`; until then such changes go into quarantine.',
      ),
    );
  if (field.blankOverwrites && ends[side].some((end) => end.required))
    found.push(
      problem(
        'FIELD_REQUIRED',
        `${first[side].name} may not be empty.`,
        'Set `blankOverwrites` to false for it; until then blanks go into quarantine.',
      ),
    );
  return found;
}

/** The source's options that no option of the target stands for. Unrestricted targets take any. */
function missingOptions(
  field: FieldSettings,
  side: Side,
  { source, targets }: { readonly source: FieldDescription; readonly targets: readonly FieldDescription[] },
): readonly string[] {
  const strict = targets.filter((target) => target.restricted && target.options.length > 0);
  if (strict.length === 0 || source.options.length === 0 || field.transform !== undefined) return [];
  const pairs = Object.entries(field.values ?? {});
  const there = (value: string): string | undefined => {
    if (field.values === undefined) return value;
    return side === 'sales' ? pairs.find(([marketing]) => marketing === value)?.[1] : pairs.find(([, sales]) => sales === value)?.[0];
  };
  const known = strict.map((target) => new Set(target.options.filter((option) => option.active).map((option) => option.value)));
  return source.options
    .filter((option) => option.active)
    .map((option) => option.value)
    .filter((value) => {
      const said = there(value);
      return said === undefined || known.some((set) => !set.has(said));
    });
}

/** Values that a following field would be given and that are no options of it. */
function followingProblems(side: Side, facts: SideFacts, settings: Settings): readonly Problem[] {
  return (settings.status[side].also ?? []).flatMap((one) => {
    const options = new Set(described(facts, one.field).flatMap((field) => field.options.map((option) => option.value)));
    if (options.size === 0) return [];
    return [...one.writes]
      .filter(([, value]) => value !== null && !options.has(value))
      .map(([rung, value]) => ({
        side,
        code: 'VALUE_MISSING',
        blocks: [],
        message: `${facts.system}: ${one.field} has no option "${value ?? ''}", which status.${side}.also would write for ${rung}.`,
        fix: 'Add the option in the CRM, or name one that is there; until then such changes go into quarantine.',
      }));
  });
}
