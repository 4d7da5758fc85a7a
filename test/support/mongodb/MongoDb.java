import de.bwaldvogel.mongo.MongoCollection;
import de.bwaldvogel.mongo.MongoDatabase;
import de.bwaldvogel.mongo.MongoServer;
import de.bwaldvogel.mongo.MongoVersion;
import de.bwaldvogel.mongo.backend.CollectionOptions;
import de.bwaldvogel.mongo.backend.CursorRegistry;
import de.bwaldvogel.mongo.backend.Index;
import de.bwaldvogel.mongo.backend.QueryResult;
import de.bwaldvogel.mongo.backend.h2.H2Backend;
import de.bwaldvogel.mongo.backend.h2.H2Collection;
import de.bwaldvogel.mongo.backend.h2.H2Database;
import de.bwaldvogel.mongo.bson.Document;
import de.bwaldvogel.mongo.wire.message.MongoMessage;
import java.util.List;
import org.h2.mvstore.MVStore;

/**
 * A server of MongoDB's protocol on a loopback port, with its data in a file. It prints the port once it listens. It ends
 * when its standard input is closed, and therefore with the test that started it.
 *
 * <p>Arguments: the file, and the port (0 for any).
 */
public class MongoDb {
  public static void main(String[] args) throws Exception {
    MongoServer server = new MongoServer(new Durable(args[0]));
    server.bind("127.0.0.1", Integer.parseInt(args[1]));
    System.out.println(server.getLocalAddress().getPort());
    while (System.in.read() >= 0) {}
    server.shutdownNow();
  }

  /**
   * Writes to the file before it answers, like a server with a journal. Commands run one after the other and are atomic:
   * after a kill, the file contains the state between two commands.
   */
  private static class Durable extends H2Backend {
    Durable(String file) {
      super(new MVStore.Builder().fileName(file).autoCommitDisabled().open());
      version(new Version5());
    }

    @Override
    public synchronized Document handleMessage(MongoMessage message) {
      Document answer = super.handleMessage(message);
      commit();
      return answer;
    }

    @Override
    protected MongoDatabase openOrCreateDatabase(String name) {
      MVStore store = getMvStore();
      CursorRegistry cursors = getCursorRegistry();
      return new H2Database(name, store, cursors) {
        @Override
        protected MongoCollection<Object> openOrCreateCollection(String name, CollectionOptions options) {
          String namespace = getFullCollectionNamespace(name);
          return new Collection(this, name, options, store, namespace, cursors);
        }
      };
    }
  }

  /** Finds by id if the query has one. The library would read every document if the query has other conditions too. */
  private static class Collection extends H2Collection {
    Collection(
        MongoDatabase database,
        String name,
        CollectionOptions options,
        MVStore store,
        String namespace,
        CursorRegistry cursors) {
      super(
          database,
          name,
          options,
          store.openMap("databases." + namespace),
          store.openMap("meta." + namespace),
          cursors);
    }

    @Override
    protected QueryResult queryDocuments(
        Document query, Document order, int skip, int limit, int batch, Document projection) {
      if (query.get("_id") instanceof String id) {
        Document byId = new Document("_id", id);
        for (Index<Object> index : getIndexes()) {
          if (index.canHandle(byId)) {
            return matchDocuments(
                query, index.getPositions(byId), order, skip, limit, batch, projection);
          }
        }
      }
      return super.queryDocuments(query, order, skip, limit, batch, projection);
    }
  }

  /** The library's version 5.0 reports a wire version that drivers no longer support. */
  private static class Version5 implements MongoVersion {
    @Override
    public List<Integer> getVersionArray() {
      return List.of(5, 0, 0);
    }

    @Override
    public int getWireVersion() {
      return 9;
    }
  }
}
