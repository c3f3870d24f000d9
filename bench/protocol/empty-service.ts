import Database from 'better-sqlite3';
import type { ServerDuplexStream, ServerWritableStream } from '@grpc/grpc-js';
import { ServerFeaturesService, StreamsService, grpc, shared, streams } from '../../libs/event-store/protocol-server/generated.js';
import type { IServerFeaturesServer, IStreamsServer, Streams } from '../../libs/event-store/protocol-server/generated.js';
import { streamIdentifier, uuidMessage } from '../../libs/event-store/protocol-server/messages.js';
import { supportedMethods } from '../../libs/event-store/protocol-server/server-info.js';

type ReadCall = ServerWritableStream<Streams.ReadReq, Streams.ReadResp>;

/**
 * Moves the same messages and does nothing else: no disk, no rules, no ids looked up. What is left is grpc-js and the client. With a file, each message of appends is
 * a commit to it, synced as ours are.
 */
export async function startEmptyService(file?: string): Promise<string> {
  const keep = file === undefined ? undefined : committerOf(file);
  const kept: Streams.ReadResp[] = [];
  const followers = new Set<ReadCall>();
  const noCall = (): never => {
    throw new Error('not measured');
  };

  const streamsService: IStreamsServer = {
    batchAppend: (call: ServerDuplexStream<Streams.BatchAppendReq, Streams.BatchAppendResp>) => {
      let stream = '';
      call.on('data', (request: Streams.BatchAppendReq) => {
        const options = request.getOptions();
        if (options !== undefined) stream = Buffer.from(options.getStreamIdentifier()?.getStreamName_asU8() ?? []).toString('utf8');
        keep?.(request.getProposedMessagesList().map((message) => Buffer.from(message.getData_asU8())));
        for (const message of request.getProposedMessagesList()) {
          const event = readEventOf(message, stream, kept.length);
          kept.push(event);
          for (const follower of followers) follower.write(event);
        }
        const at = String(kept.length);
        const success = new streams.BatchAppendResp.Success()
          .setCurrentRevision(at)
          .setPosition(new shared.AllStreamPosition().setCommitPosition(at).setPreparePosition(at));
        const correlation = uuidMessage(request.getCorrelationId()?.getString() ?? '', 'string');
        call.write(
          new streams.BatchAppendResp().setCorrelationId(correlation).setStreamIdentifier(streamIdentifier(stream)).setSuccess(success),
        );
      });
      call.on('end', () => call.end());
    },
    read: (call) => void answer(call, kept, followers),
    append: noCall,
    delete: noCall,
    tombstone: noCall,
  };
  const server = new grpc.Server({ 'grpc.max_receive_message_length': 16 * 1024 * 1024 });
  server.addService(StreamsService, streamsService);
  const featuresService: IServerFeaturesServer = { getSupportedMethods: (_call, callback) => callback(null, supportedMethods()) };
  server.addService(ServerFeaturesService, featuresService);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', grpc.ServerCredentials.createInsecure(), (error, bound) => (error ? reject(error) : resolve(bound))),
  );
  return `esdb://127.0.0.1:${port}?tls=false`;
}

function committerOf(file: string): (events: readonly Buffer[]) => void {
  const db = new Database(file);
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.exec('CREATE TABLE kept (position INTEGER PRIMARY KEY, data BLOB NOT NULL)');
  const insert = db.prepare('INSERT INTO kept (data) VALUES (?)');
  return db.transaction((events: readonly Buffer[]) => events.forEach((data) => insert.run(data)));
}

async function answer(call: ReadCall, kept: readonly Streams.ReadResp[], followers: Set<ReadCall>): Promise<void> {
  const options = call.request.getOptions();
  if (options?.hasSubscription() === true) {
    call.write(new streams.ReadResp().setConfirmation(new streams.ReadResp.SubscriptionConfirmation().setSubscriptionId('s')));
    call.on('cancelled', () => followers.delete(call));
    if (options.getAll()?.hasEnd() !== true) await send(call, kept, kept.length);
    call.write(new streams.ReadResp().setCaughtUp(new streams.ReadResp.CaughtUp()));
    followers.add(call);
    return;
  }
  await send(call, kept, Math.min(kept.length, Number(options?.getCount() ?? 0)));
  call.end();
}

async function send(call: ReadCall, kept: readonly Streams.ReadResp[], count: number): Promise<void> {
  for (let index = 0; index < count && !call.cancelled; index += 1) {
    const event = kept[index];
    if (event !== undefined && !call.write(event)) await new Promise((resolve) => call.once('drain', resolve));
  }
}

function readEventOf(message: Streams.BatchAppendReq.ProposedMessage, stream: string, at: number): Streams.ReadResp {
  const { ReadEvent } = streams.ReadResp;
  const event = new ReadEvent.RecordedEvent()
    .setId(message.getId())
    .setStreamIdentifier(streamIdentifier(stream))
    .setStreamRevision(String(at))
    .setCommitPosition(String(at))
    .setPreparePosition(String(at))
    .setCustomMetadata(message.getCustomMetadata_asU8())
    .setData(message.getData_asU8());
  for (const key of ['type', 'content-type']) event.getMetadataMap().set(key, message.getMetadataMap().get(key) ?? '');
  event.getMetadataMap().set('created', `${Date.now()}0000`);
  return new streams.ReadResp().setEvent(new ReadEvent().setEvent(event).setCommitPosition(String(at)));
}
