package org.lockstepfs.stack.o2cb;

import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackOperations;
import org.lockstepfs.stack.glue.StackPlugin;
import org.lockstepfs.stack.glue.Stacks;

/** The classic stack, found by ServiceLoader. */
public final class O2cbPlugin implements StackPlugin {

  /** For ServiceLoader. */
  public O2cbPlugin() {}

  @Override
  public String name() {
    return "o2cb";
  }

  @Override
  public boolean serves(String label) {
    return label.equals(Stacks.O2CB);
  }

  @Override
  public StackOperations load(StackEnvironment environment, String label) {
    return new O2cbNode(environment, label);
  }
}
