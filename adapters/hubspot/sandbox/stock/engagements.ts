import type { StockRow } from './define.ts';

/** On every kind of engagement. */
function common(group: string): readonly StockRow[] {
  return [
    ['hs_timestamp', 'Activity date', 'datetime date', group],
    ['hubspot_owner_id', 'Activity assigned to', 'enumeration select', group, { external: true }],
    ['hubspot_owner_assigneddate', 'Owner assigned date', 'datetime date', group, { ro: true }],
    ['hs_created_by', 'Activity created by', 'number number', group, { ro: true }],
    ['hs_activity_type', 'Call and meeting type', 'string text', group],
    ['hs_engagement_source', 'Engagement source', 'string text', group],
    ['hs_attachment_ids', 'Attached file IDs', 'string text', group],
  ];
}

/** Call outcomes have fixed GUIDs in every account. @source HubSpot calls guide (checked 2026-11) */
const CALL_DISPOSITIONS: readonly string[] = [
  '9d9162e7-6cf3-4944-bf63-4dff82258764=Busy',
  'f240bbac-87c9-4f6e-bf70-924b57d47db7=Connected',
  'a4c4c377-d246-4b32-a13b-75a56a4cd0ff=Left live message',
  'b2cf5968-551e-4856-9783-52b3da59a7d0=Left voicemail',
  '73a0d17f-1163-4015-bdd5-ec830791da20=No answer',
  '17b47fee-58de-441e-a44c-c6300d46f273=Wrong number',
];

/** Stock properties of each kind of engagement, by plural name. */
export const ENGAGEMENT_PROPERTIES: ReadonlyMap<string, readonly StockRow[]> = new Map<string, readonly StockRow[]>([
  [
    'calls',
    [
      ...common('call'),
      ['hs_call_title', 'Call Title', 'string text', 'call'],
      ['hs_call_body', 'Call notes', 'string html', 'call'],
      ['hs_call_direction', 'Call direction', 'enumeration select', 'call', { options: ['INBOUND=Inbound', 'OUTBOUND=Outbound'] }],
      ['hs_call_disposition', 'Call outcome', 'enumeration select', 'call', { options: CALL_DISPOSITIONS }],
      ['hs_call_duration', 'Call duration', 'number number', 'call'],
      ['hs_call_from_number', 'From number', 'string text', 'call'],
      ['hs_call_to_number', 'To number', 'string text', 'call'],
      ['hs_call_recording_url', 'Recording URL', 'string text', 'call'],
      [
        'hs_call_status',
        'Call status',
        'enumeration select',
        'call',
        {
          options: [
            'BUSY',
            'CALLING_CRM_USER',
            'CANCELED',
            'COMPLETED',
            'CONNECTING',
            'FAILED',
            'IN_PROGRESS',
            'MISSED',
            'NO_ANSWER',
            'QUEUED',
            'RINGING',
          ],
        },
      ],
    ],
  ],
  [
    'emails',
    [
      ...common('email'),
      ['hs_email_subject', 'Email subject', 'string text', 'email'],
      ['hs_email_text', 'Email body', 'string textarea', 'email'],
      ['hs_email_html', 'Email HTML', 'string html', 'email'],
      ['hs_email_headers', 'Email headers', 'string textarea', 'email'],
      [
        'hs_email_direction',
        'Email direction',
        'enumeration select',
        'email',
        { options: ['EMAIL=Email', 'INCOMING_EMAIL=Incoming email', 'FORWARDED_EMAIL=Forwarded email', 'DRAFT_EMAIL=Draft'] },
      ],
      [
        'hs_email_status',
        'Email send status',
        'enumeration select',
        'email',
        { options: ['BOUNCED', 'FAILED', 'SCHEDULED', 'SENDING', 'SENT'] },
      ],
      ['hs_email_from_email', 'Email from address', 'string text', 'email', { ro: true }],
      ['hs_email_to_email', 'Email to address', 'string text', 'email', { ro: true }],
      ['hs_sequence_id', 'Sequence ID', 'number number', 'email', { ro: true }],
    ],
  ],
  [
    'meetings',
    [
      ...common('meeting'),
      ['hs_meeting_title', 'Meeting name', 'string text', 'meeting'],
      ['hs_meeting_body', 'Meeting description', 'string html', 'meeting'],
      ['hs_internal_meeting_notes', 'Internal meeting notes', 'string html', 'meeting'],
      ['hs_meeting_start_time', 'Meeting start time', 'datetime date', 'meeting'],
      ['hs_meeting_end_time', 'Meeting end time', 'datetime date', 'meeting'],
      ['hs_meeting_location', 'Meeting location', 'string text', 'meeting'],
      ['hs_meeting_external_url', 'External URL', 'string text', 'meeting'],
      [
        'hs_meeting_outcome',
        'Meeting outcome',
        'enumeration select',
        'meeting',
        {
          options: ['SCHEDULED=Scheduled', 'COMPLETED=Completed', 'RESCHEDULED=Rescheduled', 'NO_SHOW=No show', 'CANCELED=Canceled'],
        },
      ],
    ],
  ],
  [
    'tasks',
    [
      ...common('task'),
      ['hs_task_subject', 'Task title', 'string text', 'task'],
      ['hs_task_body', 'Task notes', 'string html', 'task'],
      [
        'hs_task_status',
        'Task status',
        'enumeration select',
        'task',
        { options: ['NOT_STARTED', 'IN_PROGRESS', 'WAITING', 'COMPLETED', 'DEFERRED'] },
      ],
      [
        'hs_task_type',
        'Task type',
        'enumeration select',
        'task',
        { options: ['TODO=To Do', 'CALL=Call', 'EMAIL=Email', 'LINKED_IN=LinkedIn', 'MEETING=Meeting'] },
      ],
      ['hs_task_priority', 'Priority', 'enumeration select', 'task', { options: ['NONE=None', 'LOW=Low', 'MEDIUM=Medium', 'HIGH=High'] }],
      ['hs_task_completion_date', 'Completed at', 'datetime date', 'task'],
      ['hs_task_is_completed', 'Is completed', 'number calculation_equation', 'task', { ro: true, calculated: true }],
    ],
  ],
  ['notes', [...common('note'), ['hs_note_body', 'Note body', 'string html', 'note']]],
  [
    'communications',
    [
      ...common('communication'),
      [
        'hs_communication_channel_type',
        'Channel type',
        'enumeration select',
        'communication',
        { options: ['WHATS_APP=WhatsApp', 'LINKEDIN_MESSAGE=LinkedIn', 'SMS=SMS'] },
      ],
      ['hs_communication_logged_from', 'Logged from', 'enumeration select', 'communication', { options: ['CRM'] }],
      ['hs_communication_body', 'Communication body', 'string html', 'communication'],
    ],
  ],
]);
