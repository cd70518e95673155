package org.lockstepfs.stack.member;

/** Hears hints of members that come and go; called on a thread of the source, must not block. */
public interface MembershipListener {

  /** A node has joined. */
  void memberUp(Member member);

  /** A node has left or cannot be reached. */
  void memberDown(Member member);
}
