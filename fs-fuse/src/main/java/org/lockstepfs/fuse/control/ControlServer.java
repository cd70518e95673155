package org.lockstepfs.fuse.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.Closeable;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Listens on a node's control socket and answers each connection on a thread of its own. */
public final class ControlServer implements Closeable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlServer.class);
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int MAX_CONNECTIONS = 64;
  private static final int ANSWER_TIMEOUT_S = 5;

  /** Answers one kind of request. */
  @FunctionalInterface
  public interface Handler<Q, A> {
    /** Returns the answer, or throws: a {@link ControlException}'s message goes to the user. */
    A handle(Q request) throws IOException;
  }

  private record Route<Q>(Class<Q> type, Handler<Q, ?> handler) {
    Object call(String body) throws IOException {
      return handler.handle(JSON.readValue(body, type));
    }
  }

  private final Path socket;
  private final ServerSocketChannel server;
  private final Map<String, Route<?>> routes = new ConcurrentHashMap<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(
          MAX_CONNECTIONS,
          task -> {
            Thread thread = new Thread(task, "control");
            thread.setDaemon(true);
            return thread;
          });

  /**
   * Binds the socket; nothing is answered before {@link #start}.
   *
   * @throws IOException if the address is in use or may not be made
   */
  public ControlServer(Path socket) throws IOException {
    this.socket = socket;
    Files.deleteIfExists(socket);
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket));
    Files.setPosixFilePermissions(socket, PosixFilePermissions.fromString("rw-------"));
  }

  /** Adds an answer for a path. */
  public <Q> void route(String path, Class<Q> type, Handler<Q, ?> handler) {
    routes.put(path, new Route<>(type, handler));
  }

  /** Begins to answer. */
  public void start() {
    Thread acceptor = new Thread(this::accept, "control-accept");
    acceptor.setDaemon(true);
    acceptor.start();
  }

  private void accept() {
    while (true) {
      try {
        SocketChannel connection = server.accept();
        threads.execute(() -> serve(connection));
      } catch (ClosedChannelException e) {
        return;
      } catch (IOException e) {
        LOG.warn("control socket {}: {}", socket, e.toString());
        return;
      }
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      HttpMessage request = HttpMessage.read(Channels.newInputStream(connection));
      answer(request).write(Channels.newOutputStream(connection));
    } catch (IOException e) {
      LOG.debug("control connection: {}", e.toString());
    }
  }

  private HttpMessage answer(HttpMessage request) throws IOException {
    String[] words = request.start().split(" ", 3);
    Route<?> route = words.length == 3 ? routes.get(words[1]) : null;
    if (route == null) {
      return failure(
          "404 Not Found", new ControlException("no such request: " + request.start(), 1));
    }
    try {
      return new HttpMessage(
          "HTTP/1.1 200 OK", JSON.writeValueAsString(route.call(request.body())));
    } catch (ControlException e) {
      return failure("409 Conflict", e);
    } catch (StoppingException e) {
      return failure("503 Service Unavailable", new ControlException(e.getMessage(), 32));
    } catch (IOException e) {
      LOG.warn("{} failed", words[1], e);
      String reason = e.getMessage() == null ? e.toString() : e.getMessage();
      return failure("500 Internal Server Error", new ControlException(reason, 32));
    } catch (RuntimeException e) {
      LOG.error("{} failed", words[1], e);
      return failure(
          "500 Internal Server Error",
          new ControlException("internal error, see the daemon's log: " + e, 4));
    }
  }

  private static HttpMessage failure(String status, ControlException e) throws IOException {
    return new HttpMessage(
        "HTTP/1.1 " + status,
        JSON.writeValueAsString(new Messages.Failure(e.getMessage(), e.exitCode())));
  }

  /** Stops to listen; requests in work are answered first. */
  @Override
  public void close() throws IOException {
    server.close();
    Files.deleteIfExists(socket);
    threads.shutdown();
    try {
      if (!threads.awaitTermination(ANSWER_TIMEOUT_S, TimeUnit.SECONDS)) {
        LOG.warn("requests are still in work at the end");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
