using System.Text.Json.Nodes;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether Kubernetes Engine offers the stack's version of Kubernetes, shape and node image.</summary>
internal static class VersionQuestion
{
    private const int MostNamed = 3;

    internal static async Task<IReadOnlyList<Finding>> AskAsync(StackQuestions stack, CancellationToken cancellation)
    {
        var wanted = stack.Cloud.Cluster.KubernetesVersion;
        var clusters = await stack.Rest.GetAsync(
            RestService.Kubernetes, $"/20180222/clusterOptions/all?{stack.InCompartment}", cancellation);
        var nodes = await stack.Rest.GetAsync(
            RestService.Kubernetes, $"/20180222/nodePoolOptions/all?{stack.InCompartment}", cancellation);
        var findings = new List<Finding>();
        if (clusters.IsSuccess && nodes.IsSuccess)
        {
            findings.Add(Version(
                stack, wanted, [.. Texts(clusters.Body, "kubernetesVersions").Intersect(Texts(nodes.Body, "kubernetesVersions"))]));
        }
        else
        {
            findings.Add(Finding.Unasked("kubernetes version", clusters.IsSuccess ? nodes.Problem : clusters.Problem));
        }

        if (!nodes.IsSuccess)
        {
            findings.Add(Finding.Unasked("node image", nodes.Problem));
            return findings;
        }

        var (shape, shapes) = (stack.Cloud.Cluster.Nodes.Shape, Texts(nodes.Body, "shapes"));
        if (shapes.Count > 0)
        {
            findings.Add(shapes.Contains(shape)
                ? Finding.Good("node shape", $"nodes may be {shape}")
                : Finding.Wrong(
                    "node shape",
                    $"nodes may not be {shape} here; flexible shapes are {string.Join(", ", shapes.Where(IsFlexible))}",
                    stack.Set("cluster.nodes.shape", shapes.FirstOrDefault(IsFlexible) ?? "SHAPE")));
        }

        findings.Add(Image(stack, wanted, Sources(nodes.Body)));
        return findings;

        static bool IsFlexible(string shape) => shape.EndsWith(".Flex", StringComparison.Ordinal);
    }

    private static Finding Version(StackQuestions stack, string wanted, IReadOnlyList<string> offered)
    {
        if (offered.Contains(wanted))
            return Finding.Good("kubernetes version", $"{wanted} is offered");
        var newest = offered.MaxBy(static version => System.Version.TryParse(version.TrimStart('v'), out var parsed) ? parsed : null);
        return Finding.Wrong(
            "kubernetes version",
            $"{wanted} is not offered; {(offered.Count == 0 ? "no version is" : "these are: " + string.Join(", ", offered))}",
            stack.Set("cluster.kubernetesVersion", newest ?? "VERSION"));
    }

    private static Finding Image(StackQuestions stack, string wanted, IReadOnlyList<(string Name, string Id)> sources)
    {
        var nodes = stack.Cloud.Cluster.Nodes;
        var fitting = sources
            .Where(source => Fits(source.Name, wanted, nodes.AreArm))
            .OrderByDescending(static source => source.Name, StringComparer.Ordinal)
            .ToList();
        var fix = stack.Set("cluster.nodeImage", fitting.FirstOrDefault().Id ?? "OCID");
        var newest = string.Join(", ", fitting.Take(MostNamed).Select(static image => image.Name));
        var choice = fitting.Count == 0
            ? $"none fits {wanted} and {nodes.Shape}"
            : $"for {wanted} and {nodes.Shape} the newest are {newest}";
        // Without one, an apply takes the newest that fits.
        if (stack.Cloud.Cluster.NodeImage is null)
        {
            return fitting is [var first, ..]
                ? Finding.Good("node image", $"{first.Name} is the newest for {wanted} and {nodes.Shape}")
                : Finding.Wrong("node image", choice, fix);
        }

        if (sources.FirstOrDefault(source => source.Id == stack.Cloud.Cluster.NodeImage) is not { Name: { } name })
        {
            return Finding.Wrong(
                "node image", $"{stack.Cloud.Cluster.NodeImage} is not an image of OKE in this region; {choice}", fix);
        }

        return Fits(name, wanted, nodes.AreArm)
            ? Finding.Good("node image", $"{name} fits")
            : Finding.Wrong("node image", $"{name} does not fit: {choice}", fix);
    }

    // As in Oracle-Linux-8.10-aarch64-2025.03.18-0-OKE-1.31.1-764.
    private static bool Fits(string name, string version, bool isArm) =>
        name.Contains($"-OKE-{version.TrimStart('v')}-", StringComparison.Ordinal)
        && name.Contains("aarch64", StringComparison.Ordinal) == isArm
        && !name.Contains("GPU", StringComparison.Ordinal);

    private static IReadOnlyList<(string Name, string Id)> Sources(JsonNode? body) =>
    [
        .. from source in ((body as JsonObject)?["sources"] as JsonArray ?? []).OfType<JsonObject>()
           let name = TextOf(source, "sourceName")
           let id = TextOf(source, "imageId")
           where name is not null && id is not null
           select (name, id),
    ];

    private static HashSet<string> Texts(JsonNode? body, string name) =>
    [
        .. ((body as JsonObject)?[name] as JsonArray ?? []).OfType<JsonValue>()
            .Select(static value => value.TryGetValue<string>(out var text) ? text : "")
            .Where(static text => text.Length > 0),
    ];
}
