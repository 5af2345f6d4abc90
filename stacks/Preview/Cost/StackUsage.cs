using System.Text.Json.Nodes;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Stacks.Preview.Cost;

/// <summary>Reads from the rendered resources what OCI bills for them in a month.</summary>
/// <remarks>To add something that is billed: add it in <see cref="Lines"/>, and its price to <c>prices.json</c>.</remarks>
internal sealed class StackUsage
{
    /// <summary>The row of the function TrafficSplitter.</summary>
    internal const string Splitting = "traffic splitting";

    /// <summary>The performance of a boot volume and of the storage class oci-bv, in units per GB: balanced, the default.</summary>
    private const decimal BalancedUnits = 10;

    private readonly StackSnapshot stack;
    private readonly CostAssumptions assumptions;
    private readonly decimal hours;

    private StackUsage(StackSnapshot stack, CostAssumptions assumptions, int hours)
    {
        this.stack = stack;
        this.assumptions = assumptions;
        this.hours = hours;
    }

    internal static IReadOnlyList<UsageLine> From(StackSnapshot stack, CostAssumptions assumptions, int hoursInMonth) =>
        [.. new StackUsage(stack, assumptions, hoursInMonth).Lines()];

    private IEnumerable<UsageLine> Lines() =>
    [
        .. Resources(ResourceTypes.NodePool).SelectMany(Nodes),
        .. Resources(ResourceTypes.Cluster).Where(static cluster => Text(cluster.Inputs, "type") == "ENHANCED_CLUSTER")
            .Select(_ => Same("cluster", "enhanced cluster", hours)),
        .. Resources(ResourceTypes.Cache).Select(Cache),
        .. Resources(ResourceTypes.Gateway)
            .Select(_ => Same("gateway", "gateway calls", assumptions.RequestsPerSecond * hours * 3600 / 1_000_000)),
        .. Resources(ResourceTypes.Service).Where(static service => Text(service.Inputs, "spec", "type") == "LoadBalancer")
            .Select(_ => Same("load balancers", "network load balancer", hours)),
        .. Resources(ResourceTypes.NatGateway).Select(_ => Same("NAT gateway", "NAT gateway", hours)),
        .. Resources(ResourceTypes.Function).SelectMany(Function),
        .. Resources(ResourceTypes.Table).SelectMany(Table),
        .. Resources(ResourceTypes.StatefulSet).SelectMany(Volumes),
        // A copy in another region holds the same.
        .. Resources(ResourceTypes.Bucket).Select(_ => Same("bucket", "object storage", assumptions.StoredGbs)),
    ];

    private IEnumerable<UsageLine> Nodes(PreviewResource pool)
    {
        var shape = Text(pool.Inputs, "nodeShape") ?? "a shape";
        var (least, most) = NodePoolSize.From(pool, stack);
        var ocpus = Number(pool.Inputs, "nodeShapeConfig", "ocpus");
        var memory = Number(pool.Inputs, "nodeShapeConfig", "memoryInGbs");
        var boot = Number(pool.Inputs, "nodeSourceDetails", "bootVolumeSizeInGbs");
        yield return Each("nodes", $"{shape} ocpu", ocpus * hours);
        yield return Each("nodes", $"{shape} memory", memory * hours);
        yield return Each("nodes", "block volume", boot);
        yield return Each("nodes", "block volume performance", boot * BalancedUnits);

        UsageLine Each(string group, string price, decimal quantity) => new(group, price, least * quantity, most * quantity);
    }

    private UsageLine Cache(PreviewResource cache)
    {
        var memory = Number(cache.Inputs, "nodeMemoryInGbs");
        // Of a sharded cache, the number of nodes is that of each shard.
        var nodes = Number(cache.Inputs, "nodeCount") * Math.Max(1, Number(cache.Inputs, "shardCount"));
        return Same("cache", memory > 10 ? "cache over 10 GB" : "cache up to 10 GB", nodes * memory * hours);
    }

    private IEnumerable<UsageLine> Function(PreviewResource function)
    {
        var gigabytes = Number(function.Inputs, "memoryInMbs") / 1024;
        if (Text(function.Inputs, "config", "MODELSERVING_FUNCTION") == "ModelMetrics")
        {
            var calls = hours * 60;
            yield return Same("functions", "function calls", calls / 1_000_000);
            yield return Same("functions", "function time", calls * gigabytes * CostAssumptions.FunctionSeconds);
        }

        if (SplittingSummary.IsSplitter(function) && SplittingSummary.LeadsToFunction(stack))
        {
            var calls = assumptions.RequestsPerSecond * hours * 3600;
            yield return Same(Splitting, "function calls", calls / 1_000_000);
            yield return Same(Splitting, "function time", calls * gigabytes * assumptions.SplitSeconds);
        }

        if (Number(function.Inputs, "provisionedConcurrencyConfig", "count") is > 0 and var ready)
            yield return Same("functions kept ready", "function containers kept ready", ready * gigabytes * hours);
    }

    private static IEnumerable<UsageLine> Table(PreviewResource table)
    {
        yield return Same("tables", "table read unit", Number(table.Inputs, "tableLimits", "maxReadUnits"));
        yield return Same("tables", "table write unit", Number(table.Inputs, "tableLimits", "maxWriteUnits"));
        yield return Same("tables", "table storage", Number(table.Inputs, "tableLimits", "maxStorageInGbs"));
    }

    private static IEnumerable<UsageLine> Volumes(PreviewResource set)
    {
        foreach (var claim in ((set.Inputs["spec"] as JsonObject)?["volumeClaimTemplates"] as JsonArray ?? []).OfType<JsonObject>())
        {
            var size = Text(claim, "spec", "resources", "requests", "storage") ?? "";
            if (!size.EndsWith("Gi", StringComparison.Ordinal) || !InputTree.Parse(size[..^2], out var gigabytes))
                continue;
            yield return Same("volumes", "block volume", gigabytes);
            yield return Same("volumes", "block volume performance", gigabytes * BalancedUnits);
        }
    }

    private IEnumerable<PreviewResource> Resources(string type) => stack.Resources.Where(resource => resource.Type == type);

    private static UsageLine Same(string group, string price, decimal quantity) => new(group, price, quantity, quantity);

    private static decimal Number(JsonNode? node, params ReadOnlySpan<string> path) => InputTree.NumberAt(node, path);

    private static string? Text(JsonNode? node, params ReadOnlySpan<string> path) => InputTree.TextAt(node, path);
}
