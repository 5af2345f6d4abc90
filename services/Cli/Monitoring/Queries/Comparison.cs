namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>The comparisons of a value with a threshold.</summary>
internal enum Comparison
{
    /// <summary>&gt;</summary>
    Above,

    /// <summary>&gt;=</summary>
    AtLeast,

    /// <summary>&lt;</summary>
    Below,
}
