namespace ModelServing.Cli.Demo;

/// <summary>How a proxy makes a version fail.</summary>
internal enum Fault
{
    /// <summary>It answers in the version's place, as one that is broken: the version knows nothing of it.</summary>
    Broken,

    /// <summary>It holds a request back until the time is over that it says the caller has: the version itself answers that it is too late.</summary>
    Late,
}
