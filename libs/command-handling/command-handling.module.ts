import type { DynamicModule } from '@nestjs/common';
import { Inject, Module } from '@nestjs/common';
import type { ICommandHandler } from '@nestjs/cqrs';
import { Command as BusCommand, CommandHandler, CqrsModule } from '@nestjs/cqrs';
import type { Command } from '../domain/commands.js';
import type { CommandContext, CommandOutcome } from './command.js';
import { CommandHandling } from './command-handling.js';
import type { Intake, IntakeOutcome } from './intake.js';

/** What travels over the CommandBus: any command, with what came with it. */
export class ExecuteCommand extends BusCommand<CommandOutcome> {
  constructor(
    readonly command: Command,
    readonly context: CommandContext,
  ) {
    super();
  }
}

/** A request with its company and contact. */
export class RegisterIntake extends BusCommand<IntakeOutcome> {
  constructor(
    readonly intake: Intake,
    readonly context: CommandContext,
  ) {
    super();
  }
}

@CommandHandler(ExecuteCommand)
export class ExecuteCommandHandler implements ICommandHandler<ExecuteCommand> {
  constructor(@Inject(CommandHandling) private readonly handling: CommandHandling) {}

  execute({ command, context }: ExecuteCommand): Promise<CommandOutcome> {
    return this.handling.execute(command, context);
  }
}

@CommandHandler(RegisterIntake)
export class RegisterIntakeHandler implements ICommandHandler<RegisterIntake> {
  constructor(@Inject(CommandHandling) private readonly handling: CommandHandling) {}

  execute({ intake, context }: RegisterIntake): Promise<IntakeOutcome> {
    return this.handling.registerRequest(intake, context);
  }
}

/** Gives the CommandBus its handlers; the handling itself is a plain object that the wiring opens. */
@Module({})
export class CommandHandlingModule {
  static of(handling: CommandHandling): DynamicModule {
    return {
      module: CommandHandlingModule,
      imports: [CqrsModule],
      providers: [{ provide: CommandHandling, useValue: handling }, ExecuteCommandHandler, RegisterIntakeHandler],
      exports: [CqrsModule, CommandHandling],
    };
  }
}
