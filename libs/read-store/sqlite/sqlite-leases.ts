import type { Database } from 'better-sqlite3';
import type { EpochMs } from '../../domain/shared/instant.js';
import type { Lease, Leases, ReadModel } from '../read-store.port.js';

interface LeaseRow {
  readonly owner: string | null;
  readonly epoch: number;
  readonly expiresAt: number;
}

/** Runs one immediate transaction, or a read. */
type Write = <T>(work: () => T) => Promise<T>;

export function sqliteLeases(db: Database, now: () => EpochMs, write: Write, read: Write): Leases {
  const find = db.prepare<[string, number, number], LeaseRow>(
    'SELECT owner, epoch, expiresAt FROM leases WHERE model = ? AND version = ? AND partition = ?',
  );
  const put = db.prepare(
    `INSERT INTO leases (model, version, partition, owner, epoch, expiresAt) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET owner = excluded.owner, epoch = excluded.epoch, expiresAt = excluded.expiresAt`,
  );
  const keep = (lease: Lease) => put.run(lease.model, lease.version, lease.partition, lease.owner, lease.epoch, lease.expiresAt);
  const holder = (lease: Lease): boolean => {
    const row = find.get(lease.model, lease.version, lease.partition);
    return row?.owner === lease.owner && row.epoch === lease.epoch;
  };

  return {
    acquire: (model: ReadModel, partition, owner, ttlMs) =>
      write(() => {
        const row = find.get(model.name, model.version, partition);
        const runs = row !== undefined && row.owner !== null && row.expiresAt > now();
        if (runs && row.owner !== owner) return null;
        const epoch = runs ? row.epoch : (row?.epoch ?? 0) + 1;
        const lease: Lease = { model: model.name, version: model.version, partition, owner, epoch, expiresAt: now() + ttlMs };
        keep(lease);
        return lease;
      }),
    renew: (lease, ttlMs) =>
      write(() => {
        if (!holder(lease)) return null;
        const renewed = { ...lease, expiresAt: now() + ttlMs };
        keep(renewed);
        return renewed;
      }),
    release: (lease) =>
      write(() => {
        // The epoch stays: the next owner's must be higher, or a late writer of this one would pass for it.
        if (holder(lease)) put.run(lease.model, lease.version, lease.partition, null, lease.epoch, 0);
      }),
    held: (model, partition) =>
      read(() => {
        const row = find.get(model.name, model.version, partition);
        if (row === undefined || row.owner === null) return null;
        return { model: model.name, version: model.version, partition, owner: row.owner, epoch: row.epoch, expiresAt: row.expiresAt };
      }),
    seize: (lease, owner, ttlMs) =>
      write(() => {
        const row = find.get(lease.model, lease.version, lease.partition);
        if (row?.owner !== lease.owner || row.epoch !== lease.epoch || row.expiresAt !== lease.expiresAt) return null;
        const seized: Lease = { ...lease, owner, epoch: lease.epoch + 1, expiresAt: now() + ttlMs };
        keep(seized);
        return seized;
      }),
  };
}
