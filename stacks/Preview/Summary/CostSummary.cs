using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What may cost more: more or larger machines, units and storage, and new things that are billed.</summary>
internal static partial class CostSummary
{
    // The values that OCI bills, as parts of paths.
    private static readonly string[] Billed =
    [
        "nodeShape", "nodeShapeConfig", "nodeConfigDetails.size", "bootVolumeSizeInGbs", "configurations.[nodes]", "minReplicas",
        "maxReplicas", "resources.requests", "nodeCount", "nodeMemoryInGbs", "shardCount", "tableLimits", "memoryInMbs",
        "provisionedConcurrencyConfig",
        "parallelism", "retentionDuration", "timeAmount", "storageTier",
    ];

    // Versions are in the summary of pods.
    private static readonly string[] BilledTypes =
    [
        ResourceTypes.Cache, ResourceTypes.Cluster, ResourceTypes.Gateway, ResourceTypes.NodePool, ResourceTypes.StatefulSet,
        ResourceTypes.Table,
    ];

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        if (comparison.Left is null)
            yield break;
        foreach (var type in BilledTypes)
        {
            foreach (var resource in comparison.Created(type))
                yield return new($"{resource.Kind} {resource.Name} comes", RiskClass.Cost);
        }

        foreach (var change in comparison.Changes.Where(static change => change.Change is Change.Update or Change.Replace))
        {
            foreach (var value in change.Values.Where(static value => !value.Follows && IsBilled(value)))
            {
                var risk = IsLess(value) ? (RiskClass?)null : RiskClass.Cost;
                yield return new($"{change.Title}: {value.Label} {Show(value.Left)} -> {Show(value.Right)}", risk);
            }
        }
    }

    private static bool IsBilled(ValueChange value) => Billed.Any(part => value.Dotted.Contains(part, StringComparison.Ordinal));

    private static bool IsLess(ValueChange value) =>
        value.Right is null || (Quantity(value.Left) is { } before && Quantity(value.Right) is { } after && after <= before);

    // A number, with Kubernetes' units. A text such as "1:3:<pool>" is not one, so its change counts as a rise.
    private static double? Quantity(JsonNode? node)
    {
        if (Number().Match(node?.ToString() ?? "") is not { Success: true } match)
            return null;
        var unit = match.Groups[2].Value switch
        {
            "m" => 0.001,
            "Mi" => 1 << 20,
            "Gi" => 1 << 30,
            _ => 1,
        };
        return double.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) * unit;
    }

    private static string Show(JsonNode? node) => node switch
    {
        null => "none",
        // The autoscaler's range names its pool, which says nothing about cost.
        JsonValue value => Placeholder.In(value.ToString())
            .Aggregate(value.ToString(), static (text, each) => text.Replace(":" + each, "", StringComparison.Ordinal)),
        _ => node.ToJsonString(),
    };

    [GeneratedRegex(@"\A(\d+(?:\.\d+)?)(m|Mi|Gi)?\z", RegexOptions.CultureInvariant)]
    private static partial Regex Number();
}
