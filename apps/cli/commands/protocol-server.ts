import { resolve } from 'node:path';
import { DirectoryOwned, tryOwn } from '../../wiring/data-directory.js';
import { isLoopback } from '../../wiring/config.js';
import type { ServeAloneOptions } from '../../wiring/serve-protocol.js';
import { AccessFilesRefused, serveLogAlone } from '../../wiring/serve-protocol.js';
import type { CommonOptions } from '../environment.js';
import { configOf } from '../environment.js';
import { CommandFailed, EXIT } from '../exit-codes.js';
import { print } from '../output.js';

export interface ProtocolServerOptions extends Pick<CommonOptions, 'dataDir'> {
  readonly port: number;
  readonly listen: string;
  readonly advertise?: string;
  readonly tlsCert?: string;
  readonly tlsKey?: string;
  readonly users?: string;
}

/** All three files or none; beyond loopback all three. */
function accessOf({ listen, tlsCert, tlsKey, users }: ProtocolServerOptions): ServeAloneOptions['access'] {
  if (tlsCert !== undefined && tlsKey !== undefined && users !== undefined)
    return { certificateFile: resolve(tlsCert), keyFile: resolve(tlsKey), usersFile: resolve(users) };
  if (tlsCert !== undefined || tlsKey !== undefined || users !== undefined)
    throw new CommandFailed(EXIT.usage, 'TLS and users come together: name --tls-cert, --tls-key and --users, or none of them');
  if (!isLoopback(listen))
    throw new CommandFailed(
      EXIT.usage,
      `'${listen}' is beyond loopback, and the log is served there only with TLS and users: name --tls-cert, --tls-key and --users`,
    );
  return undefined;
}

/** Serves the log of a data directory to EventStoreDB clients until SIGTERM or Ctrl-C. */
export async function protocolServer(options: ProtocolServerOptions): Promise<void> {
  const access = accessOf(options);
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
    const { port, listen: host, advertise } = options;
    const by = { ...(advertise === undefined ? {} : { advertise }), ...(access === undefined ? {} : { access }) };
    const onFault = ({ message }: Error): void => void process.stderr.write(`dealtrail: ${message}; what was read before goes on\n`);
    const server = await serveLogAlone(config, { port, host, onFault, ...by });
    print(`EventStoreDB clients are served at ${server.connectionString} (log: ${config.dataDir})`);
    await told;
    await server.stop();
  } catch (error) {
    throw error instanceof AccessFilesRefused ? new CommandFailed(EXIT.usage, error.message) : error;
  } finally {
    taken.own.release();
  }
}
