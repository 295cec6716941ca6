/** Members of an error body beyond `status`, `message` and `correlationId`. */
export interface ProblemDetail {
  readonly category?: string;
  readonly subCategory?: string;
  readonly errorType?: string;
  readonly policyName?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
  readonly errors?: readonly ErrorItem[];
}

/** One entry of `errors` in an error body. */
interface ErrorItem {
  readonly message: string;
  readonly code?: string;
  readonly in?: string;
  readonly subCategory?: string;
  readonly context?: Readonly<Record<string, readonly string[]>>;
}

/** An answer that refuses a request, thrown from anywhere below the router. */
export class HubspotProblem extends Error {
  readonly status: number;
  readonly detail: ProblemDetail;
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, message: string, detail: ProblemDetail = {}, headers: Readonly<Record<string, string>> = {}) {
    super(message);
    this.name = 'HubspotProblem';
    this.status = status;
    this.detail = detail;
    this.headers = headers;
  }
}

/** 400 with category VALIDATION_ERROR. */
export function invalid(message: string, detail: ProblemDetail = {}): HubspotProblem {
  return new HubspotProblem(400, message, { category: 'VALIDATION_ERROR', ...detail });
}

/** 400 for a body that is not the JSON the endpoint takes. Assumed: only the first line of the wording is known. */
export function invalidJson(what: string): HubspotProblem {
  return new HubspotProblem(400, `Invalid input JSON on line 1, column 1: ${what}`, { category: 'VALIDATION_ERROR' });
}

/** 404 of a path that does not exist. */
export function unknownPath(): HubspotProblem {
  return new HubspotProblem(404, 'resource not found');
}

/** 404 of a record, with the header by which HubSpot tells it from an unknown path. */
export function notFound(message = 'resource not found'): HubspotProblem {
  return new HubspotProblem(404, message, { category: 'OBJECT_NOT_FOUND' }, { 'x-hubspot-notfound': 'true' });
}

/** 409 with category CONFLICT. */
export function conflict(message: string, detail: ProblemDetail = {}): HubspotProblem {
  return new HubspotProblem(409, message, { category: 'CONFLICT', ...detail });
}

/** One value that a property refuses. */
export interface InvalidValue {
  readonly error: string;
  readonly name: string;
  readonly message: string;
}

/**
 * 400 for property values: the machine-readable list is JSON inside the message, and once more, shorter, in `errors`.
 * @source https://developers.hubspot.com/docs/api-reference/error-handling (checked 2026-11)
 */
export function invalidValues(values: readonly InvalidValue[], portalId: string): HubspotProblem {
  const inside = values.map((value) => ({
    isValid: false,
    message: value.message,
    error: value.error,
    name: value.name,
    localizedErrorMessage: value.message,
    portalId: Number(portalId),
  }));
  return invalid(`Property values were not valid: ${JSON.stringify(inside)}`, {
    errors: values.map((value) => ({ message: value.message, code: value.error, context: { propertyName: [value.name] } })),
  });
}
