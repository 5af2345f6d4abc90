using System.Text.Json;

namespace ModelServing.Contracts.Features;

/// <summary>An entity whose features are read.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The view's version.</param>
/// <param name="Entity">The entity's keys.</param>
public sealed record EntityRead(string View, int Version, IReadOnlyDictionary<string, JsonElement> Entity)
{
    /// <summary>The request's values for expressions; null for none.</summary>
    public IReadOnlyDictionary<string, double>? Request { get; init; }
}
