using System.Globalization;

namespace ModelServing.Contracts.Features;

/// <summary>A version of a view, as settings name it.</summary>
/// <param name="View">The view's name.</param>
/// <param name="Version">The version's number, from 1.</param>
public sealed record NamedView(string View, int Version)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{View}:{Version}");
}
