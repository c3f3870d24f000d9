import { positionNumber } from '../../domain/shared/position.js';
import type { Position } from '../../domain/shared/position.js';
import type { StoreConnection, StorePosition } from './connection.js';
import { errorType } from './store-errors.js';

/** A pair that `migrate` wrote for every thousandth event: where it stood, and where it stands. */
export interface PositionPair {
  readonly was: number;
  readonly is: number;
}

export const PAIRS_TYPE = 'positions-copied';

/** Beside the identity, not in a category of ours: it is no event of the log. */
export function pairsStream(prefix: string, logId: string): string {
  return `${prefix}logcopy-${logId}`;
}

/** From the port's positions to the store's, where the log is a copy. */
export class CopiedPositions {
  private constructor(
    /** Added to the store's own positions of later events; 0 where the log is no copy. */
    readonly offset: number,
    private readonly pairs: readonly PositionPair[],
  ) {}

  static none(): CopiedPositions {
    return new CopiedPositions(0, []);
  }

  static async load(connection: StoreConnection, prefix: string, logId: string, offset: number): Promise<CopiedPositions> {
    try {
      const events = await connection.readStream(pairsStream(prefix, logId), 'start', false, Number.MAX_SAFE_INTEGER);
      const pairs = events.flatMap((event) =>
        event.type === PAIRS_TYPE ? (event.data as unknown as { pairs: PositionPair[] }).pairs : [],
      );
      return new CopiedPositions(
        offset,
        pairs.sort((a, b) => a.was - b.was),
      );
    } catch (error) {
      if (errorType(error) === 'stream-not-found') return new CopiedPositions(offset, []);
      throw error;
    }
  }

  /** Where in the store to begin reading, so that nothing at or before (backwards: at or behind) `position` is left out; what is too early is passed over. */
  place(position: Position, backwards: boolean): StorePosition | 'start' | 'end' {
    const wanted = positionNumber(position);
    if (wanted === 0) return 'start';
    if (this.offset === 0 || wanted > this.offset) return at(BigInt(wanted - this.offset));
    if (backwards) {
      const behind = this.pairs.find((pair) => pair.was >= wanted);
      return behind === undefined ? 'end' : at(BigInt(behind.is) + 1n);
    }
    const before = this.pairs.findLast((pair) => pair.was <= wanted);
    return before === undefined ? 'start' : at(BigInt(before.is));
  }
}

function at(commit: bigint): StorePosition {
  return { commit, prepare: commit };
}
