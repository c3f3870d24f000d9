import { join } from 'node:path';

/** The files of a data directory. */
export function filesOf(dataDir: string) {
  return {
    log: join(dataDir, 'log.sqlite'),
    /** Apart from the log: who copies the log does not copy the keys. */
    keys: join(dataDir, 'keys', 'keys.sqlite'),
    /** Wraps the keys of a KeyStore on MongoDB, where the environment names no other. */
    masterKey: join(dataDir, 'keys', 'master.key'),
    models: join(dataDir, 'models.sqlite'),
    /** A cache: the timeline index for a warm start. */
    index: join(dataDir, 'models.index'),
  };
}
