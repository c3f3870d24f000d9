import { LRUCache } from 'lru-cache';
import { reportZone } from '../../libs/reporting/time/report-zone.js';
import type { ReportZone } from '../../libs/reporting/time/report-zone.js';
import type { Answers } from '../../projections/answers/answers.js';
import { openAnswers } from '../../projections/answers/answers.js';
import type { AnswersOptions } from '../../projections/answers/sources.js';
import type { ReportThread } from './report-thread.js';

/** Zones that are asked for at the same time; each keeps caches of its own. */
const ZONES = 8;

/** Answers in the configured zone, or in the one that a question names. */
export class AnswersByZone {
  private readonly others = new LRUCache<ReportZone, Answers>({ max: ZONES });
  private readonly configured: Answers;

  /** `reports`: a thread that makes those that follow deals. */
  constructor(
    private readonly options: AnswersOptions,
    private readonly reports?: ReportThread,
  ) {
    this.configured = this.open(options);
  }

  /** @throws TimeNotUnderstood for a zone that does not exist */
  in(zone?: string): Answers {
    const named = reportZone(zone, this.options.timeZone);
    if (named === this.options.timeZone) return this.configured;
    const found = this.others.get(named) ?? this.open({ ...this.options, timeZone: named });
    this.others.set(named, found);
    return found;
  }

  private open(options: AnswersOptions): Answers {
    const answers = openAnswers(options);
    return this.reports?.answers(answers, options.timeZone) ?? answers;
  }
}
