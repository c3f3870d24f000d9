import { createSecureContext } from 'node:tls';
import type { ServerAccess } from '../../libs/event-store/protocol-server/access.js';
import type { AccessFiles } from '../../libs/event-store/protocol-server/access-files.js';
import { openServerAccess } from '../../libs/event-store/protocol-server/access-files.js';
import type { ProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { startProtocolServer } from '../../libs/event-store/protocol-server/protocol-server.js';
import { openLogFile } from '../../libs/event-store/sqlite/log-file.js';
import { useChangedFiles } from './changed-files.js';
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
  /** TLS and users; files that change are read again. */
  readonly access?: AccessFiles;
  /** A changed file cannot be used: what was read before goes on. */
  readonly onFault?: (fault: Error) => void;
  /** How long a changed file may go unnoticed, in ms. */
  readonly checkFilesMs?: number;
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

function renewBy(
  access: AccessFiles,
  server: ProtocolServer,
  { onFault, everyMs }: { onFault: (fault: Error) => void; everyMs: number | undefined },
): () => void {
  const files = [access.certificateFile, access.keyFile, access.usersFile];
  return useChangedFiles({ files, onFault, use: () => server.renew(accessBy(access)), ...(everyMs === undefined ? {} : { everyMs }) });
}

/** The embedded log alone, as a server behind processes of ours: it takes to our own categories what passes the catalog. @throws AccessFilesRefused */
export async function serveLogAlone({ dataDir, streamPrefix }: Config, options: ServeAloneOptions): Promise<ProtocolServer> {
  const { port, host, advertise, access, onFault = () => undefined, checkFilesMs } = options;
  const reached = {
    ...(host === undefined ? {} : { host }),
    ...(advertise === undefined ? {} : { advertise: { host: advertise } }),
    ...(access === undefined ? {} : { access: accessBy(access) }),
  };
  const log = openLogFile({ file: filesOf(dataDir).log, clock, streamPrefix });
  try {
    const ownCategories = { kind: 'checked', checkStored: checkStoredOrCopied } as const;
    const server = await startProtocolServer({ log, clock, ownCategories, port, ...reached });
    const stopLooking = access === undefined ? undefined : renewBy(access, server, { onFault, everyMs: checkFilesMs });
    return {
      ...server,
      stop: async () => {
        stopLooking?.();
        await server.stop();
        log.close();
      },
    };
  } catch (error) {
    log.close();
    throw error;
  }
}
