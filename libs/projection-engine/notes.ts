import type { EpochMs } from '../domain/shared/instant.js';
import type { StoredEvent } from '../event-store/event-store.port.js';
import type { ParkedStream } from '../read-store/read-store.port.js';
import type { Member } from './member.js';

/** What a projector tells whoever writes logs and metrics. Messages hold no personal data: events name types, streams and paths. */
export type ProjectorNote =
  | {
      readonly kind: 'committed';
      readonly members: readonly Member[];
      readonly rows: number;
      /** Those of a live page that concern the members; of a build's large pages none are kept. */
      readonly events: readonly StoredEvent[];
      /** When the page was begun. */
      readonly began: EpochMs;
    }
  | { readonly kind: 'parked'; readonly parked: ParkedStream }
  | { readonly kind: 'stopped'; readonly member: Member; readonly error: string }
  | { readonly kind: 'page-taken-apart'; readonly error: string }
  | { readonly kind: 'store-unavailable'; readonly error: string; readonly attempt: number }
  /** The projector gave up: the store is damaged, or a fault of our own. */
  | { readonly kind: 'failed'; readonly error: string }
  /** Leases of these partitions were taken, or are gone: given up, or another process has them. */
  | { readonly kind: 'taken-on' | 'let-go'; readonly members: readonly Member[] }
  /** The thread that was to build has not; it is built here. */
  | { readonly kind: 'build-came-back'; readonly error: string }
  | { readonly kind: 'switched'; readonly name: string; readonly version: number };
