using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>A version's inputs in training and in serving.</summary>
/// <param name="Predictions">The predictions that were read.</param>
/// <param name="WithoutData">Those whose inputs are not in the log: dropped, hashed or large.</param>
/// <param name="Columns">The inputs, the most different first.</param>
/// <param name="NotCompared">The inputs that the training side does not have.</param>
internal sealed record VersionSkew(
    int Version, long Predictions, long WithoutData, IReadOnlyList<ColumnSkew> Columns, IReadOnlyList<string> NotCompared)
{
    /// <summary>The number of inputs with a distribution other than in training.</summary>
    internal int Shifted => Columns.Count(static column => column.Verdict == SkewVerdict.Shifted);
}
