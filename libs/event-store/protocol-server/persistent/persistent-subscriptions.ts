import type { UntypedServiceImplementation } from '@grpc/grpc-js';
import type { Clock } from '../../event-store.port.js';
import type { LogFile } from '../../sqlite/log-file.js';
import type { ServerAccess } from '../access.js';
import type { OpenCalls } from '../open-calls.js';

export class PersistentSubscriptions {
  constructor(
    readonly log: LogFile,
    readonly clock: Clock,
  ) {}
  async start(): Promise<void> {}
  stop(): void {}
  service(_open: OpenCalls, _access: ServerAccess | undefined): UntypedServiceImplementation {
    return {};
  }
}
