using ModelServing.Contracts;

namespace ModelServing.Cache.Reports;

/// <summary>What a process counted for one variant in one trial.</summary>
/// <param name="Variant">The variant as the router named it; <see cref="HeaderNames.DirectVariant"/> where none did.</param>
/// <param name="Trial">The number of the version's trial; 0 where no router named it.</param>
/// <param name="Counts">The requests.</param>
public sealed record VariantCounts(string Variant, int Trial, RequestCounts Counts);
