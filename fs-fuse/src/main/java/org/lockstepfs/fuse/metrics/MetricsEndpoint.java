package org.lockstepfs.fuse.metrics;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.Closeable;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;

/** Answers Prometheus's scrapes over HTTP. */
public final class MetricsEndpoint implements Closeable {
  private static final String PATH = "/metrics";
  private static final String TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final int MAX_PORT = 65_535;

  private final HttpServer server;

  /**
   * Begins to answer.
   *
   * @param address {@code host:port}; null for a free port of the loopback address
   * @throws IOException if the address is none, or not to be had
   */
  public MetricsEndpoint(NodeMetrics metrics, String address) throws IOException {
    try {
      server = HttpServer.create(parse(address), 0);
    } catch (IOException e) {
      throw new IOException("metrics at " + address + ": " + e.getMessage(), e);
    }
    server.createContext(PATH, exchange -> answer(exchange, metrics));
    server.start();
  }

  static InetSocketAddress parse(String address) throws IOException {
    if (address == null || address.isEmpty()) {
      return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    }
    int colon = address.lastIndexOf(':');
    try {
      int port = Integer.parseInt(address.substring(colon + 1));
      if (colon > 0 && port >= 0 && port <= MAX_PORT) {
        String host = address.substring(0, colon).replaceAll("^\\[|\\]$", "");
        return new InetSocketAddress(InetAddress.getByName(host), port);
      }
    } catch (NumberFormatException e) {
      throw new IOException("'" + address + "' is not host:port", e);
    }
    throw new IOException("'" + address + "' is not host:port");
  }

  private static void answer(HttpExchange exchange, NodeMetrics metrics) throws IOException {
    try (exchange) {
      byte[] body = metrics.scrape().getBytes(StandardCharsets.UTF_8);
      exchange.getResponseHeaders().set("Content-Type", TEXT);
      exchange.sendResponseHeaders(200, body.length);
      exchange.getResponseBody().write(body);
    }
  }

  /** Returns where to scrape. */
  public String url() {
    InetSocketAddress bound = server.getAddress();
    String host = bound.getAddress().getHostAddress();
    return "http://"
        + (host.contains(":") ? "[" + host + "]" : host)
        + ":"
        + bound.getPort()
        + PATH;
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
