import { Inject, Module } from '@nestjs/common';
import type { DynamicModule } from '@nestjs/common';
import { CqrsModule, Query, QueryHandler } from '@nestjs/cqrs';
import type { IQueryHandler } from '@nestjs/cqrs';
import type { Answers } from './answers.js';

export const ANSWERS = Symbol('Answers');

type AnswerName = keyof Answers;
type AnswerArguments<N extends AnswerName> = Parameters<Answers[N]>;
type AnswerOf<N extends AnswerName> = Awaited<ReturnType<Answers[N]>>;

/** A question on its way over the QueryBus: `queryBus.execute(new Ask('pipeline', query, asker))`. */
export class Ask<N extends AnswerName> extends Query<AnswerOf<N>> {
  readonly args: AnswerArguments<N>;
  constructor(
    readonly name: N,
    ...args: AnswerArguments<N>
  ) {
    super();
    this.args = args;
  }
}

@QueryHandler(Ask)
class AskHandler implements IQueryHandler<Ask<AnswerName>> {
  constructor(@Inject(ANSWERS) private readonly answers: Answers) {}

  execute({ name, args }: Ask<AnswerName>): Promise<AnswerOf<AnswerName>> {
    // Name and arguments were checked against each other where the question was made.
    const answer = this.answers[name] as (...args: readonly unknown[]) => Promise<AnswerOf<AnswerName>>;
    return answer(...args);
  }
}

@Module({})
export class AnswersModule {
  static of(answers: Answers): DynamicModule {
    return {
      module: AnswersModule,
      imports: [CqrsModule],
      providers: [{ provide: ANSWERS, useValue: answers }, AskHandler],
      exports: [ANSWERS],
    };
  }
}
