import type { Config } from '../wiring/config.js';
import { ConfigError, readConfig } from '../wiring/config.js';
import { CommandFailed, EXIT } from './exit-codes.js';

/** Options that every command takes. */
export interface CommonOptions {
  readonly dataDir?: string;
  readonly url?: string;
}

/** @throws CommandFailed with one line */
export function configOf({ dataDir }: CommonOptions): Config {
  try {
    return readConfig(process.env, dataDir === undefined ? {} : { dataDir });
  } catch (error) {
    if (error instanceof ConfigError) throw new CommandFailed(EXIT.usage, error.message);
    throw error;
  }
}
