import type { Command } from '../domain/commands.js';
import type { RecordedEvent } from '../domain/shared/envelope.js';
import type { StreamName } from '../domain/shared/ids.js';
import type { EpochMs } from '../domain/shared/instant.js';
import type { CommandContext, CommandOutcome, StepOptions, StreamOutcome, StreamSteps } from './command.js';
import type { StreamState } from './stream-state.js';

/** What requests that are made of several commands need of who carries them out (`CommandHandling`, which says more of each). */
export interface CarryingOut {
  execute(command: Command, context: CommandContext, body?: object): Promise<CommandOutcome>;
  executeStreams(requests: readonly StreamSteps[], options?: StepOptions): Promise<readonly StreamOutcome[]>;
  history(stream: StreamName): Promise<readonly RecordedEvent[]>;
  stateOf(stream: StreamName): Promise<StreamState>;
  bodyHash(body: object): string;
  now(): EpochMs;
}
