import { Inject, Injectable } from '@nestjs/common';
import { CommandBus } from '@nestjs/cqrs';
import type { CommandContext, CommandOutcome } from '../../../libs/command-handling/command.js';
import type { Command } from '../../../libs/domain/commands.js';
import { isoInstant } from '../../../libs/domain/shared/instant.js';
import type { Call } from '../http/call.js';
import { POSITION_HEADER, REPEATED_HEADER } from '../http/call.js';
import type { CommandBody } from './bodies/shared.bodies.js';
import { effectiveAtOf } from './bodies/shared.bodies.js';
import type { CommandAnswer } from './command-answer.js';
import { ExecuteCommand } from './execute-command.js';

export function contextOf(call: Call, body: CommandBody | undefined): CommandContext {
  const { actor, correlationId, idempotencyKey, expectedRevision } = call;
  const effectiveAt = body && effectiveAtOf(body);
  return {
    actor,
    correlationId,
    ...(idempotencyKey === undefined ? {} : { idempotencyKey }),
    ...(expectedRevision === undefined ? {} : { expectedRevision }),
    ...(effectiveAt === undefined ? {} : { effectiveAt }),
  };
}

/** What a controller hands a command to: the bus on the way in, headers and body on the way out. */
@Injectable()
export class CommandGate {
  constructor(@Inject(CommandBus) private readonly bus: CommandBus) {}

  async run(call: Call, body: CommandBody | undefined, command: Command): Promise<CommandAnswer> {
    return this.answer(call, await this.bus.execute(new ExecuteCommand(command, contextOf(call, body))));
  }

  /** The body is that of the first answer, repeated or not; a header tells a repetition. */
  answer({ reply }: Call, outcome: CommandOutcome): CommandAnswer {
    const { id, stream, revision, position, recordedAt, events } = outcome;
    void reply.header('etag', `"${revision}"`).header(POSITION_HEADER, position);
    if (outcome.repeated) void reply.header(REPEATED_HEADER, 'true');
    return {
      id,
      stream,
      revision,
      position,
      recordedAt: isoInstant(recordedAt),
      events: events.map(({ eventId, type }) => ({ eventId, type })),
    };
  }
}
