import { persistent } from '../generated.js';
import type { Persistent } from '../generated.js';
import type { Consumer } from './consumer.js';
import type { Group } from './group.js';
import { ALL } from './group-settings.js';
import { placeText } from './group-streams.js';

/** What GetInfo and List tell of a group. */
export function subscriptionInfo(group: Group): Persistent.SubscriptionInfo {
  const { source, group: name, settings, startFrom } = group.config;
  const status = group.status();
  const at = (place: number | undefined): string => (place === undefined ? '' : placeText(source, place));
  return new persistent.SubscriptionInfo()
    .setEventSource(source)
    .setGroupName(name)
    .setStatus('Live')
    .setConnectionsList(group.consumers.map(connectionInfo))
    .setAveragePerSecond(0)
    .setTotalItems(String(group.totalItems))
    .setCountSinceLastMeasurement('0')
    .setLastCheckpointedEventPosition(at(status.lastCheckpointed))
    .setLastKnownEventPosition(at(status.lastKnown))
    .setResolveLinkTos(settings.resolveLinks)
    .setStartFrom(startText(source, startFrom))
    .setMessageTimeoutMilliseconds(settings.messageTimeoutMs)
    .setExtraStatistics(settings.extraStatistics)
    .setMaxRetryCount(settings.maxRetryCount)
    .setLiveBufferSize(settings.liveBufferSize)
    .setBufferSize(settings.historyBufferSize)
    .setReadBatchSize(settings.readBatchSize)
    .setCheckPointAfterMilliseconds(settings.checkPointAfterMs)
    .setMinCheckPointCount(settings.minCheckpointCount)
    .setMaxCheckPointCount(settings.maxCheckpointCount)
    .setReadBufferCount(status.buffered)
    .setLiveBufferCount('0')
    .setRetryBufferCount(status.retrying)
    .setTotalInFlightMessages(status.inFlight)
    .setOutstandingMessagesCount(status.inFlight)
    .setNamedConsumerStrategy(settings.strategy)
    .setMaxSubscriberCount(settings.maxSubscriberCount)
    .setParkedMessageCount(String(group.streams.parkedCount()));
}

function connectionInfo(consumer: Consumer): Persistent.SubscriptionInfo.ConnectionInfo {
  return new persistent.SubscriptionInfo.ConnectionInfo()
    .setFrom(consumer.peer)
    .setUsername('anonymous')
    .setAverageItemsPerSecond(0)
    .setTotalItems(String(consumer.delivered))
    .setCountSinceLastMeasurement('0')
    .setAvailableSlots(Math.max(0, consumer.bufferSize - consumer.inFlight.size))
    .setInFlightMessages(consumer.inFlight.size)
    .setConnectionName(consumer.connectionName);
}

function startText(source: string, from: Group['config']['startFrom']): string {
  if (source !== ALL) return from === 'start' ? '0' : from === 'end' ? '-1' : String(from);
  const place = from === 'start' ? 0 : from === 'end' ? -1 : from;
  return `C:${place}/P:${place}`;
}
