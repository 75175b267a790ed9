// Names of the integer precisions, in a file of their own: the command line knows them before it loads the quantizer.

export const INTEGER_PRECISIONS = ["int8", "int4"] as const;
/** A number format of integers. */
export type IntegerPrecision = (typeof INTEGER_PRECISIONS)[number];
