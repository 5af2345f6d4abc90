namespace ModelServing.Rollout.Guard;

/// <summary>How a call came to its variant.</summary>
public enum AttemptOrigin
{
    /// <summary>The first attempt of a request, on the variant that the assignment gave it. Only these are counted.</summary>
    Assigned,

    /// <summary>A further attempt after a failed one, on whichever variant.</summary>
    Retry,

    /// <summary>A copy that answers nobody.</summary>
    Shadow,

    /// <summary>The request named the version itself.</summary>
    Pinned,

    /// <summary>A tester's request named the variant.</summary>
    Override,
}
