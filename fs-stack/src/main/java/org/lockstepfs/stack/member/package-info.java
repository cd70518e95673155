/**
 * Who takes part in the cluster, as far as one can know without the disk: {@link
 * org.lockstepfs.stack.member.Membership} checks at the door that nodes fit together and gives
 * early hints of nodes that come and go. It decides nothing: disk heartbeat and quorum do.
 *
 * <p>Two sources: Hazelcast, one member per node daemon, found at the addresses of cluster.conf;
 * and cluster.conf alone, for clusters with kernel nodes, which run no Hazelcast.
 */
package org.lockstepfs.stack.member;
