import type { FastifyRequest } from 'fastify';
import type { StreamCategory } from '../../../libs/domain/shared/ids.js';
import { ID_PATTERN, STREAM_CATEGORIES } from '../../../libs/domain/shared/ids.js';
import type { Place } from '../../../libs/domain/shared/position.js';
import { LOG_START, parsePlace } from '../../../libs/domain/shared/position.js';
import { catalog } from '../../../libs/event-catalog/catalog.js';
import type { Fault } from '../http/problem.js';
import { malformed } from '../http/problem.js';
import type { FeedQuestion } from './event-feed.js';

const PARAMETERS = ['after', 'category', 'type', 'deal'];

function listOf(value: unknown): string[] {
  if (value === undefined) return [];
  return (Array.isArray(value) ? value : [value]).flatMap((each) => String(each).split(','));
}

function readPlace(text: string, path: string, faults: Fault[]): Place {
  const place = parsePlace(text);
  if (place === undefined)
    faults.push({ path, message: 'must be a position: up to 20 digits, perhaps with the id of its event behind a slash' });
  return place ?? { position: LOG_START };
}

function placeOf({ headers }: FastifyRequest, after: unknown, faults: Fault[]): Place {
  const seen = headers['last-event-id'];
  // A client that reconnects goes on where it was, whatever its address began with.
  if (typeof seen === 'string' && seen !== '') return readPlace(seen, 'header Last-Event-ID', faults);
  return after === undefined ? { position: LOG_START } : readPlace(String(after), 'query after', faults);
}

/** @throws RequestProblem 400 */
export function feedQuestion(request: FastifyRequest): FeedQuestion {
  const said = request.query as Record<string, unknown>;
  const faults: Fault[] = Object.keys(said)
    .filter((name) => !PARAMETERS.includes(name))
    .map((name) => ({ path: `query ${name.slice(0, 100)}`, message: `is nothing that this takes; take of ${PARAMETERS.join(', ')}` }));
  const { position: after, eventId } = placeOf(request, said['after'], faults);
  const categories = listOf(said['category']);
  if (!categories.every((name) => STREAM_CATEGORIES.includes(name as StreamCategory)))
    faults.push({ path: 'query category', message: `must be of ${STREAM_CATEGORIES.join(', ')}` });
  const types = listOf(said['type']);
  const unknown = types.find((type) => !catalog.has(type));
  if (unknown !== undefined) faults.push({ path: 'query type', message: `there is no event type ${unknown.slice(0, 100)}` });
  const deal = said['deal'];
  if (deal !== undefined && (typeof deal !== 'string' || !ID_PATTERN.test(deal)))
    faults.push({ path: 'query deal', message: 'must be the id of one deal' });
  if (deal !== undefined && categories.some((name) => name !== 'deal'))
    faults.push({ path: 'query category', message: 'must be deal, or left out, with deal' });
  if (faults.length > 0) throw malformed(faults);
  return {
    after,
    event: eventId,
    deal: deal as string | undefined, // checked above
    filter: {
      ...(categories.length > 0 ? { categories: categories as StreamCategory[] } : {}), // checked above
      ...(types.length > 0 ? { types } : {}),
    },
  };
}
