import type { Pipeline } from '../model.ts';

/** The default pipelines by object type id. Metadata values are strings, as in the API. */
export const STOCK_PIPELINES: ReadonlyMap<string, readonly Pipeline[]> = new Map([
  [
    '0-3',
    [
      pipeline('default', 'Sales Pipeline', [
        ['appointmentscheduled', 'Appointment Scheduled', { isClosed: 'false', probability: '0.2' }],
        ['qualifiedtobuy', 'Qualified To Buy', { isClosed: 'false', probability: '0.4' }],
        ['presentationscheduled', 'Presentation Scheduled', { isClosed: 'false', probability: '0.6' }],
        ['decisionmakerboughtin', 'Decision Maker Bought-In', { isClosed: 'false', probability: '0.8' }],
        ['contractsent', 'Contract Sent', { isClosed: 'false', probability: '0.9' }],
        ['closedwon', 'Closed Won', { isClosed: 'true', probability: '1.0' }],
        ['closedlost', 'Closed Lost', { isClosed: 'true', probability: '0.0' }],
      ]),
    ],
  ],
  [
    // Assumed: the stage ids of the leads pipeline are not documented.
    '0-136',
    [
      pipeline('lead-pipeline-id', 'Lead pipeline', [
        ['new-stage-id', 'New', { leadState: 'NEW' }],
        ['attempting-stage-id', 'Attempting', { leadState: 'IN_PROGRESS' }],
        ['connected-stage-id', 'Connected', { leadState: 'IN_PROGRESS' }],
        ['qualified-stage-id', 'Qualified', { leadState: 'QUALIFIED' }],
        ['unqualified-stage-id', 'Disqualified', { leadState: 'UNQUALIFIED' }],
      ]),
    ],
  ],
]);

function pipeline(id: string, label: string, stages: readonly (readonly [string, string, Record<string, string>])[]): Pipeline {
  return {
    id,
    label,
    displayOrder: 0,
    stages: stages.map(([stageId, stageLabel, metadata], displayOrder) => ({ id: stageId, label: stageLabel, displayOrder, metadata })),
  };
}
