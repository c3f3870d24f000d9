import { HttpException } from '@nestjs/common';
import { IdempotencyKeyReused, RevisionMismatch, StreamContended } from '../../../libs/command-handling/errors.js';
import { DemoRefused } from '../../../libs/demo/run-demo.js';
import { AmountTooLarge } from '../../../libs/domain/shared/money.js';
import { Refusal } from '../../../libs/domain/shared/refusal.js';
import { InvalidEvent } from '../../../libs/event-catalog/errors.js';
import { AppendTooLarge, EventStoreUnavailable, LogClosed, WrongExpectedRevision } from '../../../libs/event-store/event-store.port.js';
import { MappingRefused } from '../../../libs/importing/mapping/mapping-node.js';
import { KeyStoreUnavailable } from '../../../libs/privacy/key-store.port.js';
import { AnotherHistory } from '../../../libs/projection-engine/faults.js';
import { NobodyAnswers } from '../../../libs/projection-engine/read-models.js';
import { ReadStoreUnavailable } from '../../../libs/read-store/read-store.port.js';
import { QuestionNotUnderstood } from '../../../libs/reporting/queries.js';
import { TimeNotUnderstood } from '../../../libs/reporting/time/report-zone.js';
import { AnswerNotReady, AskerGone, DealUnknown } from '../../../projections/answers/sources.js';
import { NoSuchModel } from '../../operations/models.js';
import { RequestProblem, malformed, problem } from './problem.js';
import { refusalStatus } from './refusal-status.js';

const RETRY = { 'retry-after': '1' };
const UNAVAILABLE = [EventStoreUnavailable, ReadStoreUnavailable, KeyStoreUnavailable, StreamContended] as const;

function plain(status: number, code: string, error: Error, more: Readonly<Record<string, unknown>> = {}): RequestProblem {
  return new RequestProblem(problem(status, code, error.message, more));
}

function ofRefusal(refusal: Refusal): RequestProblem {
  const { legal } = refusal.details;
  return plain(refusalStatus(refusal.code), refusal.code, refusal, { ...(legal === undefined ? {} : { legal }), details: refusal.details });
}

function ofRevision(error: RevisionMismatch | WrongExpectedRevision): RequestProblem {
  const currentRevision = error.actual === -1 ? null : error.actual;
  const headers: Record<string, string> = currentRevision === null ? {} : { etag: `"${currentRevision}"` };
  return new RequestProblem(problem(412, 'request/revision-mismatch', error.message, { currentRevision }), headers);
}

function ofView(error: AnswerNotReady): RequestProblem {
  const late = error.code === 'late';
  const said = problem(late ? 503 : 409, late ? 'view/late' : 'view/parked', error.message, { position: error.position });
  return new RequestProblem(said, late ? RETRY : {});
}

/** What reads the parts of an upload says what is wrong with them by a code and a status of HTTP. */
function isOfParts(error: Error): error is Error & { readonly statusCode: number } {
  const { code, statusCode } = error as { readonly code?: unknown; readonly statusCode?: unknown };
  return typeof code === 'string' && code.startsWith('FST_') && typeof statusCode === 'number' && statusCode >= 400 && statusCode < 500;
}

function ofParts(error: Error & { readonly statusCode: number }): RequestProblem {
  return plain(error.statusCode, error.statusCode === 413 ? 'request/too-large' : 'request/malformed', error);
}

function ofHttpException(error: HttpException): RequestProblem {
  const status = error.getStatus();
  switch (status) {
    case 404:
      return plain(404, 'request/no-such-route', new Error(`${error.message}; GET /openapi.json lists what there is`));
    case 413:
      return plain(413, 'request/too-large', new Error('the body is larger than this route takes'));
    case 415:
      return plain(415, 'request/media-type', new Error('send the body as application/json'));
    default:
      return plain(status, status < 500 ? 'request/malformed' : 'server/fault', error);
  }
}

/** What a fault looks like from outside; undefined for one that nobody foresaw: that is a 500 and is logged. */
export function problemOf(error: unknown): RequestProblem | undefined {
  if (error instanceof RequestProblem) return error;
  if (error instanceof Refusal) return ofRefusal(error);
  if (error instanceof RevisionMismatch || error instanceof WrongExpectedRevision) return ofRevision(error);
  if (error instanceof IdempotencyKeyReused) return plain(422, 'request/idempotency-key-reused', error);
  if (error instanceof AnswerNotReady) return ofView(error);
  // Nobody reads it: what others write down of such an end, and no server says.
  if (error instanceof AskerGone) return plain(499, 'request/given-up', error);
  if (error instanceof DealUnknown) return plain(404, 'deal/unknown', error);
  if (error instanceof AnotherHistory) return plain(409, 'view/another-history', error);
  if (error instanceof QuestionNotUnderstood || error instanceof TimeNotUnderstood)
    return plain(400, 'question/not-understood', error, { errors: [{ path: 'query', message: error.message }] });
  if (error instanceof AmountTooLarge) return plain(422, 'question/too-large', error);
  // What a decider made of the body does not fit the catalog: nothing was appended.
  if (error instanceof InvalidEvent) return malformed(error.faults.length > 0 ? error.faults : [{ path: '', message: error.message }]);
  if (error instanceof MappingRefused)
    return malformed(
      error.problems.map(({ path, line, message }) => ({ path: `mapping ${path}${line === undefined ? '' : `, line ${line}`}`, message })),
    );
  if (error instanceof DemoRefused) return plain(409, 'demo/refused', error);
  if (error instanceof NoSuchModel) return plain(404, 'projections/no-such-model', error);
  if (error instanceof NobodyAnswers) return plain(503, 'projections/nobody-answers', error);
  if (error instanceof AppendTooLarge) return plain(413, 'request/too-large', error);
  if (error instanceof LogClosed) return plain(409, 'log/closed', error);
  if (error instanceof Error && UNAVAILABLE.some((type) => error instanceof type))
    return new RequestProblem(problem(503, 'store/unavailable', error.message), RETRY);
  if (error instanceof HttpException) return ofHttpException(error);
  if (error instanceof Error && isOfParts(error)) return ofParts(error);
  return undefined;
}
