import { refuse } from './requests.ts';

/** The parts of a `multipart/form-data` body, by name. */
export type Parts = ReadonlyMap<string, Uint8Array>;

/** The boundary of a content type; null when it isn't multipart. */
export function boundaryOf(contentType: string | undefined): string | null {
  if (!/^multipart\/form-data\b/i.test(contentType ?? '')) return null;
  const match = /boundary=(?:"([^"]+)"|([^\s;]+))/i.exec(contentType ?? '');
  return match?.[1] ?? match?.[2] ?? '';
}

/**
 * Splits a body at its boundary. Lines may end in LF alone, as in Salesforce's own examples.
 * @throws {RequestProblem} INVALIDJOB when it isn't made of such parts.
 */
export function partsOf(body: Uint8Array, boundary: string): Parts {
  const text = Buffer.from(body).toString('latin1');
  const parts = new Map<string, Uint8Array>();
  const pieces = `\n${text}`.split(`\n--${boundary}`);
  if (boundary === '' || pieces.length < 3) throw refuse('INVALIDJOB', 'InvalidJob : The multipart body can not be read');
  for (const piece of pieces.slice(1, -1)) {
    const match = /^\r?\n(?<headers>[\s\S]*?)\r?\n\r?\n(?<content>[\s\S]*)$/.exec(piece);
    const name = /name="?([^";\r\n]+)"?/i.exec(match?.groups?.['headers'] ?? '')?.[1];
    if (name === undefined) throw refuse('INVALIDJOB', 'InvalidJob : A part of the multipart body has no name');
    parts.set(name, Buffer.from((match?.groups?.['content'] ?? '').replace(/\r$/, ''), 'latin1'));
  }
  return parts;
}
