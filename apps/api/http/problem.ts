import { STATUS_CODES } from 'node:http';

/** RFC 9457. `code` is stable and for programs, `detail` is one line for people. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Where the request is wrong, fault by fault: `value.amount`, `header If-Match`, `query asOf`. */
  readonly errors?: readonly Fault[];
  readonly [extension: string]: unknown;
}

export interface Fault {
  readonly path: string;
  readonly message: string;
}

/** A request that ends here; the filter writes it as `application/problem+json`. */
export class RequestProblem extends Error {
  override readonly name = 'RequestProblem';
  constructor(
    readonly problem: Problem,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(problem.detail);
  }
}

export function problem(status: number, code: string, detail: string, more: Readonly<Record<string, unknown>> = {}): Problem {
  return { type: `urn:dealtrail:problem:${code}`, title: STATUS_CODES[status] ?? 'Problem', status, code, detail, ...more };
}

/** 400 with the path of each fault. */
export function malformed(errors: readonly Fault[]): RequestProblem {
  const [first] = errors;
  const more = errors.length > 1 ? `, and ${errors.length - 1} more` : '';
  const detail = first ? `${first.path === '' ? 'the body' : first.path} ${first.message}${more}` : 'the request is malformed';
  return new RequestProblem(problem(400, 'request/malformed', detail, { errors }));
}
