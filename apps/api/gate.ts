import type { FastifyInstance } from 'fastify';
import { problem } from './http/problem.js';
import { sendProblem } from './http/send-problem.js';

/** While the server has something to finish first, commands and questions are asked to come back; health, documentation and events answer. */
export class Gate {
  #reason: string | null = null;
  #draining = false;

  get reason(): string | null {
    return this.#reason;
  }

  /** Everything is answered still, but the server is about to end. */
  get draining(): boolean {
    return this.#draining;
  }

  drain(): void {
    this.#draining = true;
  }

  async during<T>(reason: string, work: () => Promise<T>): Promise<T> {
    this.#reason = reason;
    try {
      return await work();
    } finally {
      this.#reason = null;
    }
  }

  guard(server: FastifyInstance): void {
    server.addHook('onRequest', (request, reply, done) => {
      if (this.#reason === null || !request.url.startsWith('/v1/') || request.url.startsWith('/v1/events')) return done();
      void sendProblem(reply, { problem: problem(503, 'server/starting', this.#reason), headers: { 'retry-after': '1' } });
    });
  }
}
