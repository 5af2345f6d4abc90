using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What is replaced or deleted, what goes with it, and data that is kept for a shorter time.</summary>
internal static partial class LossSummary
{
    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        var lost = Replaced(comparison).Concat(Deleted(comparison)).ToList();
        foreach (var line in lost.DefaultIfEmpty(SummaryLine.Absence("nothing is replaced or deleted")))
            yield return line;
        foreach (var line in Unprotected(comparison).Concat(Moved(comparison)).Concat(Shortened(comparison)))
            yield return line;
    }

    private static IEnumerable<SummaryLine> Replaced(StackComparison comparison)
    {
        var replaced = comparison.Changes.Where(static change => change.Change == Change.Replace).ToList();
        foreach (var root in replaced.Where(static change => change.Cause is null))
        {
            var urns = new HashSet<string> { root.Resource.Urn };
            // A cause comes before what it replaces, or in a later round.
            for (var count = 0; count < urns.Count;)
            {
                count = urns.Count;
                urns.UnionWith(replaced.Where(each => each.Cause is { } cause && urns.Contains(cause.Urn))
                    .Select(static each => each.Resource.Urn));
            }

            var with = replaced.Select(static each => each.Resource)
                .Where(each => urns.Contains(each.Urn) && each != root.Resource)
                .ToList();
            var reasons = string.Join(", ", root.Values.Select(static value => value.Name).Distinct().Take(3));
            var text = $"{root.Title} is replaced ({reasons})" + (with.Count > 0 ? $", and with it {Kinds(with)}" : "");
            foreach (var line in Lines(text, [root.Resource, .. with]))
                yield return line;
        }
    }

    private static IEnumerable<SummaryLine> Deleted(StackComparison comparison)
    {
        // The summary of pods has the versions and the pools.
        var deleted = comparison.Changes.Where(static change => change.Change == Change.Delete)
            .Select(static change => change.Resource)
            // A call that was made deletes nothing.
            .Where(static resource => resource.Type != ResourceTypes.FunctionCall)
            .Where(static resource => PreviewPool.TitleOf(resource) is null && PreviewPool.NameOf(resource) is null)
            .ToList();
        // No one may call TrafficSplitter, or use its way to the routers. The summary of splitting says so if someone does.
        var notable = deleted.Where(static resource => ResourceTypes.HoldsData(resource) || ResourceTypes.Serves(resource))
            .Where(static resource => !SplittingSummary.IsOfSplitter(resource))
            .ToList();
        foreach (var resource in notable)
        {
            foreach (var line in Lines($"{resource.Kind} {resource.Name} is deleted", [resource]))
                yield return line;
        }

        var others = deleted.Except(notable).ToList();
        if (others.Count > 0)
            yield return new($"deleted: {string.Join(", ", others.Select(static each => $"{each.Kind} {each.Name}"))}");
    }

    // One line for what happens, with a line for each further class of risk.
    private static IEnumerable<SummaryLine> Lines(string text, IReadOnlyList<PreviewResource> lost)
    {
        if (lost.FirstOrDefault(static each => each.IsProtected) is { } kept)
            text += $"; Pulumi refuses this while {kept.Kind} {kept.Name} is protected";
        string[] data =
        [
            .. lost.Where(ResourceTypes.HoldsData).Select(static each => $"{each.Kind} {each.Name}"),
            // A StatefulSet's volume outlasts the StatefulSet, but not its cluster.
            .. lost.Any(static each => each.Type is ResourceTypes.Cluster or ResourceTypes.KubernetesNamespace)
                ? lost.Where(static each => each.Type == ResourceTypes.StatefulSet).Select(static each => $"the volume of {each.Name}")
                : [],
        ];
        yield return new(text, lost.Any(ResourceTypes.Serves) ? RiskClass.Outage : null);
        if (data.Length > 0)
            yield return new($"data is lost: {string.Join(", ", data)}", RiskClass.DataLoss);
    }

    private static IEnumerable<SummaryLine> Unprotected(StackComparison comparison) =>
        comparison.Changes.Where(static change => change.Change != Change.Delete
                && change.Former is { IsProtected: true } && change.Resource is { IsProtected: false, Options: not null })
            .Select(static change => new SummaryLine($"{change.Title} is no longer protected: it can be deleted", RiskClass.DataLoss));

    // Resources of another region are other resources; those of this one are no longer managed.
    private static IEnumerable<SummaryLine> Moved(StackComparison comparison) =>
        from change in comparison.Updated(ResourceTypes.OciProvider)
        from value in change.Values
        where value.Name == "region"
        from risk in (RiskClass[])[RiskClass.Outage, RiskClass.DataLoss]
        select new SummaryLine($"the region of provider {change.Resource.Name} changes from {value.Left} to {value.Right}", risk);

    private static IEnumerable<SummaryLine> Shortened(StackComparison comparison)
    {
        foreach (var change in comparison.Changes.Where(static change => change.Change is Change.Update or Change.Replace))
        {
            foreach (var value in change.Values)
            {
                var (before, after) = (DaysIn(change.Resource, value, value.Left), DaysIn(change.Resource, value, value.Right));
                if (before is { } from && after is { } to && to < from)
                    yield return new($"{change.Title} keeps data for {to} days, not {from}", RiskClass.DataLoss);
            }
        }
    }

    private static int? DaysIn(PreviewResource resource, ValueChange value, JsonNode? node) => (resource.Type, value.Name) switch
    {
        (ResourceTypes.Table, "ddlStatement") => TimeToLive().Match(node?.ToString() ?? "") is { Success: true } match
            ? Number(match.Groups[1].Value)
            : null,
        (ResourceTypes.LifecyclePolicy, "timeAmount") or (ResourceTypes.Log, "retentionDuration") => Number(node?.ToString()),
        _ => null,
    };

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static string Kinds(IEnumerable<PreviewResource> resources)
    {
        var all = resources.ToList();
        var objects = all.Count(static each => each.IsKubernetes);
        IEnumerable<string> own = all.Where(static each => !each.IsKubernetes && !each.Type.StartsWith("pulumi:", StringComparison.Ordinal))
            .Select(static each => $"{each.Kind} {each.Name}");
        if (objects > 0)
            own = own.Append(string.Create(CultureInfo.InvariantCulture, $"the {objects} objects in the cluster"));
        return string.Join(", ", own);
    }

    [GeneratedRegex(@"USING TTL (\d+) DAYS", RegexOptions.CultureInvariant)]
    private static partial Regex TimeToLive();
}
