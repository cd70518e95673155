package org.lockstepfs.stack.config;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class StanzaTest {
  @Test
  void knowsWhatNobodyHasAskedFor() throws ConfigException {
    Stanza stanza = new Stanza("f", "cluster", 1);
    stanza.put("name", "demo", 2);
    stanza.put("clusterstack", "pcmk", 3);
    stanza.put("timing", "fast", 4);
    assertThat(stanza.unasked()).containsExactly("name", "clusterstack", "timing");
    stanza.text("name");
    assertThat(stanza.has("timing")).isTrue();
    assertThat(stanza.has("cluster_stack")).isFalse();
    assertThat(stanza.unasked()).containsExactly("clusterstack");
  }
}
