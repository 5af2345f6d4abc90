namespace ModelServing.Cli.Monitoring.Queries;

/// <summary>The value that a dimension must have.</summary>
/// <param name="Name">The dimension's name.</param>
internal sealed record DimensionFilter(string Name, string Value)
{
    internal bool Matches(Dimensions dimensions) => dimensions[Name] == Value;
}
