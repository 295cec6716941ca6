/** The observations by the curve's number. */
export const curveObsSql: string = `
SELECT n.c, o.t, o.e FROM run_named_obs o JOIN run_curve_names n ON n.curve = o.curve AND n.g = o.g
`;
