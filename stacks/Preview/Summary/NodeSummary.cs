using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What happens to the nodes of the cluster: which are replaced, which stay as they are, and their smallest number.</summary>
internal static partial class NodeSummary
{
    private const string Placement = "placementConfigs";
    private const string Cycling = "isNodeCyclingEnabled";

    /// <summary>The changes that make pods move to other nodes.</summary>
    internal static IEnumerable<SummaryLine> Moves(StackComparison comparison)
    {
        foreach (var change in Updated(comparison))
        {
            // OKE does not surge for another placement, whether nodes are cycled or not.
            if (change.Values.Any(IsPlacement))
            {
                yield return new(
                    $"{change.Title}: the nodes end, and others come in other availability domains: their pods stop at once",
                    RiskClass.Outage);
            }
            else if (IsCycling(change.Resource))
            {
                var reasons = Reasons(change) is { Length: > 0 } text ? $" ({text})" : "";
                yield return new($"{change.Title}: all nodes are replaced, a quarter at a time{reasons}: all their pods move");
            }
        }

        foreach (var change in comparison.Changes.Where(static change =>
            change.Change == Change.Delete && change.Resource.Type == ResourceTypes.NodePool))
            yield return new($"{change.Resource.Kind} {change.Resource.Name}: the nodes end: their pods move");
    }

    /// <summary>The other changes of nodes.</summary>
    internal static IEnumerable<SummaryLine> Others(StackComparison comparison)
    {
        foreach (var change in Updated(comparison).Where(static change => !IsCycling(change.Resource) && !change.Values.Any(IsPlacement)))
        {
            if (Reasons(change) is { Length: > 0 } reasons)
                yield return new($"{change.Title}: only new nodes change ({reasons}), until cluster.nodes.cycling asks for the others");
        }

        foreach (var value in comparison.Updated(ResourceTypes.Addon).SelectMany(static change => change.Values))
        {
            if (value.Label == "nodes" && (Least(value.Left), Least(value.Right)) is ({ } from, { } to) && to < from)
                yield return new($"the autoscaler may remove nodes: at least {Text(to)} stay, not {Text(from)}");
        }
    }

    private static IEnumerable<ResourceChange> Updated(StackComparison comparison) =>
        from change in comparison.Changes
        where change.Change == Change.Update && change.Resource.Type == ResourceTypes.NodePool
        where change.Values.Any(static value => !value.Follows)
        select change;

    private static bool IsPlacement(ValueChange value) => value.Path.Contains(Placement);

    private static bool IsCycling(PreviewResource pool) =>
        InputTree.Leaves(pool.Inputs).Any(static leaf => leaf.Path[^1] == Cycling && leaf.Value?.ToString() == "true");

    private static string Reasons(ResourceChange change) =>
        PodSummary.Reasons(change.Values.Where(static value => value.Path[0] != "nodePoolCyclingDetails"));

    // The sum of the pools' minima in MIN:MAX:POOL, MIN:MAX:POOL; null if it is something else.
    private static int? Least(JsonNode? ranges)
    {
        var minima = Minimum().Matches(ranges?.ToString() ?? "");
        return minima.Count > 0 ? minima.Sum(static match => int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture)) : null;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    [GeneratedRegex(@"(?:\A|, )([0-9]{1,4}):[0-9]{1,4}:", RegexOptions.CultureInvariant)]
    private static partial Regex Minimum();
}
