package org.lockstepfs.fuse.control;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** Asks a node's daemon. */
public final class ControlClient {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path socket;

  /** Makes a client of the daemon that listens on {@code socket}. */
  public ControlClient(Path socket) {
    this.socket = socket;
  }

  /** Returns whether a daemon answers on the socket. */
  public boolean isUp() {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      return channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Sends a request and waits for the answer.
   *
   * @param path such as {@code /mount}
   * @throws ControlException if the daemon refuses
   * @throws StoppingException if no daemon listens, or it has begun to stop
   * @throws IOException if it dies
   */
  public <T> T post(String path, Object request, Class<T> answer) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      connect(channel);
      new HttpMessage("POST " + path + " HTTP/1.1", JSON.writeValueAsString(request))
          .write(Channels.newOutputStream(channel));
      HttpMessage reply = HttpMessage.read(Channels.newInputStream(channel));
      if (reply.start().startsWith("HTTP/1.1 200 ")) {
        return JSON.readValue(reply.body(), answer);
      }
      Messages.Failure failure = JSON.readValue(reply.body(), Messages.Failure.class);
      if (reply.start().startsWith("HTTP/1.1 503 ")) {
        throw new StoppingException(failure.error());
      }
      throw new ControlException(failure.error(), failure.exitCode());
    }
  }

  private void connect(SocketChannel channel) throws StoppingException {
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new StoppingException("no daemon listens on " + socket);
    }
  }
}
