import { StaleLease } from '../read-store.port.js';
import { DEALS, batchOf, checkpointAt, dealRow, insert } from './deals.contract.js';
import type { OpenForTest } from './open-store.js';

const TTL = 10_000;

export function describeLeases(open: OpenForTest): void {
  const withClock = async () => {
    const clock = { at: 1_700_000_000_000 };
    const opened = await open({ now: () => clock.at });
    const other = await opened.another({ now: () => clock.at });
    await opened.store.prepare(DEALS);
    return { clock, anna: opened.store, ben: other };
  };
  const under = (epoch: number, position: number) =>
    batchOf(position, [insert(dealRow(`d${position}`, position))], { checkpoint: checkpointAt(position, epoch) });

  it('gives a partition to one owner at a time, each with a higher epoch', async () => {
    const { clock, anna, ben } = await withClock();
    const lease = await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    expect(lease).toEqual({ model: DEALS.name, version: 1, partition: 0, owner: 'anna', epoch: 1, expiresAt: clock.at + TTL });
    expect(await ben.leases.acquire(DEALS, 0, 'ben', TTL)).toBeNull();
    expect(await ben.leases.acquire(DEALS, 1, 'ben', TTL)).toMatchObject({ owner: 'ben', epoch: 1 });
    expect(await anna.leases.acquire(DEALS, 0, 'anna', TTL)).toMatchObject({ epoch: 1 });
    clock.at += TTL;
    expect(await ben.leases.acquire(DEALS, 0, 'ben', TTL)).toMatchObject({ owner: 'ben', epoch: 2 });
  });

  it('gives a free partition to one of many who ask at once', async () => {
    const { anna, ben } = await withClock();
    const asked = ['a', 'b', 'c', 'd', 'e', 'f'].map((owner, index) => (index % 2 === 0 ? anna : ben).leases.acquire(DEALS, 0, owner, TTL));
    const given = (await Promise.all(asked)).filter((lease) => lease !== null);
    expect(given).toHaveLength(1);
    expect(given[0]?.epoch).toBe(1);
  });

  it('keeps a renewed lease, and does not renew one that was lost', async () => {
    const { clock, anna, ben } = await withClock();
    const lease = await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    if (lease === null) throw new Error('free');
    clock.at += TTL - 1;
    const renewed = await anna.leases.renew(lease, TTL);
    expect(renewed).toEqual({ ...lease, expiresAt: clock.at + TTL });
    clock.at += TTL - 1;
    expect(await ben.leases.acquire(DEALS, 0, 'ben', TTL)).toBeNull();
    clock.at += 1;
    expect(await ben.leases.acquire(DEALS, 0, 'ben', TTL)).toMatchObject({ epoch: 2 });
    expect(await anna.leases.renew(lease, TTL)).toBeNull();
    await anna.leases.release(lease);
    expect(await anna.leases.acquire(DEALS, 0, 'anna', TTL)).toBeNull();
  });

  it('is free at once after a release, with a higher epoch for the next owner', async () => {
    const { anna, ben } = await withClock();
    const lease = await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    if (lease === null) throw new Error('free');
    await anna.leases.release(lease);
    expect(await anna.leases.renew(lease, TTL)).toBeNull();
    expect(await ben.leases.acquire(DEALS, 0, 'ben', TTL)).toMatchObject({ owner: 'ben', epoch: 2 });
  });

  it('refuses the checkpoint of a former owner from the moment on that another has the lease', async () => {
    const { clock, anna, ben } = await withClock();
    const old = await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    await anna.commit([under(old?.epoch ?? 0, 3)]);
    clock.at += TTL;
    await anna.commit([under(old?.epoch ?? 0, 4)]);
    const next = await ben.leases.acquire(DEALS, 0, 'ben', TTL);
    await expect(anna.commit([under(old?.epoch ?? 0, 5)])).rejects.toThrow(StaleLease);
    expect(await ben.checkpoint(DEALS, 0)).toEqual(checkpointAt(4, 1));
    await ben.commit([under(next?.epoch ?? 0, 5)]);
    await expect(anna.commit([under(old?.epoch ?? 0, 6)])).rejects.toThrow(StaleLease);
    await expect(anna.commit([under(0, 6)])).rejects.toThrow(StaleLease);
    expect(await ben.checkpoint(DEALS, 0)).toEqual(checkpointAt(5, 2));
  });

  it('has no checkpoint before the first commit, leased or not', async () => {
    const { anna } = await withClock();
    await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    expect(await anna.checkpoint(DEALS, 0)).toBeNull();
    expect(await anna.lowestCheckpoint(DEALS, 1)).toBeNull();
  });

  it('shows a lease also after its time, and gives it to who has watched it not being renewed, whatever the clocks say', async () => {
    const { clock, anna, ben } = await withClock();
    expect(await ben.leases.held(DEALS, 0)).toBeNull();
    const first = await anna.leases.acquire(DEALS, 0, 'anna', TTL);
    if (first === null) throw new Error('free');
    expect(await ben.leases.held(DEALS, 0)).toEqual(first);
    clock.at -= 3_600_000;
    const renewed = await anna.leases.renew(first, TTL);
    expect(await ben.leases.seize(first, 'ben', TTL)).toBeNull();
    if (renewed === null) throw new Error('still her lease');
    expect(await ben.leases.seize(renewed, 'ben', TTL)).toEqual({ ...renewed, owner: 'ben', epoch: 2, expiresAt: clock.at + TTL });
    expect(await anna.leases.renew(renewed, TTL)).toBeNull();
    await expect(anna.commit([under(1, 3)])).rejects.toThrow(StaleLease);
    const held = await ben.leases.held(DEALS, 0);
    if (held === null) throw new Error('his lease');
    await ben.leases.release(held);
    expect(await anna.leases.held(DEALS, 0)).toBeNull();
  });
}
