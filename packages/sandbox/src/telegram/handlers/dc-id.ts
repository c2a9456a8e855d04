/** Where files lie, and where an account lives unless told otherwise. */
export const DC_ID = 2 as const
