import { HttpException } from '@nestjs/common';
import { Refusal } from '../../../libs/domain/shared/refusal.js';
import { AppendTooLarge, EventStoreUnavailable, LogClosed, WrongExpectedRevision } from '../../../libs/event-store/event-store.port.js';
import { ReadStoreUnavailable } from '../../../libs/read-store/read-store.port.js';
import { QuestionNotUnderstood } from '../../../libs/reporting/queries.js';
import { TimeNotUnderstood } from '../../../libs/reporting/time/report-zone.js';
import { RequestProblem, problem } from './problem.js';
import { refusalStatus } from './refusal-status.js';

const RETRY_AFTER_SECONDS = '1';

function ofHttpException(error: HttpException): RequestProblem {
  const status = error.getStatus();
  switch (status) {
    case 404:
      return new RequestProblem(problem(404, 'request/no-such-route', `${error.message}; GET /openapi.json lists what there is`));
    case 413:
      return new RequestProblem(problem(413, 'request/too-large', 'the body is larger than this route takes'));
    case 415:
      return new RequestProblem(problem(415, 'request/media-type', 'send the body as application/json'));
    default:
      return new RequestProblem(problem(status, status < 500 ? 'request/malformed' : 'server/fault', error.message));
  }
}

/** What a fault looks like from outside; undefined for one that nobody foresaw: that is a 500 and is logged. */
export function problemOf(error: unknown): RequestProblem | undefined {
  if (error instanceof RequestProblem) return error;
  if (error instanceof Refusal)
    return new RequestProblem(problem(refusalStatus(error.code), error.code, error.message, { details: error.details }));
  if (error instanceof WrongExpectedRevision) {
    const currentRevision = error.actual === -1 ? null : error.actual;
    return new RequestProblem(
      problem(412, 'request/revision-mismatch', error.message, { currentRevision }),
      currentRevision === null ? {} : { etag: `"${currentRevision}"` },
    );
  }
  if (error instanceof QuestionNotUnderstood || error instanceof TimeNotUnderstood)
    return new RequestProblem(
      problem(400, 'question/not-understood', error.message, { errors: [{ path: 'query', message: error.message }] }),
    );
  if (error instanceof EventStoreUnavailable || error instanceof ReadStoreUnavailable)
    return new RequestProblem(problem(503, 'store/unavailable', error.message), { 'retry-after': RETRY_AFTER_SECONDS });
  if (error instanceof AppendTooLarge) return new RequestProblem(problem(413, 'request/too-large', error.message));
  if (error instanceof LogClosed) return new RequestProblem(problem(409, 'log/closed', error.message));
  if (error instanceof HttpException) return ofHttpException(error);
  return undefined;
}
