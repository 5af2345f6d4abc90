namespace ModelServing.Rollout.Journal;

/// <summary>Why a variant gets no traffic although its rollout gives it a share.</summary>
public enum Closure
{
    /// <summary>Its version is condemned.</summary>
    Condemned,

    /// <summary>The journal was never read, so it is unknown whether its version is condemned.</summary>
    JournalUnread,
}
