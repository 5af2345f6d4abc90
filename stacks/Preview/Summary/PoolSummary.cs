using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>The pools that come, go or change, and the versions that move into or out of one.</summary>
internal static class PoolSummary
{
    private const int MostNames = 10;

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        var (before, after) = (PreviewPool.AllOf(comparison.Left), PreviewPool.AllOf(comparison.Right));
        foreach (var (name, pool) in after)
        {
            var size = PodSummary.SizeOf(pool.Deployment, comparison.Right);
            if (!before.TryGetValue(name, out var former))
                yield return new($"pool {name} comes: {size}; it serves {Names(pool.Versions.Select(Title))}", RiskClass.Cost);
            else if (former.Deployment.Name != pool.Deployment.Name)
                yield return new($"pool {name} changes ({Changes(former, pool)}): other pods start, {size}, and then the present ones end");
        }

        foreach (var name in before.Keys.Except(after.Keys))
            yield return new($"pool {name} goes: its pods end");
        foreach (var line in Moves(comparison))
            yield return line;
    }

    /// <summary>Whether the pods of a pool are replaced by others.</summary>
    internal static bool IsAnyReplaced(StackComparison comparison)
    {
        var after = PreviewPool.AllOf(comparison.Right);
        return PreviewPool.AllOf(comparison.Left)
            .Any(pool => after.TryGetValue(pool.Key, out var now) && now.Deployment.Name != pool.Value.Deployment.Name);
    }

    /// <summary>The versions that run in other pods than before, each with the pools before and after. Null is pods of its own.</summary>
    internal static IReadOnlyDictionary<string, (string? From, string? To)> MovedIn(StackComparison comparison)
    {
        var before = PreviewPool.PlacesOf(comparison.Left);
        return PreviewPool.PlacesOf(comparison.Right)
            .Where(place => before.TryGetValue(place.Key, out var former) && former != place.Value)
            .ToDictionary(static place => place.Key, place => (before[place.Key], place.Value));
    }

    private static IEnumerable<SummaryLine> Moves(StackComparison comparison) =>
        from move in MovedIn(comparison)
        group move.Key by move.Value into moved
        let isOne = moved.Count() == 1
        let start = $"{Names(moved)} {(isOne ? "moves" : "move")}"
        select moved.Key switch
        {
            (null, var pool) => new SummaryLine($"{start} into pool {pool}: {(isOne ? "its" : "their")} own pods end"),
            (var pool, null) => new SummaryLine($"{start} out of pool {pool}: each has {Sizes(moved, comparison)}", RiskClass.Cost),
            var (from, to) => new SummaryLine($"{start} from pool {from} to pool {to}"),
        };

    private static string Sizes(IEnumerable<string> versions, StackComparison comparison)
    {
        var moved = versions.ToHashSet();
        return string.Join(
            " or ",
            comparison.Created(ResourceTypes.Deployment).Where(each => PreviewPool.TitleOf(each) is { } title && moved.Contains(title))
                .Select(each => PodSummary.SizeOf(each, comparison.Right))
                .Distinct());
    }

    private static string Changes(PreviewPool former, PreviewPool latter)
    {
        var (before, after) = (former.Versions.Select(Title).ToHashSet(), latter.Versions.Select(Title).ToHashSet());
        var (coming, going) = (after.Except(before).ToList(), before.Except(after).ToList());
        var parts = new List<string>();
        if (coming.Count > 0)
            parts.Add($"{Names(coming)} {(coming.Count == 1 ? "comes" : "come")}");
        if (going.Count > 0)
            parts.Add($"{Names(going)} {(going.Count == 1 ? "goes" : "go")}");
        if (parts.Count == 0)
            parts.Add("the settings of its versions");
        return string.Join(", ", parts);
    }

    private static string Title(PooledVersion version) => $"{version.Model} v{version.Version}";

    private static string Names(IEnumerable<string> all)
    {
        var names = all.ToList();
        var shown = string.Join(", ", names.Take(MostNames));
        return names.Count > MostNames ? string.Create(CultureInfo.InvariantCulture, $"{shown} and {names.Count - MostNames} more") : shown;
    }
}
