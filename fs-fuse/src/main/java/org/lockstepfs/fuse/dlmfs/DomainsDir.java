package org.lockstepfs.fuse.dlmfs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import jnr.constants.platform.Errno;
import org.lockstepfs.blockdev.sys.ErrnoException;
import org.lockstepfs.fuse.control.ControlException;
import org.lockstepfs.fuse.ctl.Dir;
import org.lockstepfs.fuse.ctl.Entry;
import org.lockstepfs.fuse.ctl.TextFile;
import org.lockstepfs.stack.glue.StackGlue;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The top of dlmfs: a directory for each domain that this node has joined. */
public final class DomainsDir implements Dir {
  private static final Logger LOG = LoggerFactory.getLogger(DomainsDir.class);

  /** Longest name of a domain in bytes, one less than GROUP_NAME_MAX. */
  private static final int MAX_NAME = 63;

  private static final int MAX_DOMAINS = 64;
  private static final int IN_USE = 32;
  private static final String CAPABILITIES = "capabilities";

  private final StackGlue stack;
  private final Entry capabilities = TextFile.of(() -> "bast stackglue\n");
  private final Map<String, DomainDir> domains = new ConcurrentSkipListMap<>();

  /** Makes it; no domain is joined. */
  public DomainsDir(StackGlue stack) {
    this.stack = stack;
  }

  @Override
  public Access access() {
    return Access.root(0b111_101_101);
  }

  @Override
  public Collection<String> names() {
    List<String> names = new ArrayList<>(domains.keySet());
    names.add(CAPABILITIES);
    return names;
  }

  @Override
  public Entry child(String name) {
    return name.equals(CAPABILITIES) ? capabilities : domains.get(name);
  }

  /** Joins a domain: ENOTCONN if this node has no heartbeat that its nodes share. */
  @Override
  public void makeDir(String name, Access owner) throws ErrnoException {
    if (name.getBytes(StandardCharsets.UTF_8).length > MAX_NAME) {
      throw new ErrnoException(Errno.EINVAL, "domain name '" + name + "'");
    }
    if (domains.size() >= MAX_DOMAINS) {
      throw new ErrnoException(Errno.ENOSPC, MAX_DOMAINS + " lock domains are joined");
    }
    try {
      domains.put(name, DomainDir.join(stack, name, owner));
    } catch (ErrnoException e) {
      LOG.warn("{}", e.getMessage());
      throw e;
    } catch (IOException e) {
      LOG.warn("{}", e.getMessage());
      throw new ErrnoException(Errno.EIO, e.getMessage());
    }
  }

  /** Leaves a domain: ENOTEMPTY if it has locks. */
  @Override
  public void removeDir(String name) throws ErrnoException {
    DomainDir domain = domains.get(name);
    if (domain == null) {
      throw new ErrnoException(child(name) == null ? Errno.ENOENT : Errno.ENOTDIR, name);
    }
    try {
      domain.leave();
    } catch (ErrnoException e) {
      throw e;
    } catch (IOException e) {
      LOG.error("lock domain {} is not left cleanly: {}", name, e.getMessage());
    }
    domains.remove(name, domain);
  }

  /**
   * Leaves all domains.
   *
   * @param force give up locks that are held
   * @throws ControlException naming a lock that is in use, unless {@code force}
   */
  public void leaveAll(boolean force) throws IOException {
    for (Map.Entry<String, DomainDir> entry : domains.entrySet()) {
      Optional<String> used = force ? Optional.empty() : entry.getValue().inUse();
      if (used.isPresent()) {
        throw new ControlException(
            "lock " + used.get() + " of lock domain " + entry.getKey() + " is in use", IN_USE);
      }
    }
    for (DomainDir domain : List.copyOf(domains.values())) {
      domain.leaveByForce();
    }
    domains.clear();
  }
}
