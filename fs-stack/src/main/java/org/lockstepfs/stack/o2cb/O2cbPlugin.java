package org.lockstepfs.stack.o2cb;

import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackOperations;
import org.lockstepfs.stack.glue.StackPlugin;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.node.StackTiming;

/** The classic stack, found by ServiceLoader. */
public final class O2cbPlugin implements StackPlugin {
  private static final String NAME = "o2cb";

  /** For ServiceLoader. */
  public O2cbPlugin() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean serves(String label) {
    return label.equals(Stacks.O2CB);
  }

  @Override
  public StackOperations load(StackEnvironment environment, String label) {
    return load(environment, label, StackTiming.named(environment.timing()));
  }

  static StackNode load(StackEnvironment environment, String label, StackTiming timing) {
    return new StackNode(environment, label, NAME, O2dlmDomains::new, timing);
  }
}
