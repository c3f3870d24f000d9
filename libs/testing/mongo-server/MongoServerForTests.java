import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;

/** A MongoDB-compatible server on a file, for tests: prints its port, ends when its standard input does. */
public class MongoServerForTests {
    /** What it announces by itself is older than the driver takes. */
    record Announced() implements MongoVersion {
        public List<Integer> getVersionArray() { return List.of(5, 0, 0); }
        public int getWireVersion() { return 13; }
    }

    public static void main(String[] args) throws Exception {
        H2Backend backend = new H2Backend(args[0]);
        backend.version(new Announced());
        MongoServer server = new MongoServer(backend);
        // Closes the back end: what was written is on the disk when the process is gone. Killed hard it may lose its last writes.
        Runtime.getRuntime().addShutdownHook(new Thread(server::shutdownNow));
        server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(args[1])));
        System.out.println("port " + server.getLocalAddress().getPort());
        while (System.in.read() != -1) { }
        System.exit(0);
    }
}
