import { DirectoryOwned, tryOwn } from '../../wiring/data-directory.js';
import { serveLogAlone } from '../../wiring/serve-protocol.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print } from '../output.js';

/** Serves the log of a data directory to EventStoreDB clients until SIGTERM or Ctrl-C. */
export async function protocolServer({ port, ...options }: Pick<CommonOptions, 'dataDir'> & { readonly port: number }): Promise<void> {
  const config = configOf(options);
  if (config.eventStoreUrl !== null)
    throw new CommandFailed(EXIT.usage, 'EVENTSTORE_URL names a log that is elsewhere, and this command serves an embedded one: unset it');
  const taken = tryOwn(config.dataDir, 'protocol-server');
  if (!('own' in taken)) throw new DirectoryOwned(config.dataDir, taken.owner);
  try {
    // Before it says that it is ready: whoever reads that line may end it at once.
    const told = new Promise<void>((resolve) => {
      for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
    });
    const server = await serveLogAlone(config, port);
    print(`EventStoreDB clients are served at ${server.connectionString} (log: ${config.dataDir})`);
    await told;
    await server.stop();
  } finally {
    taken.own.release();
  }
}
