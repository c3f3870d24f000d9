/** Marks a switch as exhaustive: a new member of the union does not compile until it has its case. */
export function assertNever(value: never): never {
  throw new TypeError(`not handled: ${JSON.stringify(value)}`);
}
