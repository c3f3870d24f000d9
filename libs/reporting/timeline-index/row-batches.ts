/** Rows handed on at once: loops over typed arrays, where a call a row would be most of the time. */
export const BATCH = 2_048;

/** Takes the first `count` of `rows`, at most a batch. They are the giver's: read, and neither changed nor kept. */
export type TakeRows = (rows: Uint32Array, count: number) => void;

/** Puts those of the first `count` of `rows` that it keeps into `kept`, in order, and says how many they are. `kept` may be `rows`. */
export type KeepRows = (rows: Uint32Array, count: number, kept: Uint32Array) => number;

/** Hands on what is kept. */
export function keeping(keep: KeepRows, take: TakeRows): TakeRows {
  const kept = new Uint32Array(BATCH);
  return (rows, count) => {
    const left = keep(rows, count, kept);
    if (left > 0) take(kept, left);
  };
}

/** Hands on a list of rows. */
export function takeList(rows: Uint32Array, take: TakeRows): void {
  for (let from = 0; from < rows.length; from += BATCH) {
    const batch = rows.subarray(from, from + BATCH);
    take(batch, batch.length);
  }
}

/** Hands on the rows from `first` to before `end`, in `batch`. */
export function takeRange(first: number, end: number, batch: Uint32Array, take: TakeRows): void {
  for (let row = first; row < end; row += BATCH) {
    const count = Math.min(BATCH, end - row);
    for (let index = 0; index < count; index += 1) batch[index] = row + index;
    take(batch, count);
  }
}
