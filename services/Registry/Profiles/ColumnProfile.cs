using ModelServing.Contracts;

namespace ModelServing.Registry.Profiles;

/// <summary>How the values of one input of a model are distributed in its training table: how many are in each bin. Values are rounded to
/// 32-bit floats first, because models and training tables may have either.</summary>
public sealed record ColumnProfile
{
    /// <summary>The most bins of values.</summary>
    public const int MostBins = 20;

    /// <summary>The name: <c>VIEW.FEATURE</c>, a value of the request, or an input of the model.</summary>
    public required string Name { get; init; }

    /// <summary>The largest value of each bin but the last, in ascending order. A value is in the first bin whose edge it does not
    /// exceed.</summary>
    public required IReadOnlyList<float> Edges { get; init; }

    /// <summary>The number of rows in each bin; one more than <see cref="Edges"/>.</summary>
    public required IReadOnlyList<long> Counts { get; init; }

    /// <summary>The number of rows whose value is missing or not a number. They are a bin of their own.</summary>
    public long Missing { get; init; }

    /// <summary>The number of rows whose entity had no state, so that the feature is a default.</summary>
    public long Defaults { get; init; }

    /// <summary>The smallest finite value; 0 without one.</summary>
    public float Least { get; init; }

    /// <summary>The largest finite value; 0 without one.</summary>
    public float Largest { get; init; }

    /// <summary>The rows in each bin. The first bin has the missing values.</summary>
    public long[] ToBins() => [Missing, .. Counts];

    /// <exception cref="ContractException">A number is impossible; the message says which.</exception>
    internal void Check(string path)
    {
        if (string.IsNullOrEmpty(Name))
            throw new ContractException($"{path}.name is empty");
        if (Edges.Count >= MostBins || Counts.Count != Edges.Count + 1)
        {
            throw new ContractException(
                $"{path} ({Name}) has {Edges.Count} edges and {Counts.Count} counts; there is one more count than edges, and at most " +
                $"{MostBins}");
        }

        for (var i = 0; i < Edges.Count; i++)
        {
            if (!float.IsFinite(Edges[i]) || (i > 0 && Edges[i] <= Edges[i - 1]))
                throw new ContractException($"{path}.edges[{i}] ({Name}) is {Edges[i]}; edges are finite and ascend");
        }

        if (Counts.Append(Missing).Append(Defaults).Any(static count => count is < 0 or > TrainingProfile.MostRows))
            throw new ContractException($"{path} ({Name}) has a count that is not from 0 to {TrainingProfile.MostRows}");
    }
}
