import { status } from '@grpc/grpc-js';
import { ProtocolRefusal } from '../refusals.js';

const about = (exception: string, source: string, group: string): Record<string, string> => ({
  exception,
  'stream-name': source,
  'group-name': group,
});

export function groupMissing(source: string, group: string): ProtocolRefusal {
  return new ProtocolRefusal(
    status.NOT_FOUND,
    `Subscription group ${group} on stream ${source} does not exist.`,
    about('persistent-subscription-does-not-exist', source, group),
  );
}

export function groupExists(source: string, group: string): ProtocolRefusal {
  return new ProtocolRefusal(
    status.ALREADY_EXISTS,
    `Subscription group ${group} on stream ${source} exists.`,
    about('persistent-subscription-exists', source, group),
  );
}

export function groupDropped(source: string, group: string): ProtocolRefusal {
  return new ProtocolRefusal(
    status.CANCELLED,
    `Subscription group ${group} on stream ${source} was dropped.`,
    about('persistent-subscription-dropped', source, group),
  );
}

export function groupFull(source: string, group: string): ProtocolRefusal {
  return new ProtocolRefusal(
    status.FAILED_PRECONDITION,
    `Maximum subscriptions reached for subscription group ${group} on stream ${source}.`,
    about('maximum-subscribers-reached', source, group),
  );
}
