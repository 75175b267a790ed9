/** Whether everything is wanted (`npm run test:full`), or what is done in a minute. */
export const FULL = process.env.LIQUID_EDGE_FULL === "1";
