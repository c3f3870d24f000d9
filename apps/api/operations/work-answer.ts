import type { OutgoingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { OnProgress } from '../../operations/operation.js';
import { answerText } from '../../questions/question.js';
import { problemOf } from '../http/problem-of.js';
import { problem } from '../http/problem.js';

const LINES = 'application/x-ndjson';

/**
 * Carries long work out and answers with what it came to. Who accepts application/x-ndjson is told how far it is, one JSON line after the other: `{"progress":…}`,
 * then `{"answer":…}` or `{"problem":…}`.
 */
export async function answerWork(
  request: FastifyRequest,
  reply: FastifyReply,
  work: (onProgress: OnProgress, signal: AbortSignal) => Promise<object>,
): Promise<void> {
  const gone = new AbortController();
  request.raw.socket.once('close', () => gone.abort());
  if (!(request.headers.accept ?? '').includes(LINES)) {
    const answer = await work(() => undefined, gone.signal);
    void reply.type('application/json; charset=utf-8').send(answerText(answer));
    return;
  }
  reply.hijack();
  const { raw } = reply;
  raw.writeHead(200, { ...(reply.getHeaders() as OutgoingHttpHeaders), 'content-type': LINES }); // those of every answer too
  const line = (object: object): void => void raw.write(`${JSON.stringify(object)}\n`);
  try {
    line({ answer: await work((progress) => line({ progress }), gone.signal) });
  } catch (error) {
    line({ problem: problemOf(error)?.problem ?? problem(500, 'server/fault', 'an unforeseen fault; the server’s log has it') });
    if (!problemOf(error)) throw error;
  } finally {
    raw.end();
  }
}
