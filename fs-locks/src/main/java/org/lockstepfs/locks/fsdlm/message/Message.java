package org.lockstepfs.locks.fsdlm.message;

/** What one node's lock manager says to another's; see the table of the parent package. */
public sealed interface Message
    permits Request,
        Convert,
        Unlock,
        Cancel,
        Reply,
        Bast,
        Lookup,
        LookupReply,
        Remove,
        Status,
        StatusReply,
        Names,
        NamesReply,
        MasterLookup,
        MasterLookupReply,
        LockState,
        LockStateReply {

  /** Returns the type, which names the message on the wire. */
  MessageType type();
}
