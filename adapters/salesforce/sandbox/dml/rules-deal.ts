import type { WriteContext } from '../org.ts';
import type { Row } from '../store.ts';
import { wholeSecond } from '../time.ts';
import { changes, fill } from './draft.ts';
import type { Draft, Rules } from './draft.ts';
import { systemInsert } from './history.ts';
import { systemUpdate } from './write.ts';

function stageRow(context: WriteContext, draft: Draft): Row | undefined {
  const { store } = context.org;
  return [...store.rows('OpportunityStage')].find((row) => store.value(row, 'MasterLabel') === draft.values.get('StageName'));
}

/** What follows from the stage: closed, won, forecast, and the probability unless the same write gives one. */
function followStage(context: WriteContext, draft: Draft): void {
  const { store } = context.org;
  const stage = stageRow(context, draft);
  draft.values.set('IsClosed', store.value(stage, 'IsClosed') === true);
  draft.values.set('IsWon', store.value(stage, 'IsWon') === true);
  draft.values.set('ForecastCategory', store.value(stage, 'ForecastCategory') ?? 'Pipeline');
  if (!draft.given.has('ForecastCategoryName'))
    draft.values.set('ForecastCategoryName', store.value(stage, 'ForecastCategoryName') ?? 'Pipeline');
  if (!draft.given.has('Probability')) draft.values.set('Probability', store.value(stage, 'DefaultProbability') ?? 0);
  if (!draft.given.has('LastStageChangeDate'))
    draft.values.set('LastStageChangeDate', draft.before === null ? null : wholeSecond(context.at));
}

const KEPT = ['StageName', 'Amount', 'Probability', 'CloseDate', 'ForecastCategory'];

/** Opportunity: the stage decides what follows from it; OpportunityHistory keeps every change of stage, amount, probability and close date. */
export const opportunityRules: Rules = {
  before(context, draft) {
    if (changes(draft, 'StageName')) followStage(context, draft);
    const closeBefore = draft.before?.values.get('CloseDate') ?? null;
    const closeAfter = draft.values.get('CloseDate') ?? null;
    if (closeBefore !== null && closeAfter !== null && String(closeAfter).slice(0, 7) > String(closeBefore).slice(0, 7)) {
      draft.values.set('PushCount', Number(draft.values.get('PushCount') ?? 0) + 1);
    } else fill(draft, 'PushCount', 0);
  },
  after(context, draft, row) {
    if (draft.before !== null && !KEPT.some((field) => changes(draft, field))) return;
    const { store } = context.org;
    const expected = row.def.fields.get('expectedrevenue');
    systemInsert(context, 'OpportunityHistory', {
      OpportunityId: row.id,
      StageName: store.value(row, 'StageName'),
      Amount: store.value(row, 'Amount'),
      ExpectedRevenue: expected === undefined ? null : Number(store.read(row, expected) ?? 0),
      CloseDate: store.value(row, 'CloseDate'),
      Probability: store.value(row, 'Probability'),
      ForecastCategory: store.value(row, 'ForecastCategory'),
    });
  },
};

/** Only one contact of an opportunity is its primary one. */
export const contactRoleRules: Rules = {
  after(context, _draft, row) {
    const { store } = context.org;
    if (store.value(row, 'IsPrimary') !== true) return;
    for (const other of store.find('OpportunityContactRole', 'OpportunityId', store.value(row, 'OpportunityId')) ?? []) {
      if (other.id !== row.id && store.value(other, 'IsPrimary') === true) systemUpdate(context, other, new Map([['IsPrimary', false]]));
    }
  },
};
