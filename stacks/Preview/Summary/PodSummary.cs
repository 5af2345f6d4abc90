using System.Collections.Immutable;
using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>The versions whose pods come and go, the pods that restart, and the functions that start anew.</summary>
internal static class PodSummary
{
    private const string Image = "image";

    private static readonly ImmutableArray<string> Template = ["spec", "template"];

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        var moved = PoolSummary.MovedIn(comparison);
        foreach (var resource in comparison.Created(ResourceTypes.Deployment).Where(IsOnlyVersion))
            yield return new($"{TitleOf(resource)} comes: {SizeOf(resource, comparison.Right)}", RiskClass.Cost);
        foreach (var change in comparison.Changes.Where(each => each.Change == Change.Delete && IsOnlyVersion(each.Resource)))
            yield return new($"{TitleOf(change.Resource)} goes: its pods end");
        foreach (var line in PoolSummary.From(comparison))
            yield return line;
        var restarts = Restarts(comparison).ToList();
        var moves = NodeSummary.Moves(comparison).ToList();
        // Pods that restart for the same reason are one line.
        foreach (var group in restarts.GroupBy(static each => each.Reason))
            yield return new($"pods restart ({group.Key}): {string.Join(", ", group.Select(static each => TitleOf(each.Resource)))}");
        foreach (var line in moves.Concat(NodeSummary.Others(comparison)))
            yield return line;
        foreach (var alone in comparison.Right.Resources.Where(each => each.Type == ResourceTypes.StatefulSet
            && (moves.Count > 0 || restarts.Any(restart => restart.Resource.Urn == each.Urn))))
            yield return new($"{alone.Name} has one pod: it answers nothing while it restarts", RiskClass.Outage);
        var isReplaced = comparison.Changes.Any(static each => each.Change == Change.Replace && IsWorkload(each.Resource));
        if (isReplaced)
            yield return new("the pods of replaced workloads end");
        else if (restarts.Count + moves.Count == 0 && !PoolSummary.IsAnyReplaced(comparison))
            yield return SummaryLine.Absence("no pods restart");
        foreach (var line in Jobs(comparison).Concat(Functions(comparison)).Concat(Processors(comparison)))
            yield return line;

        // One that moves into or out of a pool neither comes nor goes.
        bool IsOnlyVersion(PreviewResource resource) =>
            resource.Type == ResourceTypes.Deployment && PreviewPool.TitleOf(resource) is { } title && !moved.ContainsKey(title);
    }

    private static IEnumerable<(PreviewResource Resource, string Reason)> Restarts(StackComparison comparison) =>
        from change in comparison.Changes
        where change.Change == Change.Update && IsWorkload(change.Resource)
        let reasons = Reasons(change.Values.Where(static value => value.Path.AsSpan().StartsWith(Template.AsSpan())))
        where reasons.Length > 0
        select (change.Resource, reasons);

    private static IEnumerable<SummaryLine> Jobs(StackComparison comparison) =>
        comparison.Changes.Where(static change => change.Change == Change.Update && change.Resource.Type == ResourceTypes.CronJob)
            .GroupBy(static change => Reasons(change.Values))
            .Select(static group =>
                new SummaryLine($"jobs change ({group.Key}): {string.Join(", ", group.Select(static each => each.Resource.Name))}"));

    private static IEnumerable<SummaryLine> Functions(StackComparison comparison)
    {
        var changed = comparison.Changes.Where(static change => change.Change == Change.Update
            && change.Resource.Type is ResourceTypes.Function or ResourceTypes.FunctionApplication);
        foreach (var group in changed.GroupBy(static change => Reasons(change.Values.Where(IsRun))).Where(static each => each.Key != ""))
        {
            var names = group.Select(static each => each.Resource.Type == ResourceTypes.Function ? each.Resource.Name : "all functions");
            yield return new($"functions restart ({group.Key}): {string.Join(", ", names)}");
        }
    }

    // Functions have the processors of the nodes, because they share the images.
    private static IEnumerable<SummaryLine> Processors(StackComparison comparison) =>
        from change in comparison.Updated(ResourceTypes.FunctionApplication)
        from value in change.Values
        where value.Name == "shape"
        select new SummaryLine(
            $"nodes and functions change from {value.Left} to {value.Right}: all images and cluster.nodeImage must be for it",
            RiskClass.Outage);

    private static bool IsRun(ValueChange value) =>
        value.Path[0] is "config" or "image" or "imageDigest" or "memoryInMbs" or "timeoutInSeconds";

    internal static string Reasons(IEnumerable<ValueChange> values)
    {
        string[] reasons = [.. values.Select(ReasonOf).Distinct()];
        return reasons.Length <= 3 ? string.Join(", ", reasons) : $"{string.Join(", ", reasons[..3])} and {reasons.Length - 3} more";
    }

    // The environment variable, or the name of the value.
    private static string ReasonOf(ValueChange value) =>
        value.Path.IndexOf("env") is >= 0 and var at && at + 1 < value.Path.Length ? value.Path[at + 1].Trim('[', ']')
        : value.Name == "imageDigest" ? Image
        : value.Path is ["config", var key, ..] ? key
        : value.Name;

    private static bool IsWorkload(PreviewResource resource) => resource.Type is ResourceTypes.Deployment or ResourceTypes.StatefulSet;

    // A version or a pool as people name it, and any other workload by its name.
    private static string TitleOf(PreviewResource resource) =>
        PreviewPool.TitleOf(resource) ?? (PreviewPool.NameOf(resource) is { } pool ? $"pool {pool}" : resource.Name);

    /// <summary>The number and size of a Deployment's pods.</summary>
    internal static string SizeOf(PreviewResource deployment, StackSnapshot snapshot)
    {
        var autoscaler = snapshot.Resources.FirstOrDefault(each =>
            each.Type == ResourceTypes.HorizontalPodAutoscaler && each.Name == deployment.Name)?.Inputs["spec"];
        var requests = (deployment.Inputs["spec"]?["template"]?["spec"]?["containers"] as JsonArray)?[0]?["resources"]?["requests"];
        return $"{autoscaler?["minReplicas"]} to {autoscaler?["maxReplicas"]} pods of {requests?["cpu"]} CPU and {requests?["memory"]}";
    }
}
