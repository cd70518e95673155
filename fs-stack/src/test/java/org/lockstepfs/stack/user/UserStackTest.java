package org.lockstepfs.stack.user;

import org.lockstepfs.stack.StackContract;
import org.lockstepfs.stack.glue.StackEnvironment;
import org.lockstepfs.stack.node.StackNode;
import org.lockstepfs.stack.o2cb.TestNode;

class UserStackTest extends StackContract {
  @Override
  protected StackNode make(StackEnvironment environment) {
    return new StackNode(environment, "pcmk", UserPlugin.NAME, UserDomains::new, TestNode.QUICK);
  }

  @Override
  protected String plugin() {
    return UserPlugin.NAME;
  }
}
