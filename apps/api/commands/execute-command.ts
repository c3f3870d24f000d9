import type { ICommandHandler } from '@nestjs/cqrs';
import { Command as BusCommand, CommandHandler } from '@nestjs/cqrs';
import { Inject } from '@nestjs/common';
import type { CommandContext, CommandOutcome } from '../../../libs/command-handling/command.js';
import type { CommandHandling } from '../../../libs/command-handling/command-handling.js';
import type { Intake, IntakeOutcome } from '../../../libs/command-handling/intake.js';
import type { Command } from '../../../libs/domain/commands.js';
import { COMMAND_HANDLING } from '../parts.js';

/** A command of the business on its way through Nest's bus, with who asks and under which conditions. */
export class ExecuteCommand extends BusCommand<CommandOutcome> {
  constructor(
    readonly command: Command,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand> {
  constructor(@Inject(COMMAND_HANDLING) private readonly commands: CommandHandling) {}

  execute({ command, context }: ExecuteCommand): Promise<CommandOutcome> {
    return this.commands.execute(command, context);
  }
}

/** A request with its contact and company, each by reference or new: up to three streams, in an order that a crash may interrupt and the same key completes. */
export class RegisterIntake extends BusCommand<IntakeOutcome> {
  constructor(
    readonly intake: Intake,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(RegisterIntake)
export class RegisterIntakeHandler implements ICommandHandler<RegisterIntake> {
  constructor(@Inject(COMMAND_HANDLING) private readonly commands: CommandHandling) {}

  execute({ intake, context }: RegisterIntake): Promise<IntakeOutcome> {
    return this.commands.registerRequest(intake, context);
  }
}
