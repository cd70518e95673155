package org.lockstepfs.stack.user;

import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.glue.StackOperations;
import org.lockstepfs.stack.glue.StackPlugin;
import org.lockstepfs.stack.glue.Stacks;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.node.StackTiming;

/** The user stack, found by ServiceLoader. */
public final class UserPlugin implements StackPlugin {
  static final String NAME = "user";

  /** For ServiceLoader. */
  public UserPlugin() {}

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public boolean serves(String label) {
    return !label.equals(Stacks.O2CB);
  }

  @Override
  public StackOperations load(StackEnvironment environment, String label) {
    StackTiming timing = StackTiming.named(environment.timing());
    return new StackNode(environment, label, NAME, UserDomains::new, timing);
  }
}
