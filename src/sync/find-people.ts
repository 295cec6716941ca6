import type { State, StoredPerson } from '../state/types.ts';
import { normaliseEmail } from './email.ts';

/** The records that somebody may mean: by record id, by key, or by address in any spelling. Empty when nobody is known. */
export async function findPeople(state: Pick<State, 'people'>, who: string): Promise<readonly StoredPerson[]> {
  const email = normaliseEmail(who);
  const named = await state.people.find(who);
  return email === null ? named : [...named, ...(await state.people.find(email))];
}
