namespace ModelServing.Cache.Reports;

/// <summary>An input of a version, in training and in serving.</summary>
/// <param name="Name">The input: <c>VIEW.FEATURE</c>, a value of the request, or an input of the model.</param>
/// <param name="Training">The rows of training in each bin.</param>
/// <param name="Serving">The rows of serving in each of the same bins.</param>
public sealed record InputCounts(string Name, IReadOnlyList<long> Training, IReadOnlyList<long> Serving);
