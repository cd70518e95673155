package org.lockstepfs.stack.o2cb;

import org.lockstepfs.stack.StackContract;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.node.StackNode;

class O2cbStackTest extends StackContract {
  @Override
  protected StackNode make(StackEnvironment environment) {
    return O2cbPlugin.load(environment, plugin(), TestNode.QUICK);
  }

  @Override
  protected String plugin() {
    return "o2cb";
  }
}
