using System.Text.Json.Nodes;

namespace ModelServing.Stacks.Preview.Summary;

/// <summary>What becomes reachable from outside, and which new ways there are within the network.</summary>
internal static class ReachSummary
{
    // A value that opens a resource, by type, name and what it is afterwards.
    private static readonly (string Type, string Name, string Open, string Text)[] Openings =
    [
        (ResourceTypes.Cluster, "isPublicIpEnabled", "true", "the Kubernetes API gets a public address"),
        (ResourceTypes.Subnet, "prohibitPublicIpOnVnic", "false", "can have public addresses"),
        (ResourceTypes.Subnet, "prohibitInternetIngress", "false", "is reachable from the internet"),
        (ResourceTypes.Gateway, "endpointType", "PUBLIC", "gets a public address"),
        (ResourceTypes.Bucket, "accessType", "ObjectRead", "is readable by anyone"),
        (ResourceTypes.Bucket, "accessType", "ObjectReadWithoutList", "is readable by anyone"),
        (ResourceTypes.Repository, "isPublic", "true", "is readable by anyone"),
    ];

    internal static IEnumerable<SummaryLine> From(StackComparison comparison)
    {
        SummaryLine[] lines =
        [
            .. Rules(comparison),
            .. Opened(comparison),
            .. Api(comparison),
            .. Balancers(comparison),
            .. Sessions(comparison),
            .. Routes(comparison),
            .. Egress(comparison),
        ];
        return lines.Length > 0 ? lines : [SummaryLine.Absence("nothing becomes reachable from outside")];
    }

    private static IEnumerable<SummaryLine> Rules(StackComparison comparison) =>
        from change in comparison.Changes
        where change.Resource.Type == ResourceTypes.SecurityRule && change.Cause is null && change.Change is Change.Create or Change.Replace
        let rule = change.Resource.Inputs
        let isIngress = InputTree.TextOf(rule["direction"]) == "INGRESS"
        let isOutside = InputTree.TextOf(rule[isIngress ? "sourceType" : "destinationType"]) == "CIDR_BLOCK"
        let peer = InputTree.TextOf(rule[isIngress ? "source" : "destination"])
        let way = isOutside ? $"{(isIngress ? "open to" : "a way out to")} {peer}" : "a way within the network"
        select new SummaryLine($"{way}: {change.Resource.Name}, {Ports(rule)} ({rule["description"]})", RiskClass.NewRight);

    private static IEnumerable<SummaryLine> Opened(StackComparison comparison)
    {
        foreach (var change in comparison.Changes.Where(static change => change.Change is not (Change.Delete or Change.Same)))
        {
            foreach (var (_, name, open, text) in Openings.Where(opening => opening.Type == change.Resource.Type))
            {
                var isNew = change.Change == Change.Create
                    ? InputTree.Leaves(change.Resource.Inputs).Any(each => each.Path[^1] == name && each.Value.ToString() == open)
                    : change.Values.Any(value => value.Name == name && !value.Follows && value.Right?.ToString() == open);
                if (isNew)
                    yield return new($"{change.Title}: {text}", RiskClass.NewRight);
            }
        }
    }

    private static IEnumerable<SummaryLine> Api(StackComparison comparison)
    {
        foreach (var change in comparison.Updated(ResourceTypes.GatewayDeployment))
        {
            var values = change.Values.Where(static value => !value.Follows).ToList();
            foreach (var value in values.Where(static value => value.Path is ["specification", "routes", not "(order)"]))
            {
                if (value is { Left: null, Right: JsonObject route })
                    yield return new($"the API has a new path: {route["path"]}", RiskClass.NewRight);
                else
                    yield return new($"the API has no path {value.Path[^1].Trim('[', ']')} any more", RiskClass.Outage);
            }

            foreach (var value in values.Where(static value => value.Path.Contains("methods") && value.Left is null))
                yield return new($"the API accepts {value.Right} at {value.Path[2].Trim('[', ']')}", RiskClass.NewRight);
            foreach (var value in values.Where(static value => value.Path.Contains("allowedOrigins") && value.Left is null))
                yield return new($"web pages of {value.Right} may call the API", RiskClass.NewRight);
            if (values.Any(static value => value.Path.Contains("cors") && value.Path[^1] == "cors" && value.Right is not null))
                yield return new("web pages of other origins may call the API", RiskClass.NewRight);
            var tokens = values.Where(static value => value.Path.Contains("authentication")).Select(static value => value.Name).Distinct();
            if (tokens.Any())
                yield return new($"the gateway accepts other tokens: {string.Join(", ", tokens)}", RiskClass.NewRight);
        }
    }

    private static IEnumerable<SummaryLine> Balancers(StackComparison comparison)
    {
        foreach (var change in comparison.Changes.Where(static change => change.Change is not (Change.Delete or Change.Same)
            && change.Resource.Type == ResourceTypes.Service))
        {
            if (IsPublic(change.Resource) && !(change.Former is { } former && IsPublic(former)))
                yield return new($"Service {change.Resource.Name} has a load balancer with a public address", RiskClass.NewRight);
        }
    }

    private static IEnumerable<SummaryLine> Sessions(StackComparison comparison) =>
        from change in comparison.Changes
        where change.Resource.Type == ResourceTypes.Bastion && change.Change is not (Change.Delete or Change.Same)
        from range in RangesOf(change.Resource).Except(change.Former is { } former ? RangesOf(former) : [])
        select new SummaryLine($"{range} may open sessions at {change.Title}", RiskClass.NewRight);

    private static IEnumerable<string> RangesOf(PreviewResource bastion) =>
        (bastion.Inputs["clientCidrBlockAllowLists"] as JsonArray ?? []).Select(InputTree.TextOf).OfType<string>();

    private static IEnumerable<SummaryLine> Routes(StackComparison comparison) =>
        from change in comparison.Updated("oci:Core/routeTable:RouteTable")
        where change.Values.Any(static value => !value.Follows && value.Path[0] == "routeRules")
        select new SummaryLine($"{change.Title} has other routes", RiskClass.NewRight);

    private static IEnumerable<SummaryLine> Egress(StackComparison comparison) =>
        from gateway in comparison.Created("oci:Core/natGateway:NatGateway")
        select new SummaryLine($"NatGateway {gateway.Name} leads from private subnets to the internet", RiskClass.NewRight);

    private static bool IsPublic(PreviewResource service) =>
        InputTree.TextOf(service.Inputs["spec"]?["type"]) == "LoadBalancer"
        && InputTree.TextOf(service.Inputs["metadata"]?["annotations"]?["oci-network-load-balancer.oraclecloud.com/internal"]) != "true";

    private static string Ports(JsonObject rule) =>
        rule["tcpOptions"]?["destinationPortRange"] is { } range
            ? $"TCP {range["min"]}" + (range["max"]?.ToString() == range["min"]?.ToString() ? "" : $" to {range["max"]}")
            : rule["icmpOptions"] is not null ? "ICMP" : "all ports";
}
