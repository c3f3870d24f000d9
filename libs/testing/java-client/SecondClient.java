import com.eventstore.dbclient.*;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Tells in lines what the Java client sees of a server: `SecondClient <connection string>`. The test compares the lines. */
public class SecondClient {
    static final int SECONDS = 20;
    static EventStoreDBClient client;

    public static void main(String[] arguments) throws Exception {
        EventStoreDBClientSettings settings = EventStoreDBConnectionString.parseOrThrow(arguments[0]);
        client = EventStoreDBClient.create(settings);
        EventStoreDBPersistentSubscriptionsClient groups = EventStoreDBPersistentSubscriptionsClient.create(settings);
        appends();
        reads();
        subscriptions();
        deletions();
        group(groups);
        links(groups);
        client.shutdown().get();
        groups.shutdown().get();
    }

    static void appends() {
        EventData first = event("First"), second = event("Second");
        tell("append to a new stream, none expected", () -> append("j-1", ExpectedRevision.noStream(), first, second));
        tell("the same again", () -> append("j-1", ExpectedRevision.noStream(), first, second));
        tell("another, none expected", () -> append("j-1", ExpectedRevision.noStream(), event("Other")));
        tell("the right revision expected", () -> append("j-1", ExpectedRevision.expectedRevision(1), event("Third")));
        tell("a revision too high", () -> append("j-1", ExpectedRevision.expectedRevision(7), event("Other")));
        EventData fourth = event("Fourth");
        tell("any", () -> append("j-1", ExpectedRevision.any(), fourth));
        tell("any, the same again", () -> append("j-1", ExpectedRevision.any(), fourth));
        tell("existing", () -> append("j-1", ExpectedRevision.streamExists(), event("Fifth")));
        tell("existing, where there is none", () -> append("j-none", ExpectedRevision.streamExists(), event("Other")));
        byte[] large = new byte[1_048_577];
        tell("more than a megabyte", () -> client.appendToStream("j-large", EventDataBuilder.binary("Large", large).build()).get());
    }

    static void reads() {
        tell("forwards", () -> types(client.readStream("j-1", ReadStreamOptions.get().forwards().fromStart()).get()));
        tell("forwards from 3", () -> types(client.readStream("j-1", ReadStreamOptions.get().forwards().fromRevision(3)).get()));
        tell("backwards, two", () -> types(client.readStream("j-1", ReadStreamOptions.get().backwards().fromEnd().maxCount(2)).get()));
        tell("a missing stream", () -> types(client.readStream("j-none", ReadStreamOptions.get()).get()));
        tell("$all forwards, three", () -> types(client.readAll(ReadAllOptions.get().forwards().fromStart().maxCount(3)).get()));
        tell("$all backwards, two", () -> types(client.readAll(ReadAllOptions.get().backwards().fromEnd().maxCount(2)).get()));
        Position third = position(2);
        tell("$all from the third's place", () -> types(client.readAll(ReadAllOptions.get().forwards().fromPosition(third).maxCount(1)).get()));
        StreamMetadata metadata = new StreamMetadata();
        metadata.setMaxCount(2L);
        tell("metadata set", () -> client.setStreamMetadata("j-1", metadata).get().getNextExpectedRevision().toRawLong());
        tell("metadata read", () -> client.getStreamMetadata("j-1").get().getMaxCount());
        tell("at most two visible", () -> types(client.readStream("j-1", ReadStreamOptions.get().forwards().fromStart()).get()));
        StreamMetadata later = new StreamMetadata();
        later.setTruncateBefore(4L);
        tell("metadata replaced", () -> client.setStreamMetadata("j-1", later).get().getNextExpectedRevision().toRawLong());
        tell("truncated before 4", () -> types(client.readStream("j-1", ReadStreamOptions.get().forwards().fromStart()).get()));
    }

    static void subscriptions() throws Exception {
        Seen stream = new Seen();
        Subscription one = client.subscribeToStream("j-2", stream, SubscribeToStreamOptions.get().fromStart()).get(SECONDS, TimeUnit.SECONDS);
        append("j-2", ExpectedRevision.noStream(), event("A"), event("B"));
        tell("a stream, followed before it is there", () -> stream.next(3));
        one.stop();
        LinkedBlockingQueue<String> checkpoints = new LinkedBlockingQueue<>();
        SubscriptionFilter filter = SubscriptionFilter.newBuilder().addStreamNamePrefix("j-3").withMaxWindow(1)
            .withCheckpointer((subscription, position) -> {
                checkpoints.add("checkpoint");
                return java.util.concurrent.CompletableFuture.completedFuture(null);
            }, 1).build();
        Seen all = new Seen();
        Subscription two = client.subscribeToAll(all, SubscribeToAllOptions.get().fromEnd().filter(filter)).get(SECONDS, TimeUnit.SECONDS);
        tell("$all, from now on", () -> all.next(1));
        append("j-4", ExpectedRevision.any(), event("Hidden"));
        append("j-3", ExpectedRevision.any(), event("Shown"));
        tell("$all, filtered by stream", () -> all.next(1));
        tell("a checkpoint comes", () -> checkpoints.poll(SECONDS, TimeUnit.SECONDS));
        two.stop();
    }

    static void deletions() throws Exception {
        append("j-5", ExpectedRevision.any(), event("Old"));
        tell("soft delete", () -> client.deleteStream("j-5").get() != null);
        tell("deleted, read", () -> types(client.readStream("j-5", ReadStreamOptions.get()).get()));
        tell("deleted, written again", () -> append("j-5", ExpectedRevision.any(), event("New")));
        tell("begun again, read", () -> types(client.readStream("j-5", ReadStreamOptions.get()).get()));
        tell("tombstone", () -> client.tombstoneStream("j-5").get() != null);
        tell("gone for good, read", () -> types(client.readStream("j-5", ReadStreamOptions.get()).get()));
        tell("gone for good, written", () -> append("j-5", ExpectedRevision.any(), event("New")));
        DeleteStreamOptions wrong = DeleteStreamOptions.get().expectedRevision(ExpectedRevision.expectedRevision(9));
        tell("delete at a wrong revision", () -> client.deleteStream("j-3", wrong).get());
    }

    static void group(EventStoreDBPersistentSubscriptionsClient groups) throws Exception {
        append("j-6", ExpectedRevision.any(), event("A"), event("B"), event("C"));
        tell("a group", () -> groups.createToStream("j-6", "g", CreatePersistentSubscriptionToStreamOptions.get().fromStart()).get() != null);
        tell("the same group", () -> groups.createToStream("j-6", "g", CreatePersistentSubscriptionToStreamOptions.get().fromStart()).get());
        LinkedBlockingQueue<String> delivered = new LinkedBlockingQueue<>();
        PersistentSubscription consumer = groups.subscribeToStream("j-6", "g", new PersistentSubscriptionListener() {
            @Override
            public void onEvent(PersistentSubscription subscription, int retry, ResolvedEvent resolved) {
                String type = resolved.getEvent().getEventType();
                boolean replayed = resolved.getLink() != null;
                delivered.add(type + (replayed ? " replayed" : "") + " " + retry);
                if (type.equals("B") && retry == 0 && !replayed) subscription.nack(NackAction.Retry, "once more", resolved);
                else if (type.equals("C") && !replayed) subscription.nack(NackAction.Park, "later", resolved);
                else subscription.ack(resolved);
            }
        }).get(SECONDS, TimeUnit.SECONDS);
        tell("delivered, one refused and retried, one parked", () -> sorted(delivered, 4));
        tell("list", () -> groups.listToStream("j-6").get().size());
        // The parked entry is in the log when its stream can be read.
        String parked = "$persistentsubscription-j-6::g-parked";
        Seen parking = new Seen();
        Subscription watch = client.subscribeToStream(parked, parking, SubscribeToStreamOptions.get().fromStart()).get(SECONDS, TimeUnit.SECONDS);
        tell("parked", () -> parking.first());
        watch.stop();
        tell("replay", () -> groups.replayParkedMessagesToStream("j-6", "g").get() != null);
        tell("delivered again", () -> sorted(delivered, 1));
        tell("info", () -> groups.getInfoToStream("j-6", "g").get().get().getGroupName());
        consumer.stop();
        tell("the group deleted", () -> groups.deleteToStream("j-6", "g").get() != null);
        tell("info of none", () -> groups.getInfoToStream("j-6", "g").get().isPresent());
    }

    static void links(EventStoreDBPersistentSubscriptionsClient groups) throws Exception {
        append("deal-1", ExpectedRevision.noStream(), own("Opened"));
        append("company-1", ExpectedRevision.noStream(), own("Named"));
        append("deal-2", ExpectedRevision.noStream(), own("Opened"), own("Lost"));
        append("deal-1", ExpectedRevision.expectedRevision(0), own("Won"));
        ReadStreamOptions resolved = ReadStreamOptions.get().resolveLinkTos();
        tell("a category", () -> links(client.readStream("$ce-deal", ReadStreamOptions.get()).get()));
        tell("a category, resolved", () -> links(client.readStream("$ce-deal", resolved).get()));
        tell("a category from 1, two", () -> links(client.readStream("$ce-deal", ReadStreamOptions.get().resolveLinkTos().fromRevision(1).maxCount(2)).get()));
        tell("a category backwards, two", () -> links(client.readStream("$ce-deal", ReadStreamOptions.get().backwards().fromEnd().maxCount(2)).get()));
        tell("a type", () -> links(client.readStream("$et-Opened", resolved).get()));
        tell("the streams", () -> links(client.readStream("$streams", ReadStreamOptions.get()).get()));
        tell("a category of others", () -> links(client.readStream("$ce-j", ReadStreamOptions.get()).get()));
        tell("a category, written", () -> append("$ce-deal", ExpectedRevision.any(), event("T")));
        Seen category = new Seen();
        SubscribeToStreamOptions from = SubscribeToStreamOptions.get().fromRevision(1).resolveLinkTos();
        Subscription watch = client.subscribeToStream("$ce-deal", category, from).get(SECONDS, TimeUnit.SECONDS);
        tell("a category, followed from 1", () -> category.next(3));
        append("deal-3", ExpectedRevision.noStream(), own("Opened"));
        tell("a category, live", () -> category.next(1));
        watch.stop();
        groups.createToStream("$et-Opened", "g", CreatePersistentSubscriptionToStreamOptions.get().fromStart().resolveLinkTos()).get();
        LinkedBlockingQueue<String> delivered = new LinkedBlockingQueue<>();
        PersistentSubscription consumer = groups.subscribeToStream("$et-Opened", "g", new PersistentSubscriptionListener() {
            @Override
            public void onEvent(PersistentSubscription subscription, int retry, ResolvedEvent resolved) {
                delivered.add(link(resolved));
                subscription.ack(resolved);
            }
        }).get(SECONDS, TimeUnit.SECONDS);
        tell("a group on a type", () -> sorted(delivered, 3));
        consumer.stop();
    }

    /** `number=type@stream` of a resolved link, `number:target` of one that is not. */
    static String link(ResolvedEvent resolved) {
        RecordedEvent event = resolved.getEvent(), link = resolved.getLink();
        if (link == null) return event.getRevision() + ":" + new String(event.getEventData());
        return link.getRevision() + "=" + event.getEventType() + "@" + event.getStreamId();
    }

    static String links(ReadResult read) {
        List<String> told = new ArrayList<>();
        for (ResolvedEvent resolved : read.getEvents()) told.add(link(resolved));
        return String.join(",", told);
    }

    /** As our own processes write: the server behind them takes what its catalog knows. */
    static EventData own(String type) {
        byte[] metadata = "{\"schemaVersion\":1}".getBytes();
        return EventDataBuilder.json(UUID.randomUUID(), type, "{\"a\":1}".getBytes()).metadataAsBytes(metadata).build();
    }

    static EventData event(String type) {
        return EventDataBuilder.json(UUID.randomUUID(), type, "{\"a\":1}".getBytes()).build();
    }

    static long append(String stream, ExpectedRevision expected, EventData... events) throws Exception {
        AppendToStreamOptions options = AppendToStreamOptions.get().expectedRevision(expected);
        return client.appendToStream(stream, options, events).get(SECONDS, TimeUnit.SECONDS).getNextExpectedRevision().toRawLong();
    }

    static Position position(int revision) {
        try {
            ReadResult read = client.readStream("j-1", ReadStreamOptions.get().forwards().fromRevision(revision).maxCount(1)).get();
            return read.getEvents().get(0).getEvent().getPosition();
        } catch (Exception problem) {
            throw new IllegalStateException(problem);
        }
    }

    static String types(ReadResult read) {
        List<String> types = new ArrayList<>();
        for (ResolvedEvent resolved : read.getEvents()) types.add(resolved.getOriginalEvent().getEventType());
        return String.join(",", types);
    }

    static String sorted(LinkedBlockingQueue<String> queue, int count) throws InterruptedException {
        List<String> taken = new ArrayList<>();
        for (int index = 0; index < count; index += 1) taken.add(queue.poll(SECONDS, TimeUnit.SECONDS));
        java.util.Collections.sort(taken);
        return String.join(", ", taken);
    }

    static void tell(String what, Callable<Object> work) {
        String outcome;
        try {
            outcome = String.valueOf(work.call());
        } catch (ExecutionException problem) {
            outcome = problem.getCause().getClass().getSimpleName();
        } catch (Exception problem) {
            outcome = problem.getClass().getSimpleName();
        }
        System.out.println(what + ": " + outcome);
    }

    /** What a subscription brought, in order. */
    static class Seen extends SubscriptionListener {
        final LinkedBlockingQueue<String> log = new LinkedBlockingQueue<>();

        @Override
        public void onEvent(Subscription subscription, ResolvedEvent resolved) {
            log.add(resolved.getOriginalEvent().getEventType());
        }

        @Override
        public void onCaughtUp(Subscription subscription) {
            log.add("caught up");
        }

        String first() throws InterruptedException {
            return log.poll(SECONDS, TimeUnit.SECONDS);
        }

        String next(int count) throws InterruptedException {
            List<String> taken = new ArrayList<>();
            for (int index = 0; index < count; index += 1) taken.add(first());
            return String.join(",", taken);
        }
    }
}
