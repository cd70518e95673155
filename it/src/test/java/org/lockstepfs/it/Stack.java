package org.lockstepfs.it;

import java.util.List;
import java.util.Locale;

/** The cluster stacks: what goes over two nodes has to work on both. */
enum Stack {
  /** The kernel's own: o2dlm. */
  O2CB,
  /** The user stack, by the label that Pacemaker's clusters have: fsdlm. */
  PCMK;

  /** Returns the label on volumes and in cluster files. */
  String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Returns the options by which either mkfs stamps a volume for a cluster of this stack. */
  List<String> mkfsOptions(String cluster) {
    return List.of("--cluster-stack=" + label(), "--cluster-name=" + cluster);
  }
}
