/** Work that is done piece by piece: between two of them others may go on. */
export type Pieces<T> = Generator<void, T>;

export function atOnce<T>(work: Pieces<T>): T {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
