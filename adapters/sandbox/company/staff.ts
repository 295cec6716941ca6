import type { Draw } from '../random.ts';
import { COMPANY_FIRST, COMPANY_SECOND, COUNTRIES, INDUSTRIES } from './names.ts';
import type { Colleague, Employer, Team } from './plan.ts';

const colleague = (firstName: string, lastName: string, team: Team): Colleague => ({
  firstName,
  lastName,
  team,
  email: `${firstName}.${lastName}@fernwick.example`.toLowerCase(),
});

/** Everybody who works on leads: the same people have users in both CRMs. */
export const STAFF: readonly Colleague[] = [
  colleague('Mona', 'Market', 'marketing'),
  colleague('Max', 'Bloom', 'marketing'),
  colleague('Mira', 'Funk', 'marketing'),
  colleague('Dana', 'Dial', 'development'),
  colleague('Dev', 'Rao', 'development'),
  colleague('Dina', 'Cho', 'development'),
  colleague('Doug', 'Reyes', 'development'),
  colleague('Alex', 'Close', 'closing'),
  colleague('Avery', 'Stone', 'closing'),
  colleague('Ayo', 'Bello', 'closing'),
];

/** The colleagues of one team. */
export function team(name: Team): readonly Colleague[] {
  return STAFF.filter((one) => one.team === name);
}

/** About three people come from each employer; employers are drawn once and found again by number. */
export function employer(seeds: Draw, number: number): Employer {
  const draw = seeds.fork(`employer-${number}`);
  const first = draw.pick(COMPANY_FIRST);
  const second = draw.pick(COMPANY_SECOND);
  // Few words make many companies: a number keeps domains apart.
  const suffix = number < COMPANY_FIRST.length ? '' : `-${number}`;
  return {
    name: `${first} ${second}${number < COMPANY_FIRST.length ? '' : ` ${number}`}`,
    domain: `${first}-${second}${suffix}.example`.toLowerCase(),
    industry: draw.pick(INDUSTRIES),
    country: draw.weighted(COUNTRIES),
    employees: Math.max(3, Math.round(draw.lognormal(180, 1.3))),
  };
}
