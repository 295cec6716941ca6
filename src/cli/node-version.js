// Plain JavaScript that every Node of the last decade can read: it is the first thing to run.
export const needed = [24, 18];

export function nodeProblem(version) {
  const [major, minor] = version.split('.').map(Number);
  const fits = major > needed[0] || (major === needed[0] && minor >= needed[1]);
  if (fits) return undefined;
  return (
    'Truce needs Node ' +
    needed.join('.') +
    ' or newer; this is Node ' +
    version +
    '. In a checkout, `npm ci` brings the right one: run `npm run truce -- ARGS`; elsewhere install it from nodejs.org.'
  );
}

const problem = nodeProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(problem + '\n');
  process.exit(2);
}
