using System.Text.Json.Serialization;
using ModelServing.Registry.Profiles;

namespace ModelServing.Jobs.Skew;

/// <summary>An input of a model in training and in serving.</summary>
/// <param name="Profile">The input in training.</param>
/// <param name="Serving">The rows of serving in each bin of the profile; the first has the missing values.</param>
/// <param name="Defaulted">The rows of serving whose entity had no state that could be read.</param>
internal sealed record ColumnSkew(
    [property: JsonIgnore] ColumnProfile Profile, IReadOnlyList<long> Serving, [property: JsonIgnore] long Defaulted)
{
    public string Name => Profile.Name;

    /// <summary>The population stability index; null without a row.</summary>
    public double? Psi { get; } = Serving.Sum() == 0 ? null : SkewFigures.Psi(Profile.ToBins(), Serving);

    /// <summary>The largest difference between the two cumulative distributions; null without a row.</summary>
    public double? LargestDifference { get; } =
        Serving.Sum() == 0 ? null : SkewFigures.LargestDifference(Profile.ToBins(), Serving);

    public SkewVerdict Verdict => SkewFigures.Judge(Psi ?? 0, TrainingRows, ServedRows);

    public long TrainingRows { get; } = Profile.ToBins().Sum();

    public long ServedRows { get; } = Serving.Sum();

    /// <summary>The share of missing values in training.</summary>
    public double TrainingMissing => Share(Profile.Missing, TrainingRows);

    public double ServedMissing => Share(Serving[ColumnBins.MissingBin], ServedRows);

    /// <summary>The share of defaults in training: rows whose entity had no state.</summary>
    public double TrainingDefaults => Share(Profile.Defaults, TrainingRows);

    public double ServedDefaults => Share(Defaulted, ServedRows);

    /// <summary>The largest value of each bin but the first, which has the missing values, and the last.</summary>
    public IReadOnlyList<float> Edges => Profile.Edges;

    public IReadOnlyList<long> Training { get; } = Profile.ToBins();

    private static double Share(long part, long whole) => whole == 0 ? 0 : (double)part / whole;
}
