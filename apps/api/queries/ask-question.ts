import { Inject } from '@nestjs/common';
import type { IQueryHandler } from '@nestjs/cqrs';
import { Query, QueryHandler } from '@nestjs/cqrs';
import type { Asker } from '../../../projections/answers/sources.js';
import { one } from '../../questions/given.js';
import type { Given, Question } from '../../questions/question.js';
import type { AnswersByZone } from '../../wiring/answers-by-zone.js';
import { ANSWERS } from '../parts.js';

export class AskQuestion extends Query<object> {
  constructor(
    readonly question: Question,
    readonly given: Given,
    readonly asker: Asker,
    readonly id: string,
  ) {
    super();
  }
}

@QueryHandler(AskQuestion)
export class AskQuestionHandler implements IQueryHandler<AskQuestion> {
  constructor(@Inject(ANSWERS) private readonly answers: AnswersByZone) {}

  execute({ question, given, asker, id }: AskQuestion): Promise<object> {
    return question.ask(this.answers.in(one(given, 'timeZone')), given, asker, id);
  }
}
