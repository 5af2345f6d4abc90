using ModelServing.Cache.Reports;
using ModelServing.Contracts;

namespace ModelServing.Functions.ModelMetrics;

/// <summary>The requests of a minute that a version failed and that stable answered well, without those of any one client.</summary>
/// <remarks>Stable's processes count both sides: the router sends them each request that another variant failed. So a request that any
/// version fails is not in these numbers, whoever sends it.</remarks>
internal sealed class ComparedFailures
{
    // As in the guard (docs/rollouts.md): a client that sends this part of a model's requests harms only itself.
    private const double NearlyAll = 0.9;

    private readonly Dictionary<Comparison, GroupCounts> compared = [];
    private readonly GroupCounts requests = GroupCounts.None;

    internal ComparedFailures(IReadOnlyList<ProcessReport> processes)
    {
        foreach (var counted in processes.SelectMany(static process => process.Streams))
        {
            if (Comparison.FromStream(counted.Variant, counted.Trial) is { } comparison)
                compared[comparison] = compared.TryGetValue(comparison, out var sum) ? sum + counted.Groups : counted.Groups;
            else
                requests += counted.Groups;
        }
    }

    /// <summary>The number of the version's failures that count.</summary>
    /// <param name="stream">The version.</param>
    /// <param name="kind"><see cref="Comparison.Error"/> or <see cref="HeaderNames.NonFinite"/>.</param>
    internal long Count(VersionStream stream, string kind)
    {
        if (!compared.TryGetValue(new(stream.Variant, stream.Version, stream.Trial, kind), out var failures))
            return 0;
        var most = 0L;
        for (var group = 0; group < GroupCounts.Groups; group++)
        {
            if (requests.Total == 0 || requests[group] < NearlyAll * requests.Total)
                most = Math.Max(most, failures[group]);
        }

        return failures.Total - most;
    }
}
