/** One entry of the array that is the body of every REST error. */
export interface ErrorBody {
  readonly message: string;
  readonly errorCode: string;
  readonly fields?: readonly string[];
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
  return problem instanceof RecordProblem
    ? [{ message: problem.message, errorCode: problem.code, fields: problem.fields }]
    : [{ message: problem.message, errorCode: problem.code }];
}
