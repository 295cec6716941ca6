import { notFound } from '../errors.ts';

/** A path's segments, decoded. @throws {RequestProblem} NOT_FOUND for an escape that is none. */
export function segmentsOf(pathname: string): readonly string[] {
  try {
    return pathname.split('/').map((segment) => decodeURIComponent(segment));
  } catch {
    throw notFound();
  }
}
