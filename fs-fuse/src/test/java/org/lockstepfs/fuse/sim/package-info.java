/**
 * Whole nodes, 2 to 8 of them, in one seeded simulation: heartbeat, quorum and self-fence, the lock
 * manager of either stack, byte-range locks, the lock cache and a model of the file system's
 * metadata on top. {@code LockStack} says which stack, and on the user stack whether nodes know of
 * each other by heartbeats on the disk or by votes; all but the {@code LockDomain} and the {@code
 * Heart} is shared.
 *
 * <p>What is real in all runs: {@code LiveNodes}, {@code SelfFence}, {@code PlockEngine}, {@code
 * MonitoredLock} and {@code LockState}, {@code RecoveryMap}, {@code Returns}. On o2cb: {@code
 * O2Dlm} with its message codec. On the user stack: the whole {@code UserDomain}, which is {@code
 * FsDlm}, {@code ViewAgreement}, {@code PeerLinks}, {@code UserLocks}, both codecs, and its own
 * timers on the simulated clock. By heartbeats: {@code RegionHeartbeat} and {@code Quorum}. By
 * votes: {@code VotesDriver} with {@code Votes} and the codec of beats, {@code DeathWatchDriver}
 * with {@code DeathWatch}, and in half of the runs {@code FenceAttempts}.
 *
 * <p>What is not: {@code LockRes} and {@code Downconverter} wait in threads, so {@link
 * org.lockstepfs.fuse.dlmglue.SteppedLock} does their steps; {@code DlmDomain}, {@code
 * PlockTransport} and o2net are replaced by {@code O2LockDomain}, {@code ByteRanges} and a network
 * of ordered links, with {@code VotesLinks} for what {@code Peer} adds by votes; {@code
 * VolumeMount}, {@code Recovery}, {@code SlotRecovery} and the journal are a model with one version
 * number per inode; {@code FenceAgents} stand for the programs that fence. {@code VotesRunner} and
 * {@code VotesPresence} wait in threads and pass on to the driver. By heartbeats, {@code
 * DeathWatch} and fence agents take no part; the negotiation of nodes whose disk hangs nowhere.
 *
 * <p>Faults: partitions, connections that break, delays that reorder different links, byte-range
 * messages that come twice, stopped processes whose writes complete, kills (more of them while a
 * node recovers another), restarts with a new incarnation, disks that hang, clocks that differ and
 * are set. On the user stack also: nodes that leave in order and come back while others die, and
 * links that are made anew while messages are on them.
 *
 * <p>By votes also: links cut one way, single links that are cut or break, expected votes that are
 * one more or less than nodes where that is a majority, several nodes killed at once, hosts that
 * lose their power with the node so that none of their ports refuses, a discovery that is too quick
 * to give up members, and more restarts. With fence agents: agents that fail, or hang until their
 * time is over, having fenced all the same or not, at each survivor for itself; so a node may be
 * fenced when it has long begun anew, and dies once more. And disks that carry out, after their
 * node's death, what they held back. With two nodes and two votes there is no tie-break: both stop.
 * That of a heartbeat file is in the runs by heartbeats.
 *
 * <h2>Checkers, by the numbers of the design's invariants</h2>
 *
 * <ol>
 *   <li>{@code Checker.levelsAreCompatible}; {@code SimReferee.checkConflicts} for byte ranges.
 *   <li>{@code oneMaster} in {@code SimInvariants} of either lock manager; one owner of each
 *       byte-range table.
 *   <li>{@code SteppedLock.checkCalls}, and the cancel in {@code SteppedLock.cancelConvert}.
 *   <li>{@code FileSystem.setLvb}: the disk has what is given away.
 *   <li>{@code Referee.read}, "trusts value block".
 *   <li>{@code Referee.read}, "finds on the disk": what a dead node committed is replayed.
 *   <li>{@code SimNode}: no write after a verdict, no verdict on a node that may still write, and
 *       none of its writes lands once others take over, fenced or not; {@code VotesHeart}: who has
 *       not talked with a majority within the time to write, does not write.
 *   <li>{@code Checker.atRest} within the bound; {@code LockStack.checkAtRest}; {@code
 *       SimReferee.checkTables}.
 *   <li>Nodes are killed while they recover; the next one must come to what the referee expects.
 *   <li>{@code SimDisk}: slots, and who writes which journal.
 *   <li>{@code Referee.promised}, and the promises at the end.
 *   <li>{@code Referee.checkAtRest}: the disk after the run; no fsck, for there is no format here.
 * </ol>
 *
 * <p>Liveness: everything that waits is answered within {@code Cluster.BOUND_MS} of simulated time
 * after the last fault: locks, joins and leaves. By votes, whoever began after the last fault joins
 * if a majority is there. What a domain of the user stack, the votes or the watch over deaths log
 * as an error fails the run.
 *
 * <h2>What is assumed, for nothing in the product assures it in all cases</h2>
 *
 * <ul>
 *   <li>Nobody joins while a member's heartbeat stands still. The product asks its membership,
 *       which here is always right; with a static membership, or one that is split, it may not be.
 *   <li>On o2cb, a joiner and all members have seen the same lives of all nodes. A joiner samples
 *       heartbeats faster than members do, and may take a restarted node for live, and for no
 *       member, while they still count its former life.
 *   <li>A link that broke while both its ends keep quorum through a third node is not made again;
 *       here one of the two is restarted when the faults end.
 *   <li>A write that hangs beyond its node's deadline never lands: whoever has it, driver or
 *       device, gives it up in time. Not assumed where there are fence agents.
 *   <li>By votes, a node's process is not started again before the last one's writes are over: it
 *       holds the port until then, unless the host was restarted.
 *   <li>A slot whose recoverer dies between replay and clean-up stays taken here until the next
 *       mount, where the product's next recoverer takes it over: nothing is lost, so this is no
 *       fault.
 * </ul>
 *
 * <p>The first two are rules that {@code BrokenRules} breaks: the simulation finds what follows.
 *
 * <p>Some rules of the user stack cannot be seen broken here, for others keep the same from
 * happening: without the consent of all a set does not get past its first barrier; messages of an
 * old life die with their link before {@code ViewAgreement} or {@code PeerLinks} refuses them.
 *
 * <h2>Running it</h2>
 *
 * <pre>
 * mvn -pl fs-fuse -am test -Dtest=ClusterSimulationTest -Dsurefire.failIfNoSpecifiedTests=false
 *   -Dlockstep.seeds=100000     the nightly run
 *   -Dlockstep.firstSeed=N      where the seeds start
 *   -Dlockstep.seed=N           one seed, with its trace
 *   -Dlockstep.traceLines=N     how much of the trace is kept
 * </pre>
 */
package org.lockstepfs.fuse.sim;
