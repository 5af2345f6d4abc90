using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>A process's counts for one variant in one trial.</summary>
/// <param name="Variant">The variant that the router named; <see cref="HeaderNames.DirectVariant"/> if no router did.</param>
/// <param name="Trial">The number of the version's trial; 0 if no router named it.</param>
/// <param name="Counts">The requests.</param>
public sealed record VariantCounts(string Variant, int Trial, RequestCounts Counts)
{
    /// <summary>The requests by group of clients. In a stream of <see cref="Comparison"/>, only those that stable answered well.</summary>
    public GroupCounts Groups { get; init; } = GroupCounts.None;
}
