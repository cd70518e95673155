/** Several real nodes, real mounts, real faults. */
package org.lockstepfs.it;
