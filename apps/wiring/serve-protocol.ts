import { createSecureContext } from 'node:tls';
import type { ServerAccess } from '../../libs/event-store/protocol-server/access.js';
import type { AccessFiles } from '../../libs/event-store/protocol-server/access-files.js';
import { openServerAccess } from '../../libs/event-store/protocol-server/access-files.js';
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

export interface ServeAloneOptions {
  /** 0: any free port. */
  readonly port: number;
  /** Default 127.0.0.1; any other needs `access`. */
  readonly host?: string;
  /** The name by which clients reach the host, where they do so by another. */
  readonly advertise?: string;
  /** TLS and users. */
  readonly access?: AccessFiles;
}

/** A certificate, its key or the file of users cannot be used. One line. */
export class AccessFilesRefused extends Error {
  override readonly name = 'AccessFilesRefused';
}

function accessBy(files: AccessFiles): ServerAccess {
  try {
    const access = openServerAccess(files);
    createSecureContext({ cert: access.certificate, key: access.privateKey }); // gRPC finds out too late what is wrong with them
    return access;
  } catch (error) {
    throw new AccessFilesRefused(`EventStoreDB clients cannot be served over TLS: ${(error as Error).message.split('\n')[0] ?? ''}`);
  }
}

/** The embedded log alone, as a server behind processes of ours: it takes to our own categories what passes the catalog. @throws AccessFilesRefused */
export async function serveLogAlone({ dataDir, streamPrefix }: Config, options: ServeAloneOptions): Promise<ProtocolServer> {
  const { port, host, advertise, access } = options;
  const reached = {
    ...(host === undefined ? {} : { host }),
    ...(advertise === undefined ? {} : { advertise: { host: advertise } }),
    ...(access === undefined ? {} : { access: accessBy(access) }),
  };
  const log = openLogFile({ file: filesOf(dataDir).log, clock, streamPrefix });
  try {
    const ownCategories = { kind: 'checked', checkStored: checkStoredOrCopied } as const;
    const server = await startProtocolServer({ log, clock, ownCategories, port, ...reached });
    return {
      ...server,
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
