/**
 * The cluster as its configuration file describes it: {@link
 * org.lockstepfs.stack.config.ClusterConfig} reads {@code /etc/ocfs2/cluster.conf}, checks it and
 * names file and line of whatever is wrong.
 *
 * <p>Source: ocfs2.cluster.conf(5); limits of Linux fs/ocfs2/cluster/ocfs2_nodemanager.h.
 */
package org.lockstepfs.stack.config;
