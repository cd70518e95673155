package org.lockstepfs.locks.fsdlm;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.lockstepfs.locks.o2dlm.ResName;

/**
 * This node's share of the directory: who masters the resources whose names hash to it.
 *
 * <p>Source: Linux fs/dlm/dir.c; lock.c, dlm_master_lookup.
 */
final class Directory {
  private final Lockspace ls;
  private final Map<ResName, Integer> masters = new HashMap<>();

  Directory(Lockspace ls) {
    this.ls = ls;
  }

  /** Returns the directory node of a resource: the same on all nodes with the same members. */
  int nodeOf(ResName name) {
    int[] nodes = ls.members.nodes();
    return nodes[(hash(name) >>> 16) % nodes.length];
  }

  /** A hash of the name's bytes alone (FNV-1a, with Murmur's last step). */
  private static int hash(ResName name) {
    int hash = 0x811C9DC5;
    for (byte b : name.toBytes()) {
      hash = (hash ^ (b & 0xff)) * 0x01000193;
    }
    hash = (hash ^ (hash >>> 16)) * 0x85EBCA6B;
    return hash ^ (hash >>> 13);
  }

  /** Returns the master; who asks for one without a master becomes it. */
  int lookup(ResName name, int from) {
    Integer master = masters.putIfAbsent(name, from);
    return master == null ? from : master;
  }

  /** Forgets a resource that its master has forgotten. */
  void remove(ResName name, int from) {
    masters.remove(name, from);
  }

  /** Recovery: forgets everything. */
  void clear() {
    masters.clear();
  }

  int size() {
    return masters.size();
  }

  /** Returns, by directory node, the names that this node masters */
  Map<Integer, List<ResName>> masteredHere() {
    Map<Integer, List<ResName>> byNode = new LinkedHashMap<>();
    for (Rsb res : ls.resources.values()) {
      if (res.master == ls.self) {
        byNode.computeIfAbsent(nodeOf(res.name), n -> new ArrayList<>()).add(res.name);
      }
    }
    return Collections.unmodifiableMap(byNode);
  }
}
