import type { CrmRecord, PipelineStage, Portal, Table } from './model.ts';

/** What is being written, already in the record. */
interface Written {
  readonly changed: ReadonlyMap<string, string>;
  readonly at: number;
}

/** The values that HubSpot itself sets when others change. Empty string: cleared. */
export function derive(portal: Portal, table: Table, record: CrmRecord, written: Written): ReadonlyMap<string, string> {
  const derived = new Map<string, string>();
  if (written.changed.has('hubspot_owner_id') && table.definitions.has('hubspot_owner_assigneddate')) {
    derived.set('hubspot_owner_assigneddate', record.values.has('hubspot_owner_id') ? new Date(written.at).toISOString() : '');
  }
  switch (table.type.singular) {
    case 'contact':
      deriveContact(record, written, derived);
      break;
    case 'company':
      deriveLifecycle(record, written, derived);
      break;
    case 'deal':
      deriveDeal(portal, table, record, { ...written, derived });
      break;
    case 'lead':
      deriveLead(portal, table, record, derived);
      break;
    case 'task':
      deriveTask(record, written, derived);
      break;
    default:
  }
  return derived;
}

function deriveContact(record: CrmRecord, written: Written, derived: Map<string, string>): void {
  if (written.changed.has('email')) {
    const email = record.values.get('email') ?? '';
    derived.set('hs_email_domain', email.slice(email.lastIndexOf('@') + 1));
  }
  deriveLifecycle(record, written, derived);
}

/** Each stage keeps the time it was first reached, as epoch milliseconds in text (recorded 2026). */
function deriveLifecycle(record: CrmRecord, written: Written, derived: Map<string, string>): void {
  if (!written.changed.has('lifecyclestage')) return;
  const stage = record.values.get('lifecyclestage');
  if (stage === undefined || /^\d+$/.test(stage)) return;
  const name = `hs_lifecyclestage_${stage}_date`;
  if (!record.values.has(name)) derived.set(name, String(written.at));
}

function stageOf(portal: Portal, table: Table, id: string | undefined): PipelineStage | undefined {
  return portal.pipelines
    .get(table.type.typeId)
    ?.flatMap((pipeline) => pipeline.stages)
    .find((stage) => stage.id === id);
}

function deriveDeal(portal: Portal, table: Table, record: CrmRecord, written: Written & { readonly derived: Map<string, string> }): void {
  const { changed, derived } = written;
  const amount = record.values.get('amount');
  const currency = record.values.get('deal_currency_code');
  if (changed.has('amount') && (currency === undefined || currency === portal.account.currency)) {
    derived.set('amount_in_home_currency', amount ?? '');
  }
  if (!changed.has('dealstage') && !changed.has('amount')) return;
  const stage = stageOf(portal, table, record.values.get('dealstage'));
  if (stage === undefined) return;
  const probability = stage.metadata['probability'] ?? '0.0';
  const closed = stage.metadata['isClosed'] === 'true';
  const won = closed && Number(probability) === 1;
  derived.set('hs_is_closed', String(closed));
  derived.set('hs_is_closed_won', String(won));
  derived.set('hs_is_closed_lost', String(closed && !won));
  derived.set('hs_deal_stage_probability', probability);
  derived.set('hs_closed_amount', won ? (amount ?? '0') : '0');
  derived.set('hs_projected_amount', amount === undefined ? '' : String(Number(amount) * Number(probability)));
  if (!changed.has('dealstage')) return;
  derived.set('hs_v2_date_entered_current_stage', new Date(written.at).toISOString());
  // Assumed: HubSpot fills an empty close date when a deal reaches a closed stage.
  if (closed && !record.values.has('closedate')) derived.set('closedate', new Date(written.at).toISOString());
}

function deriveLead(portal: Portal, table: Table, record: CrmRecord, derived: Map<string, string>): void {
  const stage = stageOf(portal, table, record.values.get('hs_pipeline_stage'));
  if (stage !== undefined) derived.set('hs_pipeline_stage_category', stage.metadata['leadState'] ?? '');
}

function deriveTask(record: CrmRecord, written: Written, derived: Map<string, string>): void {
  if (!written.changed.has('hs_task_status')) return;
  const done = record.values.get('hs_task_status') === 'COMPLETED';
  derived.set('hs_task_is_completed', done ? '1' : '0');
  if (!written.changed.has('hs_task_completion_date'))
    derived.set('hs_task_completion_date', done ? new Date(written.at).toISOString() : '');
}
