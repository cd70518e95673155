package org.lockstepfs.stack.user;

import org.lockstepfs.stack.node.LockDomain;
import org.lockstepfs.stack.node.LockDomains;
import org.lockstepfs.stack.o2net.O2Net;

/** Lock domains of fsdlm. */
final class UserDomains implements LockDomains {

  @Override
  public void start(O2Net net) {}

  @Override
  public LockDomain make(Setup setup) {
    return new UserDomain(setup, setup.net());
  }
}
