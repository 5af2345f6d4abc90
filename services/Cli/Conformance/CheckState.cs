namespace ModelServing.Cli.Conformance;

/// <summary>What a check has found.</summary>
internal enum CheckState
{
    Passed,
    Failed,

    /// <summary>The server has not what the check asks.</summary>
    Skipped,
}
