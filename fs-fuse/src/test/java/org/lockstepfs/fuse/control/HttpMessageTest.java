package org.lockstepfs.fuse.control;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

final class HttpMessageTest {
  private static HttpMessage read(String text) throws IOException {
    return HttpMessage.read(new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8)));
  }

  @Test
  void readsWhatItWrote() throws IOException {
    HttpMessage sent = new HttpMessage("POST /mount HTTP/1.1", "{\"dir\":\"/m\u00fcll\"}");
    ByteArrayOutputStream wire = new ByteArrayOutputStream();
    sent.write(wire);
    assertThat(HttpMessage.read(new ByteArrayInputStream(wire.toByteArray()))).isEqualTo(sent);
  }

  @Test
  void headersAreReadWhateverTheirCase() throws IOException {
    assertThat(read("GET / HTTP/1.1\nX: y\nCONTENT-LENGTH: 2\n\nokmore").body()).isEqualTo("ok");
    assertThat(read("GET / HTTP/1.1\r\n\r\n").body()).isEmpty();
  }

  @Test
  void aMessageThatEndsEarlyIsAnError() {
    assertThatThrownBy(() -> read("GET / HTTP/1.1\nContent-Length: 5\n\nabc"))
        .isInstanceOf(EOFException.class)
        .hasMessageContaining("3 of 5");
    assertThatThrownBy(() -> read("GET / HT")).isInstanceOf(EOFException.class);
  }

  @Test
  void lengthsLinesAndHeadersAreBounded() {
    for (String length : new String[] {"-1", "1048577", "99999999999", "x"}) {
      assertThatThrownBy(() -> read("GET /\nContent-Length: " + length + "\n\n"))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("content length");
    }
    assertThatThrownBy(() -> read("G".repeat(9000))).hasMessageContaining("line longer");
    assertThatThrownBy(() -> read("GET /\n" + "a: b\n".repeat(200)))
        .hasMessageContaining("headers");
  }
}
