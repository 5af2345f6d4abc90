namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>How a value is compared.</summary>
internal enum Comparison
{
    /// <summary>&gt;</summary>
    Above,

    /// <summary>&gt;=</summary>
    AtLeast,

    /// <summary>&lt;</summary>
    Below,

    /// <summary>&lt;=</summary>
    AtMost,

    /// <summary>==</summary>
    Equal,

    /// <summary>!=</summary>
    NotEqual,
}
