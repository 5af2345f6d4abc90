using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Contracts.Functions;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>Whether the routers or the function TrafficSplitter assign requests, and whether a change of that leaves a gap.</summary>
internal static class SplittingSummary
{
    /// <summary>The ending of the function's display name.</summary>
    internal static readonly string Suffix = "-" + FunctionNames.NameOf(FunctionName.TrafficSplitter);

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        if (comparison.Left is not { } left)
        {
            if (LeadsToFunction(comparison.Right))
                yield return new("requests to models go through the function TrafficSplitter");
            yield break;
        }

        var (before, after) = (LeadsToFunction(left), LeadsToFunction(comparison.Right));
        var isNew = comparison.Created(ResourceTypes.Function).Any(IsSplitter);
        if (isNew && !after)
            yield return new("the function TrafficSplitter comes, and the routers go on splitting traffic");
        if (!before && after)
        {
            yield return new(
                "requests to models go through the function TrafficSplitter from now on: the routers stay up, and the gateway's routes "
                + "change last");
            if (isNew)
            {
                yield return new(
                    "TrafficSplitter and the gateway's right to call it are new in the same update: calls fail until the right works, "
                    + "which takes minutes. Apply functions.splitter first, and splitting: function later",
                    RiskClass.Outage);
            }
        }

        if (before && !after)
        {
            yield return new("requests to models go straight to the routers again: they stay up, and the gateway's routes change last");
            if (!comparison.Right.Resources.Any(IsSplitter))
            {
                yield return new(
                    "the routers close their port for TrafficSplitter before the gateway's routes change: calls fail in between. Apply "
                    + "splitting: router first, and remove functions.splitter later",
                    RiskClass.Outage);
            }
        }

        var secrets = comparison.Updated(ResourceTypes.KubernetesSecret);
        if (before && after && secrets.Any(static change => change.Resource.Name == ClusterNames.SplitKey))
        {
            yield return new(
                "the routers and TrafficSplitter get another key one after the other: calls get 401 in between. Apply splitting: router "
                + "first, then the key, then splitting: function",
                RiskClass.Outage);
        }
    }

    /// <summary>Whether the gateway sends requests to a function.</summary>
    internal static bool LeadsToFunction(StackSnapshot snapshot) => snapshot.Resources
        .Where(static each => each.Type == ResourceTypes.GatewayDeployment)
        .SelectMany(static each => each.Inputs["specification"]?["routes"] as JsonArray ?? [])
        .Any(static route => InputTree.TextOf(route?["backend"]?["type"]) == "ORACLE_FUNCTIONS_BACKEND");

    /// <summary>Whether a resource serves nothing but requests that go through TrafficSplitter.</summary>
    internal static bool IsOfSplitter(PreviewResource resource) =>
        IsSplitter(resource) || resource is { Type: ResourceTypes.Service, Name: ClusterNames.RouterSplit };

    /// <summary>Whether a resource is the function TrafficSplitter.</summary>
    internal static bool IsSplitter(PreviewResource resource) => resource.Type == ResourceTypes.Function
        && InputTree.TextOf(resource.Inputs["displayName"])?.EndsWith(Suffix, StringComparison.Ordinal) == true;
}
