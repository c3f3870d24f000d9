import type { Socket } from 'node:net';
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import type { Problem } from './problem.js';
import { problem } from './problem.js';
import { sendProblem } from './send-problem.js';

const TOO_LONG = problem(414, 'request/address-too-long', 'the address is longer than any of ours');
const NO_ADDRESS = problem(400, 'request/malformed', 'the address cannot be read: a % is followed by two hexadecimal digits');
const HEADERS_TOO_LARGE = problem(431, 'request/headers-too-large', 'the headers are larger than 16 KiB together');
const TIMED_OUT = problem(408, 'request/timed-out', 'the request did not come to its end in time');
const NO_HTTP = problem(400, 'request/malformed', 'this is no HTTP/1.1 request that can be read');

/** For requests that the router cannot take: no hook, no route and no filter sees them. */
export function answerUnroutable(error: FastifyError, _request: FastifyRequest, reply: FastifyReply): void {
  void sendProblem(reply, { problem: error.statusCode === 414 ? TOO_LONG : NO_ADDRESS, headers: {} });
}

function problemOf({ code }: NodeJS.ErrnoException): Problem {
  if (code === 'HPE_HEADER_OVERFLOW') return HEADERS_TOO_LARGE;
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' ? TIMED_OUT : NO_HTTP;
}

/** For what is no request at all; written to the socket, which then is closed. */
export function answerNoRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy(error);
  const said = problemOf(error);
  const body = `${JSON.stringify(said)}\n`;
  socket.end(
    `HTTP/1.1 ${said.status} ${said.title}\r\ncontent-type: application/problem+json; charset=utf-8\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
