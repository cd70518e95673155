package org.lockstepfs.fuse.control;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * The little of HTTP/1.1 that a control socket needs: one message with a content length, then the
 * connection closes.
 *
 * @param start the request or status line
 * @param body content, in UTF-8 at most {@value #MAX_BODY_BYTES} bytes
 */
record HttpMessage(String start, String body) {
  static final int MAX_BODY_BYTES = 1 << 20;
  private static final int MAX_LINE_BYTES = 8192;
  private static final int MAX_HEADERS = 100;

  static HttpMessage read(InputStream in) throws IOException {
    String start = line(in);
    int length = 0;
    for (int i = 0; ; i++) {
      String header = line(in);
      if (header.isEmpty()) {
        break;
      }
      if (i == MAX_HEADERS) {
        throw new IOException("more than " + MAX_HEADERS + " headers");
      }
      if (header.toLowerCase(Locale.ROOT).startsWith("content-length:")) {
        length = contentLength(header.substring(header.indexOf(':') + 1).strip());
      }
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("message ends after " + body.length + " of " + length + " bytes");
    }
    return new HttpMessage(start, new String(body, StandardCharsets.UTF_8));
  }

  private static int contentLength(String value) throws IOException {
    try {
      int length = Integer.parseInt(value);
      if (length >= 0 && length <= MAX_BODY_BYTES) {
        return length;
      }
    } catch (NumberFormatException e) {
      throw new IOException("content length " + value, e);
    }
    throw new IOException("content length " + value + " is not 0.." + MAX_BODY_BYTES);
  }

  private static String line(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream(80);
    for (int b = in.read(); b != '\n'; b = in.read()) {
      if (b < 0) {
        throw new EOFException("connection closed");
      }
      if (line.size() == MAX_LINE_BYTES) {
        throw new IOException("line longer than " + MAX_LINE_BYTES + " bytes");
      }
      if (b != '\r') {
        line.write(b);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  void write(OutputStream out) throws IOException {
    byte[] content = body.getBytes(StandardCharsets.UTF_8);
    String head =
        start
            + "\r\nHost: localhost\r\nContent-Type: application/json\r\nConnection: close\r\n"
            + "Content-Length: "
            + content.length
            + "\r\n\r\n";
    ByteArrayOutputStream whole = new ByteArrayOutputStream(head.length() + content.length);
    whole.writeBytes(head.getBytes(StandardCharsets.ISO_8859_1));
    whole.writeBytes(content);
    out.write(whole.toByteArray());
    out.flush();
  }
}
