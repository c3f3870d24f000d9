// What the recorded cases were recorded with, over again: a server, the Node client and raw calls, and outcomes written the same way.
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type { AppendExpectedRevision, EventData, ReadStreamOptions } from '@eventstore/db-client';
import type { StreamsClient } from '@eventstore/db-client/generated/streams_grpc_pb.js';
import { status } from '@grpc/grpc-js';
import { openLogFile } from '../../sqlite/log-file.js';
import { grpc } from '../generated.js';
import { startProtocolServer } from '../protocol-server.js';
import type { ProtocolServer } from '../protocol-server.js';

/** A log position in an outcome: replaced by P1, P2, … in the order of their values. */
class At {
  constructor(readonly value: bigint) {}
}

/** What the client throws, as far as the recorded cases show it. */
interface Thrown {
  readonly constructor: { readonly name: string };
  readonly type?: string;
  readonly streamName?: string;
  readonly groupName?: string;
  readonly expectedVersion?: bigint | string;
  readonly actualVersion?: bigint | string;
  readonly maxAppendSize?: number;
  readonly code?: number;
  readonly message: string;
  readonly details?: string;
  readonly metadata?: { getMap(): Record<string, unknown> };
  readonly _raw?: { code: number; details: string; metadata: { getMap(): Record<string, unknown> } };
}

interface ClientEvent {
  readonly streamId: string;
  readonly revision: bigint;
  readonly type: string;
  readonly id: string;
  readonly isJson: boolean;
  readonly data: unknown;
  readonly metadata?: unknown;
  readonly position?: { commit: bigint; prepare: bigint } | undefined;
}

/** Plain appends take credentials; without TLS the client drops them. */
const PLAIN = { credentials: { username: 'admin', password: 'changeit' } };

export class Probe {
  client!: EventStoreDBClient;
  raw!: StreamsClient;
  private server!: ProtocolServer;
  private readonly names = new Map<string, string>();
  private readonly dir = mkdtempSync(join(tmpdir(), 'dealtrail-behaviour-'));
  private log!: ReturnType<typeof openLogFile>;

  async start(): Promise<void> {
    const clock = { now: () => Date.now() };
    this.log = openLogFile({ file: join(this.dir, 'log.db'), clock });
    this.server = await startProtocolServer({ log: this.log, clock, ownCategories: { kind: 'refused' }, port: 0 });
    this.client = EventStoreDBClient.connectionString(this.server.connectionString);
    const load = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'));
    const { StreamsClient: Streams } = load('../generated/streams_grpc_pb.js') as { StreamsClient: typeof StreamsClient };
    this.raw = new Streams(`127.0.0.1:${this.server.port}`, grpc.credentials.createInsecure());
  }

  get url(): string {
    return this.server.connectionString;
  }

  async restart(): Promise<void> {
    await this.disconnect();
    await this.start();
  }

  async stop(): Promise<void> {
    await this.disconnect();
    rmSync(this.dir, { recursive: true });
  }

  /** An event of a name, under an id that outcomes show as `id:name`. */
  event(name: string, type = 'T'): EventData {
    const id = randomUUID();
    this.names.set(id, `id:${name}`);
    return jsonEvent({ id, type, data: { n: name } });
  }

  events(names: readonly string[]): EventData[] {
    return names.map((name) => this.event(name));
  }

  async append(mode: string, stream: string, events: EventData[], expectedRevision: AppendExpectedRevision): Promise<unknown> {
    return this.outcome(async () => {
      const options = { expectedRevision, ...(mode === 'plain' ? PLAIN : {}) };
      const result = await this.client.appendToStream(stream, events, options);
      return this.appendResult(result);
    });
  }

  appendResult(result: {
    success: boolean;
    nextExpectedRevision: bigint;
    position?: { commit: bigint; prepare: bigint } | undefined;
  }): unknown {
    const { success, nextExpectedRevision, position } = result;
    return { success, nextExpectedRevision: plain(nextExpectedRevision), ...(position && { position: place(position) }) };
  }

  async brief(stream: string, options: ReadStreamOptions & { maxCount?: number | bigint } = {}): Promise<unknown> {
    return this.outcome(async () => (await this.read(stream, options)).map(briefly));
  }

  async full(stream: string, options: ReadStreamOptions = {}): Promise<unknown> {
    return this.outcome(async () => (await this.read(stream, options)).map((event) => this.fully(event)));
  }

  async read(stream: string, options: ReadStreamOptions = {}): Promise<ClientEvent[]> {
    const events: ClientEvent[] = [];
    for await (const { event } of this.client.readStream(stream, options)) if (event !== undefined) events.push(event as ClientEvent);
    return events;
  }

  async readAll(options: Parameters<EventStoreDBClient['readAll']>[0] = {}): Promise<ClientEvent[]> {
    const events: ClientEvent[] = [];
    for await (const { event } of this.client.readAll(options)) if (event !== undefined) events.push(event as ClientEvent);
    return events;
  }

  async metadata(stream: string): Promise<unknown> {
    return this.outcome(async () => {
      const { streamName, metadata, metastreamRevision } = await this.client.getStreamMetadata(stream);
      return {
        streamName,
        ...(metadata && { metadata }),
        ...(metastreamRevision !== undefined && { metastreamRevision: new At(metastreamRevision) }),
      };
    });
  }

  fully(event: ClientEvent): unknown {
    const { streamId, revision, type, id, isJson, data, metadata, position } = event;
    return {
      event: {
        stream: streamId,
        revision: plain(revision),
        type,
        id: this.nameOf(id),
        isJson,
        data: isJson ? data : `bytes:${Buffer.from(data as Uint8Array).toString('utf8')}`,
        ...(metadata !== undefined && { metadata }),
        ...(position && { position: place(position) }),
      },
      ...(position && { commitPosition: new At(position.commit) }),
    };
  }

  async outcome(work: () => Promise<unknown>): Promise<unknown> {
    try {
      const ok = await work();
      return { ok: ok ?? 'void' };
    } catch (error) {
      return { error: thrown(error as Thrown) };
    }
  }

  nameOf(id: string): string {
    return this.names.get(id) ?? '<uuid>';
  }

  private async disconnect(): Promise<void> {
    await this.client.dispose();
    this.raw.close();
    await this.server.stop();
    this.log.close();
  }
}

export function thrown(error: Thrown): unknown {
  const { type, streamName, groupName, expectedVersion, actualVersion, maxAppendSize, code, message } = error;
  const raw =
    error._raw ??
    (error.metadata === undefined || code === undefined ? undefined : { code, details: error.details ?? '', metadata: error.metadata });
  return {
    class: error.constructor.name,
    ...(type !== undefined && { type }),
    ...(streamName !== undefined && { streamName }),
    ...(groupName !== undefined && { groupName }),
    ...(expectedVersion !== undefined && { expectedVersion: plain(expectedVersion) }),
    ...(actualVersion !== undefined && { actualVersion: plain(actualVersion) }),
    ...(maxAppendSize !== undefined && { maxAppendSize }),
    ...(code !== undefined && { code }),
    message,
    ...(raw && { grpc: { code: raw.code, codeName: status[raw.code], details: raw.details, trailers: raw.metadata.getMap() } }),
  };
}

export function briefly(event: ClientEvent): string {
  return `${event.streamId}@${event.revision}:${event.type}`;
}

export function place(position: { commit: bigint; prepare: bigint }): { commit: At; prepare: At } {
  return { commit: new At(position.commit), prepare: new At(position.prepare) };
}

export function at(value: string | bigint): At {
  return new At(BigInt(value));
}

function plain(value: bigint | string): number | string {
  if (typeof value === 'string') return value;
  return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
}

/** Positions by rank; trailers without what HTTP adds by itself. Applied to what was recorded and to what we saw. */
export function normalised(outcome: unknown): unknown {
  const values = new Set<bigint>();
  const collect = (value: unknown): void => {
    if (value instanceof At) values.add(value.value);
    else if (typeof value === 'object' && value !== null) Object.values(value).forEach(collect);
  };
  collect(outcome);
  const ranks = [...values].sort((a, b) => (a < b ? -1 : 1));
  const write = (value: unknown): unknown => {
    if (value instanceof At) return `P${ranks.indexOf(value.value) + 1}`;
    if (Array.isArray(value)) return value.map(write);
    if (typeof value === 'string') return value.replaceAll('x'.repeat(300), 'x*300');
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, member]) => [key, key === 'trailers' ? ownTrailers(member) : write(member)] as const);
    return Object.fromEntries(entries);
  };
  return write(outcome);
}

const HTTP_TRAILERS = new Set(['content-length', 'content-type', 'date']);

function ownTrailers(trailers: unknown): unknown {
  return Object.fromEntries(Object.entries(trailers as Record<string, unknown>).filter(([name]) => !HTTP_TRAILERS.has(name)));
}
