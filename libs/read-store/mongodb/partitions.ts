import type { Collection, Filter, UpdateFilter } from 'mongodb';
import type { EventId } from '../../domain/shared/ids.js';
import type { EpochMs } from '../../domain/shared/instant.js';
import { positionNumber, positionOf } from '../../domain/shared/position.js';
import { modelId } from '../model-columns.js';
import { CheckpointLost, StaleLease } from '../read-store.port.js';
import type { Checkpoint, Lease, Leases, ModelBatch, ReadModel } from '../read-store.port.js';
import { isDuplicateKey } from './mongo-faults.js';
import { integer } from './stored-rows.js';

/** A partition's checkpoint and lease, in one document: the epoch guards the checkpoint in one atomic step, without a transaction. */
export interface PartitionDocument {
  readonly _id: string;
  readonly model: string;
  readonly version: number;
  readonly partition: number;
  /** -1 before the first commit. */
  readonly position: number;
  readonly eventId: string | null;
  readonly recordedAt: number;
  readonly logId: string;
  /** Epoch under which the checkpoint was written. */
  readonly writtenUnder: number;
  /** The newest owner's. */
  readonly epoch: number;
  readonly owner: string | null;
  readonly expiresAt: number;
}

const NO_CHECKPOINT = { position: -1, eventId: null, recordedAt: 0, logId: '', writtenUnder: 0 };

export class Partitions implements Leases {
  constructor(
    private readonly documents: Collection<PartitionDocument>,
    private readonly now: () => EpochMs,
  ) {}

  async checkpoint(model: ReadModel, partition: number): Promise<Checkpoint | null> {
    const found = await this.documents.findOne({ _id: partitionId(model, partition) });
    return found === null ? null : checkpointOf(found);
  }

  async lowest(model: ReadModel, partitions?: number): Promise<Checkpoint | null> {
    const found = await this.documents.find({ model: model.name, version: model.version }).toArray();
    const asked = found.filter(({ partition }) => partition < (partitions ?? Number.MAX_SAFE_INTEGER));
    const checkpoints = asked.map(checkpointOf).filter((checkpoint) => checkpoint !== null);
    // One that is leased and has nothing yet counts as begun: what follows from the log's start is not there.
    if (checkpoints.length < Math.max(partitions ?? 1, asked.length)) return null;
    return checkpoints.reduce((lowest, next) => (next.position < lowest.position ? next : lowest));
  }

  async versions(name: string): Promise<readonly number[]> {
    const found = await this.documents.find({ model: name }).toArray();
    const begun = found.filter((document) => checkpointOf(document) !== null).map(({ version }) => Number(version));
    return [...new Set(begun)].sort((a, b) => a - b);
  }

  /** @throws StaleLease, CheckpointLost */
  async advance({ model, partition, checkpoint, goesOnFrom }: ModelBatch): Promise<void> {
    const _id = partitionId(model, partition);
    const position = positionNumber(checkpoint.position);
    const { eventId, recordedAt, logId, epoch } = checkpoint;
    const wanted = { position: integer(position), eventId, recordedAt: integer(recordedAt), logId, writtenUnder: epoch, epoch };
    const from = goesOnFrom === undefined ? {} : { $gte: integer(positionNumber(goesOnFrom)) };
    const advanced = await this.#advanceWhere(
      // Whole numbers beyond 32 bits are stored as Long and come back as numbers.
      { _id, epoch: { $lte: epoch }, position: { ...from, $lte: integer(position) } } as Filter<PartitionDocument>,
      { $set: wanted as PartitionDocument, $setOnInsert: { ...namesOf(model, partition), owner: null, expiresAt: 0 } },
      // A partition that goes on from somewhere is there: making it anew would promise rows that are gone.
      goesOnFrom === undefined,
    );
    if (advanced) return;
    const there = await this.documents.findOne({ _id });
    if (there !== null && there.epoch > epoch) {
      throw new StaleLease(`${modelId(model)} partition ${partition} has an owner of epoch ${there.epoch}; epoch ${epoch} may not write`);
    }
    if (goesOnFrom !== undefined && (there === null || there.position < positionNumber(goesOnFrom))) {
      throw new CheckpointLost(`${modelId(model)} partition ${partition} stands before ${goesOnFrom}, which it had reached`);
    }
    // Else the checkpoint is further on: a repetition.
  }

  async #advanceWhere(filter: Filter<PartitionDocument>, update: UpdateFilter<PartitionDocument>, upsert: boolean): Promise<boolean> {
    try {
      // Not there: made. There under a later epoch or further on: the filter does not fit, and making another of this _id is refused.
      return (await this.documents.findOneAndUpdate(filter, update, { upsert, returnDocument: 'after' })) !== null;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      return false;
    }
  }

  async drop(model: ReadModel): Promise<void> {
    await this.documents.deleteMany({ model: model.name, version: model.version });
  }

  async acquire(model: ReadModel, partition: number, owner: string, ttlMs: number): Promise<Lease | null> {
    const _id = partitionId(model, partition);
    const now = this.now();
    const until = { owner, expiresAt: now + ttlMs };
    const again = await this.documents.findOneAndUpdate(
      { _id, owner, expiresAt: { $gt: now } },
      { $set: until },
      { returnDocument: 'after' },
    );
    if (again !== null) return leaseOf(again);
    try {
      const given = await this.documents.findOneAndUpdate(
        { _id, $or: [{ owner: null }, { expiresAt: { $lte: now } }] },
        { $set: until, $inc: { epoch: 1 }, $setOnInsert: { ...namesOf(model, partition), ...NO_CHECKPOINT } },
        { upsert: true, returnDocument: 'after' },
      );
      return given === null ? null : leaseOf(given);
    } catch (error) {
      // Another owner's lease runs.
      if (isDuplicateKey(error)) return null;
      throw error;
    }
  }

  async renew(lease: Lease, ttlMs: number): Promise<Lease | null> {
    const { owner, epoch } = lease;
    const until = { $set: { expiresAt: this.now() + ttlMs } };
    const renewed = await this.documents.findOneAndUpdate({ _id: partitionId(lease, lease.partition), owner, epoch }, until, {
      returnDocument: 'after',
    });
    return renewed === null ? null : leaseOf(renewed);
  }

  async release(lease: Lease): Promise<void> {
    const { owner, epoch } = lease;
    // The epoch stays: the next owner's must be higher, or a late writer of this one would pass for it.
    await this.documents.updateOne({ _id: partitionId(lease, lease.partition), owner, epoch }, { $set: { owner: null, expiresAt: 0 } });
  }

  async held(model: ReadModel, partition: number): Promise<Lease | null> {
    const found = await this.documents.findOne({ _id: partitionId(model, partition) });
    return found === null || found.owner === null ? null : leaseOf(found);
  }

  async seize(lease: Lease, owner: string, ttlMs: number): Promise<Lease | null> {
    const same = { _id: partitionId(lease, lease.partition), owner: lease.owner, epoch: lease.epoch, expiresAt: lease.expiresAt };
    const mine = { $set: { owner, expiresAt: this.now() + ttlMs }, $inc: { epoch: 1 } };
    const seized = await this.documents.findOneAndUpdate(same, mine, { returnDocument: 'after' });
    return seized === null ? null : leaseOf(seized);
  }
}

function partitionId(model: { readonly version: number; readonly name?: string; readonly model?: string }, partition: number): string {
  return `${model.name ?? model.model ?? ''}@${model.version}/${partition}`;
}

function namesOf(model: ReadModel, partition: number) {
  return { model: model.name, version: model.version, partition };
}

function checkpointOf(found: PartitionDocument): Checkpoint | null {
  if (found.position < 0) return null;
  const { recordedAt, logId, writtenUnder } = found;
  const eventId = found.eventId as EventId | null; // written from one
  return { position: positionOf(found.position), eventId, recordedAt, logId, epoch: writtenUnder };
}

function leaseOf(found: PartitionDocument): Lease {
  const { model, version, partition, epoch, expiresAt } = found;
  return { model, version, partition, owner: found.owner ?? '', epoch, expiresAt };
}
