import { text } from './calls.ts';
import type { ActivityKind } from './options.ts';
import { soqlInstant } from './org.ts';
import { note, type Desk } from './people.ts';

/** Where each kind of activity keeps its title and its text, and the type of the task it becomes. */
const KINDS: Readonly<
  Record<ActivityKind, { readonly title: string; readonly body: string; readonly word: string; readonly type: string }>
> = {
  calls: { title: 'hs_call_title', body: 'hs_call_body', word: 'Call', type: 'Call' },
  emails: { title: 'hs_email_subject', body: 'hs_email_text', word: 'Email', type: 'Email' },
  meetings: { title: 'hs_meeting_title', body: 'hs_meeting_body', word: 'Meeting', type: 'Meeting' },
  notes: { title: 'hs_note_body', body: 'hs_note_body', word: 'Note', type: 'Other' },
  tasks: { title: 'hs_task_subject', body: 'hs_task_body', word: 'Task', type: 'Other' },
};

const DONE: ReadonlySet<string> = new Set(['COMPLETED', 'DEFERRED']);

/**
 * HubSpot activities that were logged on linked contacts since an instant become Salesforce tasks; changing one later
 * changes nothing.
 * @source https://knowledge.hubspot.com/salesforce/sync-activities-and-tasks-between-hubspot-and-salesforce (checked 2026-11)
 */
export async function passOnActivities(desk: Desk, since: number): Promise<void> {
  for (const kind of desk.settings.activities) {
    const { title, body, word, type } = KINDS[kind];
    const wanted = [title, body, 'hs_timestamp', 'hs_object_source', 'hs_createdate', 'hs_task_status', 'hubspot_owner_id'];
    const changed = await desk.portal.changed(kind, since, wanted);
    const fresh = changed.filter(
      (one) =>
        !desk.memory.activities.has(`${kind} ${one.id}`) &&
        one.value('hs_object_source') !== 'SALESFORCE' &&
        Date.parse(one.value('hs_createdate')) >= since,
    );
    if (fresh.length === 0) continue;
    const contacts = await desk.portal.contactsOf(
      kind,
      fresh.map((one) => one.id),
    );
    const tasks = fresh.flatMap((one) =>
      (contacts.get(one.id) ?? []).flatMap((contactId) => {
        const link = desk.memory.links.get(contactId);
        if (link === undefined) return [];
        const userId = desk.owners.userOf(one.value('hubspot_owner_id'));
        const open = kind === 'tasks' && !DONE.has(one.value('hs_task_status'));
        const record = {
          attributes: { type: 'Task' },
          WhoId: link.id,
          Subject: `HubSpot ${word}: ${one.value(title)}`.slice(0, 255),
          Description: one.value(body).slice(0, 32_000) || null,
          ActivityDate: (one.value('hs_timestamp') || new Date(desk.clock.now()).toISOString()).slice(0, 10),
          Status: open ? 'Not Started' : 'Completed',
          Type: type,
          ...(userId === null ? {} : { OwnerId: userId }),
        };
        return [{ key: `${kind} ${one.id}`, contactId, link, record }];
      }),
    );
    const outcomes = await desk.org.write(
      'POST',
      tasks.map(({ record }) => record),
    );
    for (const [index, { key, contactId, link }] of tasks.entries()) {
      const outcome = outcomes[index];
      if (outcome === undefined) continue;
      if ('code' in outcome) note(desk, { contactId, salesforceId: link.id }, outcome);
      else desk.memory.activities.set(key, outcome.id);
    }
  }
}

/** Tasks that were made or changed in Salesforce since an instant, in HubSpot; what came from HubSpot stays where it is. */
export async function passOnTasks(desk: Desk, { since, self }: { readonly since: number; readonly self: string }): Promise<void> {
  const fields = 'Id, Subject, Description, ActivityDate, Status, WhoId, OwnerId, CreatedById, CreatedDate, IsClosed';
  const rows = await desk.org.query(`SELECT ${fields} FROM Task WHERE SystemModstamp >= ${soqlInstant(since)}`);
  const mine = rows.filter((row) => text(row, 'CreatedById') !== self && desk.memory.contactOf.has(text(row, 'WhoId')));
  const inputs = mine.map((row) => {
    const due = text(row, 'ActivityDate');
    const owner = desk.owners.ownerOf(text(row, 'OwnerId'));
    return {
      id: text(row, 'Id'),
      contactId: desk.memory.contactOf.get(text(row, 'WhoId')) ?? '',
      properties: {
        hs_task_subject: text(row, 'Subject'),
        hs_task_body: text(row, 'Description'),
        hs_task_status: text(row, 'IsClosed') === 'true' ? 'COMPLETED' : 'NOT_STARTED',
        hs_timestamp: due === '' ? new Date(Date.parse(text(row, 'CreatedDate'))).toISOString() : `${due}T00:00:00.000Z`,
        ...(owner === null ? {} : { hubspot_owner_id: owner }),
      },
    };
  });
  const { activities } = desk.memory;
  const made = await desk.portal.create(
    'tasks',
    inputs.filter((input) => !activities.has(input.id)),
  );
  await desk.portal.update(
    'tasks',
    inputs.flatMap(({ id, properties }) => {
      const taskId = activities.get(id);
      return taskId === undefined ? [] : [{ id: taskId, properties }];
    }),
  );
  for (const [id, taskId] of made.ids) activities.set(id, taskId);
}
