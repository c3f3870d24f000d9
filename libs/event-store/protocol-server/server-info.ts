import { randomUUID } from 'node:crypto';
import { features, gossip } from './generated.js';
import { uuidMessage } from './messages.js';

const VERSION = '23.10.0';
const PERSISTENT_METHODS = ['create', 'update', 'delete', 'read', 'getinfo', 'replayparked', 'list', 'restartsubsystem'];
const INSTANCE = randomUUID();
const LEADER = 8;

/** What this server can do, as clients ask once per channel. `deadline_duration` is left out: these messages know only the time stamp. */
export function supportedMethods(): InstanceType<typeof features.SupportedMethods> {
  const method = (service: string, name: string, has: string[]): InstanceType<typeof features.SupportedMethod> =>
    new features.SupportedMethod().setServiceName(`event_store.client.${service}`).setMethodName(name).setFeaturesList(has);
  return new features.SupportedMethods()
    .setEventStoreServerVersion(VERSION)
    .setMethodsList([
      method('streams.streams', 'read', ['position', 'events']),
      ...['append', 'delete', 'tombstone', 'batchappend'].map((name) => method('streams.streams', name, [])),
      ...PERSISTENT_METHODS.map((name) => method('persistent_subscriptions.persistentsubscriptions', name, ['stream', 'all'])),
      method('server_features.serverfeatures', 'getsupportedmethods', []),
      method('gossip.gossip', 'read', []),
    ]);
}

/** A cluster of one: this server, its leader, at the address that clients can reach. */
export function clusterOfOne(host: string, port: number, now: number): InstanceType<typeof gossip.ClusterInfo> {
  const { MemberInfo, EndPoint, ClusterInfo } = gossip;
  const member = new MemberInfo()
    .setInstanceId(uuidMessage(INSTANCE, 'string'))
    .setTimeStamp(`${now}0000`)
    .setState(LEADER)
    .setIsAlive(true)
    .setHttpEndPoint(new EndPoint().setAddress(host).setPort(port));
  return new ClusterInfo().setMembersList([member]);
}
