namespace ModelServing.Registry.Profiles;

/// <summary>What the PSI of an input means.</summary>
public enum SkewVerdict
{
    /// <summary>There are too few rows to tell.</summary>
    TooFew,

    /// <summary>No difference worth mentioning.</summary>
    Same,

    /// <summary>A difference to look at.</summary>
    Moderate,

    /// <summary>Another distribution.</summary>
    Shifted,
}
