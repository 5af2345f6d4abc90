namespace ModelServing.Rollout.Experiments;

/// <summary>What may be concluded about an arm from one metric.</summary>
public enum Conclusion
{
    /// <summary>Neither yet.</summary>
    NotYet,

    /// <summary>The arm is better than stable.</summary>
    Better,

    /// <summary>The arm is worse than stable.</summary>
    Worse,

    /// <summary>Nothing, because the units did not come to the arms as planned.</summary>
    Invalid,
}
