package org.lockstepfs.fuse.extent;

import java.io.IOException;

/**
 * The transaction has no room for the rest of a change that runs through very many extent blocks.
 * What was done so far leaves the tree whole: unclaim clusters that are not inserted yet, stop the
 * handle, start another, call again.
 */
public final class RestartHandleException extends IOException {
  private static final long serialVersionUID = 1;

  RestartHandleException(int leaves) {
    super("Transaction has no room for a rotation over " + leaves + " more extent blocks");
  }
}
