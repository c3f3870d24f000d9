import { STREAM_CATEGORIES, categoryOf } from '../domain/shared/ids.js';
import type { StreamCategory } from '../domain/shared/ids.js';

/** `acme` stands before our stream names as `acme_`. */
export function ownPrefix(streamPrefix: string): string {
  return streamPrefix === '' ? '' : `${streamPrefix}_`;
}

/** Of one of our streams, as a store names it (with our prefix); undefined for every other. */
export function ownCategory(prefix: string, stream: string): StreamCategory | undefined {
  if (!stream.startsWith(prefix) || !stream.includes('-', prefix.length)) return undefined;
  const category = categoryOf(stream.slice(prefix.length));
  return STREAM_CATEGORIES.find((own) => own === category);
}
