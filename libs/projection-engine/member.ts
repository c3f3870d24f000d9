import type { EpochMs } from '../domain/shared/instant.js';
import type { Position } from '../domain/shared/position.js';
import { LOG_START } from '../domain/shared/position.js';
import type { Checkpoint, ParkedStream, ReadModel } from '../read-store/read-store.port.js';
import type { Projection } from './projection.js';

/** What happens to a stream one of whose events cannot be projected: it is parked, or the projection stops before that event. */
export type FailurePolicy = 'park' | 'stop';

export type MemberState =
  /** Built beside the version in use, or for the first time: no reader sees it yet. */
  | 'building'
  /** The version in use, kept current. */
  | 'live'
  | 'paused'
  /** At an event, by its policy. */
  | 'stopped';

/** One projection in one version over one partition of the streams: what has a checkpoint of its own. */
export interface Member {
  readonly projection: Projection;
  /** The projection's model under the version that owns its rows (`versions.ts`). */
  readonly model: ReadModel;
  readonly partition: number;
  /** How many partitions the model has. */
  readonly partitions: number;
  /** Of its lease; 0 where there are none. */
  epoch: number;
  state: MemberState;
  /** Null before the first page. */
  checkpoint: Checkpoint | null;
  /** When the checkpoint last moved, or was found at the end. */
  movedAt: EpochMs;
  /** By stream. Events of the stream from `position` on are held back. */
  readonly parked: Map<string, ParkedStream>;
  /** Why it stopped. */
  error: string | null;
}

export function reached(member: Member, position: Position): boolean {
  return position === LOG_START || (member.checkpoint !== null && member.checkpoint.position >= position);
}

/** FNV-1a over the stream's name: where a stream belongs must never change while a model's rows live. */
export function partitionOf(stream: string, partitions: number): number {
  if (partitions === 1) return 0;
  let hash = 0x811c9dc5;
  for (let index = 0; index < stream.length; index += 1) hash = Math.imul(hash ^ stream.charCodeAt(index), 0x01000193);
  return (hash >>> 0) % partitions;
}
