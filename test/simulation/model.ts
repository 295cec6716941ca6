export type { FieldValue, Fields, RecordId, Side } from '../../src/model/words.ts';
