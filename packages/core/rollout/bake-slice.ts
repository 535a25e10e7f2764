// How a bake is cut: into slices that an operator's word can end at once, with a look after each.

/** The longest slice of a bake. */
export const BAKE_SLICE_SECONDS = 30;
