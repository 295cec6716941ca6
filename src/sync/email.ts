import { domainToASCII } from 'node:url';

/** Longest local part and longest address. @source RFC 5321, sections 4.5.3.1.1 and 4.5.3.1.3 (with the errata's 254) */
const localLimit = 64;
const addressLimit = 254;

/**
 * An e-mail address in the one form in which addresses of both sides are compared: without surrounding blanks, compatibility
 * forms (full-width letters) resolved, lower case, the domain in ASCII (IDN) without a final dot. Plus tags and dots stay:
 * they may be other people. Null when it is no address. Normalising twice gives the same as once.
 */
export function normaliseEmail(raw: string): string | null {
  const address = raw.normalize('NFKC').trim().toLowerCase().normalize('NFKC');
  const at = address.lastIndexOf('@');
  const local = address.slice(0, at);
  if (at < 1 || local.length > localLimit || /[\s\p{C}@<>,;:"()[\]\\]/u.test(local)) return null;
  const domain = domainToASCII(address.slice(at + 1)).replace(/\.$/, '');
  if (!/^(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?\.)+[a-z0-9-]*[a-z][a-z0-9-]*$/.test(domain)) return null;
  const whole = `${local}@${domain}`;
  return whole.length > addressLimit ? null : whole;
}

/** The addresses of a record without repetition, in order, and how many of them are none. */
export function normaliseEmails(raw: readonly string[]): { readonly emails: readonly string[]; readonly bad: number } {
  const emails = new Set<string>();
  let bad = 0;
  for (const address of raw) {
    if (address.trim() === '') continue;
    const email = normaliseEmail(address);
    if (email === null) bad += 1;
    else emails.add(email);
  }
  return { emails: [...emails], bad };
}
