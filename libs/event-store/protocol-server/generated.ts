// The service and message code that @eventstore/db-client ships. It is CommonJS and brings its own google-protobuf: everything comes from beside it,
// because messages of another copy of that library do not mix with these.
import { createRequire } from 'node:module';
import type * as GrpcTypes from '@grpc/grpc-js';
import type { Any } from 'google-protobuf/google/protobuf/any_pb.js';
import type { Empty } from 'google-protobuf/google/protobuf/empty_pb.js';
import type { Timestamp } from 'google-protobuf/google/protobuf/timestamp_pb.js';
import type * as Code from '@eventstore/db-client/generated/code_pb.js';
import type * as Features from '@eventstore/db-client/generated/serverfeatures_pb.js';
import type * as Gossip from '@eventstore/db-client/generated/gossip_pb.js';
import type * as Persistent from '@eventstore/db-client/generated/persistent_pb.js';
import type * as Shared from '@eventstore/db-client/generated/shared_pb.js';
import type * as Status from '@eventstore/db-client/generated/status_pb.js';
import type * as Streams from '@eventstore/db-client/generated/streams_pb.js';
import type { IGossipServer, IGossipService } from '@eventstore/db-client/generated/gossip_grpc_pb.js';
import type {
  IPersistentSubscriptionsServer,
  IPersistentSubscriptionsService,
} from '@eventstore/db-client/generated/persistent_grpc_pb.js';
import type { IServerFeaturesServer, IServerFeaturesService } from '@eventstore/db-client/generated/serverfeatures_grpc_pb.js';
import type { IStreamsServer, IStreamsService } from '@eventstore/db-client/generated/streams_grpc_pb.js';

const beside = createRequire(createRequire(import.meta.url).resolve('@eventstore/db-client'));
/** Each file is what its declaration says; `require` cannot know. */
const load = (name: string): unknown => beside(`../generated/${name}.js`);

export const streams = load('streams_pb') as typeof Streams;
export const shared = load('shared_pb') as typeof Shared;
export const persistent = load('persistent_pb') as typeof Persistent;
export const gossip = load('gossip_pb') as typeof Gossip;
export const features = load('serverfeatures_pb') as typeof Features;
export const status = load('status_pb') as typeof Status;
export const code = load('code_pb') as typeof Code;
export const google = {
  Any: (beside('google-protobuf/google/protobuf/any_pb.js') as { Any: typeof Any }).Any,
  Empty: (beside('google-protobuf/google/protobuf/empty_pb.js') as { Empty: typeof Empty }).Empty,
  Timestamp: (beside('google-protobuf/google/protobuf/timestamp_pb.js') as { Timestamp: typeof Timestamp }).Timestamp,
};

export const StreamsService = (load('streams_grpc_pb') as { StreamsService: IStreamsService }).StreamsService;
export const PersistentSubscriptionsService = (
  load('persistent_grpc_pb') as { PersistentSubscriptionsService: IPersistentSubscriptionsService }
).PersistentSubscriptionsService;
export const ServerFeaturesService = (load('serverfeatures_grpc_pb') as { ServerFeaturesService: IServerFeaturesService })
  .ServerFeaturesService;
export const GossipService = (load('gossip_grpc_pb') as { GossipService: IGossipService }).GossipService;

/** The copy of grpc-js that the generated code was loaded with. */
export const grpc = beside('@grpc/grpc-js') as typeof GrpcTypes;

export type { IGossipServer, IPersistentSubscriptionsServer, IServerFeaturesServer, IStreamsServer, Persistent, Shared, Status, Streams };
