namespace ModelServing.Rollout.Journal;

/// <summary>Why a variant has none of the traffic that its rollout gives it.</summary>
public enum Closure
{
    /// <summary>Its version is condemned.</summary>
    Condemned,

    /// <summary>The journal was never read, so nobody knows whether its version is condemned.</summary>
    JournalUnread,
}
