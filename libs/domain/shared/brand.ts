declare const brand: unique symbol;

/** A value of type T that only the named constructor hands out, so that a deal's id is never passed where a stage's is meant. */
export type Brand<T, Name extends string> = T & { readonly [brand]: Name };
