/**
 * Seeded simulation of lock managers: every choice (which step next, which link delivers, what a
 * client does) comes from one seed, so that a failing run prints its seed and replays exactly.
 *
 * <p>{@link org.lockstepfs.locks.sim.SeededScheduler} makes the choices, {@link
 * org.lockstepfs.locks.sim.SeededNetwork} is TCP as the engines see it (order per link, none across
 * links), {@link org.lockstepfs.locks.sim.Seeds} runs a range of seeds.
 */
package org.lockstepfs.locks.sim;
