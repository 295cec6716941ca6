import type { JsonObject } from './json.ts';

/** One entry of the array that is the body of every REST error. */
export interface ErrorBody {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
  /** Only of a duplicate. @source https://github.com/rudderlabs/rudder-server/blob/master/enterprise/reporting/error_extractor_test.go (a recorded answer, checked 2026-11-22) */
  readonly duplicateResut?: JsonObject;
}

/** A request that Salesforce refuses as a whole: `status` with `[{ message, errorCode }]`. */
export class RequestProblem extends Error {
  readonly status: number;
  readonly code: string;
  readonly headers: Readonly<Record<string, string>>;

  constructor(code: string, message: string, status = 400, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.code = code;
    this.status = status;
    this.headers = headers;
  }
}

/** A record that Salesforce refuses: an entry of the results of a collection, a 400 (or `status`) of a single row. */
export class RecordProblem extends Error {
  readonly code: string;
  readonly fields: readonly string[];
  readonly status: number;

  constructor(code: string, message: string, fields: readonly string[] = [], status = 400) {
    super(message);
    this.code = code;
    this.fields = fields;
    this.status = status;
  }
}

/** A record that a duplicate rule refuses, with what it looks like. */
export class DuplicatesProblem extends RecordProblem {
  /** What REST calls `duplicateResut`, in that spelling. */
  readonly result: JsonObject;

  constructor(message: string, result: JsonObject) {
    super('DUPLICATES_DETECTED', message);
    this.result = result;
  }
}

/** A record that breaks several rules at once; the first speaks for it where only one error has room. */
export class SeveralProblems extends RecordProblem {
  readonly all: readonly [RecordProblem, ...RecordProblem[]];

  constructor(all: readonly [RecordProblem, ...RecordProblem[]]) {
    super(all[0].code, all[0].message, all[0].fields, all[0].status);
    this.all = all;
  }
}

/** Every reason why a record was refused. */
export function reasonsOf(problem: RecordProblem): readonly [RecordProblem, ...RecordProblem[]] {
  return problem instanceof SeveralProblems ? problem.all : [problem];
}

/** 404 for a path or a record that isn't there. */
export function notFound(message = 'The requested resource does not exist'): RequestProblem {
  return new RequestProblem('NOT_FOUND', message, 404);
}

/** The words for a field that doesn't exist, or that the user may not see. */
export function noSuchColumn(field: string, sobject: string): RequestProblem {
  return new RequestProblem('INVALID_FIELD', `No such column '${field}' on sobject of type ${sobject}`);
}

/** The words for fields that exist but can't be written by this user, or by nobody. */
export function notWriteable(fields: readonly string[]): RecordProblem {
  return new RecordProblem(
    'INVALID_FIELD_FOR_INSERT_UPDATE',
    `Unable to create/update fields: ${fields.join(', ')}. Please check the security settings of this field and verify that it is read/write for your profile or permission set.`,
    fields,
  );
}

/** The body of a problem, as REST answers it. */
export function errorBody(problem: RequestProblem | RecordProblem): readonly ErrorBody[] {
  if (problem instanceof DuplicatesProblem) return [{ duplicateResut: problem.result, errorCode: problem.code, message: problem.message }];
  return problem instanceof RecordProblem
    ? reasonsOf(problem).map(({ message, code, fields }) => ({ message, errorCode: code, fields }))
    : [{ message: problem.message, errorCode: problem.code }];
}
