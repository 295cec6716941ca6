import { z } from 'zod';
import type { Automation, CallOptions, Description } from '../../src/crm.ts';
import type { Context } from './context.ts';
import { rulesOf } from './describe-setup.ts';
import { rowsOf } from './query.ts';
import { text } from './row.ts';
import { soql } from './soql.ts';

/** The objects whose fields the engine writes for a person. */
const watched: readonly string[] = ['Lead', 'Contact'];
/** Each flow and each rule costs a call to look into; more than this of a kind are left out, and that is said. */
const mostLookedInto = 25;
const flowShape = z.object({ records: z.array(z.object({ Metadata: z.unknown() })).length(1) });

type Found = Pick<Description, 'automation' | 'automationGaps'>;

/**
 * The active record-triggered flows, Apex triggers and validation rules of leads and contacts that name one of the fields.
 * What these credentials may not read is a gap; `automation` is null when none of it can be read. Workflow rules and
 * processes are not looked at: Salesforce no longer lets anybody make them.
 * @source FlowDefinitionView (Object Reference), Flow, ApexTrigger and ValidationRule (Tooling API), v67.0, checked 2026-11
 */
export async function automationOf(context: Context, fields: readonly string[], options: CallOptions): Promise<Found> {
  const { wire } = context;
  const asked = [
    soql`SELECT ApiName, Label, ActiveVersionId FROM FlowDefinitionView WHERE IsActive = true AND TriggerObjectOrEvent.QualifiedApiName IN ${watched} ORDER BY ApiName`,
    soql`SELECT Name, Body FROM ApexTrigger WHERE Status = 'Active' AND TableEnumOrId IN ${watched} ORDER BY Name`,
  ];
  const [flows = null, triggers = null] = await rowsOf(
    wire,
    asked.map((query) => ({ soql: query, optional: true })),
    options,
  );
  const found: Automation[] = [];
  const gaps: string[] = [];
  if (flows === null) gaps.push('flows');
  else if (flows.length > mostLookedInto) gaps.push(`${flows.length - mostLookedInto} of ${flows.length} flows`);
  for (const flow of flows?.slice(0, mostLookedInto) ?? []) {
    const metadata = await flowMetadata(context, text(flow, 'ActiveVersionId') ?? '', options);
    const name = text(flow, 'ApiName') ?? text(flow, 'Label') ?? '';
    if (metadata === null) gaps.push(`the flow ${name}`);
    else found.push(...named(fields, fieldsIn(metadata), { name, kind: 'flow' }));
  }
  if (triggers === null) gaps.push('Apex triggers');
  for (const trigger of triggers ?? [])
    found.push(...named(fields, wordsIn(text(trigger, 'Body') ?? ''), { name: text(trigger, 'Name') ?? '', kind: 'Apex trigger' }));
  let rulesRead = false;
  for (const object of watched) {
    const rules = await rulesOf(context, object, { ...options, most: mostLookedInto });
    if (rules === null) continue;
    rulesRead = true;
    for (const rule of rules.list.filter(({ active }) => active))
      found.push(...named(fields, wordsIn(rule.formula), { name: rule.name, kind: 'validation rule' }));
    if (rules.total > mostLookedInto) gaps.push(`${rules.total - mostLookedInto} of ${rules.total} validation rules of ${object}`);
  }
  if (!rulesRead) gaps.push('validation rules');
  const automation = flows === null && triggers === null && !rulesRead ? null : found;
  return { automation, automationGaps: gaps };
}

/** What a flow's active version does; the Tooling API shows it for one version at a time. */
async function flowMetadata({ wire }: Context, version: string, options: CallOptions): Promise<unknown> {
  const query = soql`SELECT Metadata FROM Flow WHERE Id = ${version}`;
  const path = `/tooling/query?q=${encodeURIComponent(query.text)}`;
  const answer = await wire.call({ method: 'GET', path, refusable: true, ...options });
  return flowShape.safeParse(answer.body).data?.records[0]?.Metadata ?? null;
}

/** Every field that a flow's definition names: in conditions, in assignments, and in formulas as `$Record.Field`. */
function fieldsIn(metadata: unknown): ReadonlySet<string> {
  const found = new Set<string>();
  const pending: unknown[] = [metadata];
  while (pending.length > 0) {
    const next = pending.pop();
    if (typeof next === 'string') {
      for (const [, field = ''] of next.matchAll(/\$Record(?:__Prior)?\.(\w+)/g)) found.add(field.toLowerCase());
    } else if (typeof next === 'object' && next !== null) {
      for (const [key, value] of Object.entries(next)) {
        if (key === 'field' && typeof value === 'string') found.add(value.toLowerCase());
        pending.push(value);
      }
    }
  }
  return found;
}

function wordsIn(source: string): ReadonlySet<string> {
  return new Set(source.toLowerCase().match(/\w+/g));
}

/** Field names are case-insensitive in Salesforce. */
function named(fields: readonly string[], used: ReadonlySet<string>, what: Omit<Automation, 'field'>): readonly Automation[] {
  return fields.filter((field) => used.has(field.toLowerCase())).map((field) => ({ field, ...what }));
}
