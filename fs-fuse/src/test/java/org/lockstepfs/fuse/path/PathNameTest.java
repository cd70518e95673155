package org.lockstepfs.fuse.path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.vfs.Name;

class PathNameTest {
  private static PathName parse(String path) {
    return PathName.parse(path.getBytes(StandardCharsets.ISO_8859_1));
  }

  @Test
  void splitsAtSlashes() {
    assertThat(parse("/").names()).isEmpty();
    assertThat(parse("/a").names()).containsExactly(Name.of("a"));
    assertThat(parse("/a/bc//d/").names())
        .containsExactly(Name.of("a"), Name.of("bc"), Name.of("d"));
  }

  /** Fault: names pass through text, and two names become one. */
  @Test
  void keepsBytesThatAreNoText() throws Exception {
    PathName path = parse("/d/\u00ff\u00fe1");
    assertThat(path.last().bytes()).containsExactly(0xff, 0xfe, '1');
    assertThat(path.parent().names()).containsExactly(Name.of("d"));
  }

  @Test
  void theRootHasNoName() {
    assertThatThrownBy(() -> parse("/").last()).isInstanceOf(ErrnoException.class);
    assertThatThrownBy(() -> parse("/").parent()).hasMessageContaining("EBUSY");
  }
}
