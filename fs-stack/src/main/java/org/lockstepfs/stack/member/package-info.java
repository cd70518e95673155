/**
 * Who takes part in the cluster, as far as one can know without the disk: {@link
 * org.lockstepfs.stack.member.Membership} checks at the door that nodes fit together and gives
 * early hints of nodes that come and go. It decides nothing: disk heartbeat and quorum do. A member
 * that went makes this node look closer ({@code DeathWatch}); a member that went while its
 * heartbeat goes on is a partition, which quorum settles. That Hazelcast joins the parts again
 * after a split changes nothing about locks, for nothing about them ever depended on who is a
 * member.
 *
 * <p>Two sources: Hazelcast, one member per node daemon, found at the addresses of cluster.conf;
 * and cluster.conf alone, for clusters with kernel nodes, which run no Hazelcast.
 */
package org.lockstepfs.stack.member;
