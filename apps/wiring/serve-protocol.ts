import type { ProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { startProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { openLogFile } from '../../libs/event-store/sqlite/log-file.js';
import type { Config } from './config.js';
import { filesOf } from './files.js';
import type { Dealtrail } from './open-dealtrail.js';
import { checkStoredOrCopied } from './open-stores.js';

const clock = { now: () => Date.now() };

/** The embedded log of a server that decides, for clients that read and subscribe; null where the log is elsewhere or nobody is to be served. */
export async function serveBesideDeciders({ embeddedLog: log, config }: Dealtrail): Promise<ProtocolServer | null> {
  if (log === null || config.protocolPort === null) return null;
  const { port, orAnother } = config.protocolPort;
  const serve = (at: number) => startProtocolServer({ log, clock, ownCategories: { kind: 'refused' }, port: at });
  return orAnother ? serve(port).catch(() => serve(0)) : serve(port);
}

/** The embedded log alone, as a server behind processes of ours: it takes to our own categories what passes the catalog. */
export async function serveLogAlone({ dataDir, streamPrefix }: Config, port: number): Promise<ProtocolServer> {
  const log = openLogFile({ file: filesOf(dataDir).log, clock, streamPrefix });
  try {
    const server = await startProtocolServer({ log, clock, ownCategories: { kind: 'checked', checkStored: checkStoredOrCopied }, port });
    return {
      ...{ port: server.port, connectionString: server.connectionString },
      stop: async () => {
        await server.stop();
        log.close();
      },
    };
  } catch (error) {
    log.close();
    throw error;
  }
}
