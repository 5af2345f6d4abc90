using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Stacks.Preview.Summary;

namespace ModelServing.Stacks.Preview.Capacity;

/// <summary>How many pods a stack asks for, and how many of them fit on its nodes with the autoscaler at its maximum. A pod that does not
/// fit stays pending, and an apply that waits for it fails in the end.</summary>
internal static class CapacitySummary
{
    // A subnet keeps three addresses for itself.
    private const int OwnAddresses = 3;

    // Kubernetes' own recommendation, and the most that this program sets.
    private const int MostPodsOnNode = 110;

    /// <summary>Says it of each kind of nodes, if anything about it changes.</summary>
    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        var before = comparison.Left is { } left ? Lines(left).ToHashSet() : [];
        // What does not fit stays a risk, whoever caused it.
        return Lines(comparison.Right, GoingIn(comparison)).Where(line => line.Risk is not null || !before.Contains(line));
    }

    // The pods of versions and of pools' documents run until those that take their place are ready, because Pulumi deletes last.
    private static List<PodGroup> GoingIn(StackComparison comparison)
    {
        var deleted = comparison.Changes.Where(static each => each.Change == Change.Delete).Select(static each => each.Resource)
            .Where(static each => each.Type is ResourceTypes.Deployment or ResourceTypes.HorizontalPodAutoscaler);
        return comparison.Left is { } left ? [.. Asked(left with { Resources = [.. deleted] })] : [];
    }

    private static IEnumerable<SummaryLine> Lines(StackSnapshot stack, IReadOnlyList<PodGroup>? going = null)
    {
        var pods = Asked(stack).ToList();
        if (pods.Count == 0)
            yield break;
        // None of our pods is on the nodes of the add-ons.
        foreach (var pools in OfType(stack, ResourceTypes.NodePool).GroupBy(PurposeOf))
        {
            var own = pods.Where(pod => pod.Pool == pools.Key).ToList();
            if (own.Count > 0)
                yield return Line(stack, pools.Key, [.. pools], own, [.. (going ?? []).Where(pod => pod.Pool == pools.Key)]);
        }
    }

    private static SummaryLine Line(
        StackSnapshot stack,
        string purpose,
        IReadOnlyList<PreviewResource> pools,
        IReadOnlyList<PodGroup> own,
        IReadOnlyList<PodGroup> going)
    {
        var node = NodeRoom.From(pools[0].Inputs);
        var nodes = (int)pools.Sum(pool => NodePoolSize.From(pool, stack).Most);
        var (setting, requests) = purpose == ClusterNames.RouterPool
            ? ("cluster.routerNodes.max", "router")
            : ("cluster.nodes.max", "inference");
        var least = Least(own);
        List<PodRequest> most = [.. own.SelectMany(static pods => Enumerable.Repeat(pods.Pod, pods.Most))];
        var (placed, used) = NodeFilling.Fill(least, node, nodes);
        var (scaled, _) = NodeFilling.Fill(most, node, nodes);
        var start = Text($"capacity of the {purpose} nodes: {least.Count} {(least.Count == 1 ? "pod" : "pods")} asked for");
        if (AddressesOf(stack, pools) is { } addresses && nodes + least.Count > addresses)
        {
            return new(
                Text($"{start}, but the pods' subnet has {addresses} addresses, of which nodes take {nodes}: the others stay pending; ")
                    + "widen network.cidr in a new environment",
                RiskClass.Outage);
        }

        if (placed < least.Count)
        {
            var (_, needed) = NodeFilling.Fill(least, node, int.MaxValue);
            var scarce = NodeFilling.Scarcest(least, node);
            var way = needed > nodes ? Text($"raise {setting} to {needed}, or lower {requests}.cpu, memory or min") : "choose larger nodes";
            var pending = least.Count - placed;
            return new(
                Text($"{start}, only {placed} fit on {nodes} nodes: {pending} {(pending == 1 ? "stays" : "stay")} pending for lack of ")
                    + $"{scarce}; {way}",
                RiskClass.Outage);
        }

        List<PodRequest> during = [.. least, .. Least(going)];
        if (NodeFilling.Fill(during, node, nodes).Placed is var both && both < during.Count)
        {
            var (_, needed) = NodeFilling.Fill(during, node, int.MaxValue);
            return new(
                Text($"{start}, and all fit, but not beside the {during.Count - least.Count} that end once they are ready: ")
                    + Text($"{during.Count - both} stay pending, and the apply fails; raise {setting} to {needed} for this apply"),
                RiskClass.Outage);
        }

        // The size that most workloads have is that of versions.
        var usual = own.CountBy(static pods => pods.Pod).MaxBy(static count => count.Value).Key;
        var (full, _) = NodeFilling.Fill([.. least, .. Enumerable.Repeat(usual, nodes * MostPodsOnNode)], node, nodes);
        return new(
            Text($"{start}, {(least.Count == 1 ? "and it fits: it needs" : "all fit: they need")} {used} of at most {nodes} nodes, ")
            + Text($"which have room for {full - least.Count} more pods of ")
            + Text($"{usual.Cpu:0}m and {usual.Memory:0}Mi") + (
            scaled < most.Count ? Text($"; scaled out, {scaled} of at most {most.Count} fit")
            : most.Count > least.Count ? Text($"; scaled out, all {most.Count} fit")
            : ""));
    }

    private static List<PodRequest> Least(IEnumerable<PodGroup> groups) =>
        [.. groups.SelectMany(static pods => Enumerable.Repeat(pods.Pod, pods.Least))];

    // The pods of each workload, on the nodes where they run. Jobs that only people start come and go, so they do not count.
    private static IEnumerable<PodGroup> Asked(StackSnapshot stack)
    {
        var autoscalers = OfType(stack, ResourceTypes.HorizontalPodAutoscaler)
            .ToDictionary(static each => each.Name, static each => each.Inputs);
        foreach (var deployment in OfType(stack, ResourceTypes.Deployment))
        {
            var scale = autoscalers.GetValueOrDefault(deployment.Name);
            yield return Pods(
                deployment.Inputs["spec"]?["template"]?["spec"],
                InputTree.NumberAt(scale, "spec", "minReplicas"),
                InputTree.NumberAt(scale, "spec", "maxReplicas"));
        }

        foreach (var set in OfType(stack, ResourceTypes.StatefulSet))
        {
            var replicas = InputTree.NumberAt(set.Inputs, "spec", "replicas");
            yield return Pods(set.Inputs["spec"]?["template"]?["spec"], replicas, replicas);
        }

        foreach (var job in OfType(stack, ResourceTypes.CronJob))
        {
            if (InputTree.TextAt(job.Inputs, "spec", "suspend") == "true")
                continue;
            var spec = job.Inputs["spec"]?["jobTemplate"]?["spec"];
            var count = Math.Max(1, InputTree.NumberAt(spec, "parallelism"));
            yield return Pods(spec?["template"]?["spec"], count, count);
        }
    }

    private static PodGroup Pods(JsonNode? pod, decimal least, decimal most) =>
        new(PoolOf(pod), PodRequest.From(pod), (int)least, (int)most);

    // The only affinity of ours that names a pool with "In" is that of routers with nodes of their own.
    private static string PoolOf(JsonNode? pod) =>
        InputTree.Leaves(pod?["affinity"]).Any(static leaf => leaf.Path[^1] == "operator" && leaf.Value.ToString() == "In")
            ? ClusterNames.RouterPool
            : ClusterNames.ServingPool;

    private static string PurposeOf(PreviewResource pool) =>
        InputTree.TextAt((pool.Inputs["initialNodeLabels"] as JsonArray)?[0], "value") ?? ClusterNames.ServingPool;

    // The pods' subnet, of which each node takes one address for its own interface. Null if it can't be found.
    private static int? AddressesOf(StackSnapshot stack, IReadOnlyList<PreviewResource> pools)
    {
        var network = pools[0].Inputs["nodeConfigDetails"]?["nodePoolPodNetworkOptionDetails"];
        var id = InputTree.TextOf((network?["podSubnetIds"] as JsonArray)?[0]) ?? "";
        var subnet = OfType(stack, ResourceTypes.Subnet).FirstOrDefault(
            each => id.StartsWith(Placeholder.StartOf(each.Type, each.Name), StringComparison.Ordinal));
        return IPNetwork.TryParse(InputTree.TextAt(subnet?.Inputs, "cidrBlock"), out var range)
            ? (1 << (32 - range.PrefixLength)) - OwnAddresses
            : null;
    }

    private static IEnumerable<PreviewResource> OfType(StackSnapshot stack, string type) =>
        stack.Resources.Where(resource => resource.Type == type);

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
