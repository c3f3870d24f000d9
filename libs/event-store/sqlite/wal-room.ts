import { constants, open } from 'node:fs/promises';

const STEP_BYTES = 262_144;

/**
 * Lengthens a WAL to `bytes` by zeros, before SQLite comes to write there: a commit that makes the file longer has the file system write its own journal as well, which
 * takes nearly as long as the sync itself. SQLite takes zeros for no frame, starts the WAL again from its beginning after each checkpoint, and removes it at the last
 * close. Only ever written behind the file's end (O_APPEND), so that nothing of SQLite's is touched, whoever else writes. In steps, each on the disk before the next:
 * a commit that falls between waits for one of them at most.
 */
export async function makeWalRoom(file: string, bytes: number, isWanted: () => boolean): Promise<void> {
  const wal = await open(`${file}-wal`, constants.O_WRONLY | constants.O_APPEND);
  try {
    const zeros = Buffer.alloc(STEP_BYTES);
    let { size } = await wal.stat();
    while (size < bytes && isWanted()) {
      await wal.write(zeros, 0, Math.min(STEP_BYTES, bytes - size));
      await wal.sync();
      ({ size } = await wal.stat());
    }
  } finally {
    await wal.close();
  }
}
