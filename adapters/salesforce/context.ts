import type { CallOptions } from '../../src/crm.ts';
import type { DealOutcome } from '../../src/model/records.ts';
import type { Catalog } from './catalog.ts';
import type { Organization } from './account.ts';
import { rowsOf } from './query.ts';
import { flag, text } from './row.ts';
import { soql } from './soql.ts';
import type { Users } from './users.ts';
import type { Wire } from './wire.ts';

/** What the parts of the adapter share. */
export interface Context {
  readonly wire: Wire;
  readonly catalog: Catalog;
  readonly users: Users;
  readonly organization: Organization;
  readonly stages: Stages;
}

/** What the stages of deals mean, from Salesforce's own stage list. */
export interface Stages {
  outcomes(options?: CallOptions): Promise<ReadonlyMap<string, DealOutcome>>;
}

export function createStages(wire: Wire): Stages {
  let held: Promise<ReadonlyMap<string, DealOutcome>> | null = null;
  return {
    outcomes: (options = {}) => {
      held ??= readStages(wire, options).catch((error: unknown) => {
        held = null;
        throw error;
      });
      return held;
    },
  };
}

async function readStages(wire: Wire, options: CallOptions): Promise<ReadonlyMap<string, DealOutcome>> {
  const [rows] = await rowsOf(wire, [{ soql: soql`SELECT MasterLabel, ApiName, IsClosed, IsWon FROM OpportunityStage` }], options);
  const outcomes = new Map<string, DealOutcome>();
  for (const row of rows ?? []) {
    const outcome = flag(row, 'IsWon') ? 'won' : flag(row, 'IsClosed') ? 'lost' : 'open';
    // Records hold the API name, histories of old days the label.
    for (const stage of [text(row, 'MasterLabel'), text(row, 'ApiName')]) if (stage !== null) outcomes.set(stage, outcome);
  }
  return outcomes;
}
