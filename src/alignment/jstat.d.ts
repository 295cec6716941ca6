/** The part of jstat that is used; the package has no types and is one CommonJS object. */
declare module 'jstat' {
  interface JStat {
    readonly normal: {
      inv(probability: number, mean: number, standardDeviation: number): number;
    };
  }
  const jstat: JStat;
  // oxlint-disable-next-line import/no-default-export -- how a CommonJS package looks from here
  export default jstat;
}
