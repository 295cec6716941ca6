/** The rows of the failure catalogue that are played here: reading, writing, access and network, state, data. */
export const rows: readonly string[] = [
  ...series('A', 18),
  ...series('B', 20),
  ...series('C', 14),
  ...series('D', 9),
  'D13',
  'D14',
  'D15',
  ...series('E', 14),
];

function series(letter: string, last: number): readonly string[] {
  return Array.from({ length: last }, (_, index) => `${letter}${String(index + 1).padStart(2, '0')}`);
}
