using System.Text.Json.Nodes;
using ModelServing.Contracts;
using ModelServing.Oci.Rest;
using static ModelServing.Cli.Doctor.StackQuestions;

namespace ModelServing.Cli.Doctor;

/// <summary>Whether Kubernetes Engine offers the stack's version of Kubernetes, shape and node image. It asks and answers as an apply does:
/// a version or an image that OKE no longer offers stops a new cluster, and is a warning for one that has it already.</summary>
internal static class VersionQuestion
{
    private const int MostNamed = 3;

    // Otherwise the service names the newest patch of each minor version only.
    private const string AllPatches = "shouldListAllPatchVersions=true";

    /// <param name="stack">The stack, and whom to ask.</param>
    /// <param name="existing">Its cluster; null if it does not exist.</param>
    /// <param name="cancellation">Ends the questions.</param>
    internal static async Task<IReadOnlyList<Finding>> AskAsync(
        StackQuestions stack, ExistingCluster? existing, CancellationToken cancellation)
    {
        var wanted = stack.Cloud.Cluster.KubernetesVersion;
        var clusters = await stack.Rest.GetAsync(
            RestService.Kubernetes, $"/20180222/clusterOptions/all?{stack.InCompartment}&{AllPatches}", cancellation);
        var nodes = await stack.Rest.GetAsync(
            RestService.Kubernetes, $"/20180222/nodePoolOptions/all?{stack.InCompartment}&{AllPatches}", cancellation);
        var findings = new List<Finding>();
        if (clusters.IsSuccess && nodes.IsSuccess)
        {
            string[] offered = [.. Texts(clusters.Body, "kubernetesVersions").Intersect(Texts(nodes.Body, "kubernetesVersions"))];
            findings.Add(Version(stack, existing, wanted, offered));
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

        findings.Add(Image(stack, existing, wanted, Sources(nodes.Body)));
        return findings;

        static bool IsFlexible(string shape) => shape.EndsWith(".Flex", StringComparison.Ordinal);
    }

    private static Finding Version(StackQuestions stack, ExistingCluster? existing, string wanted, string[] offered)
    {
        if (offered.Contains(wanted))
            return Finding.Good("kubernetes version", $"{wanted} is offered");
        var newest = offered.MaxBy(static version => System.Version.TryParse(version.TrimStart('v'), out var parsed) ? parsed : null);
        var text = $"{wanted} is not offered; {(offered.Length == 0 ? "no version is" : "these are: " + string.Join(", ", offered))}";
        var fix = stack.Set("cluster.kubernetesVersion", newest ?? "VERSION");
        return existing?.KubernetesVersion == wanted
            ? Finding.Note("kubernetes version", $"{text}. The cluster has this version already, so an apply goes on; upgrade it soon", fix)
            : Finding.Wrong("kubernetes version", text, fix);
    }

    private static Finding Image(
        StackQuestions stack, ExistingCluster? existing, string wanted, IReadOnlyList<(string Name, string Id)> sources)
    {
        var nodes = stack.Cloud.Cluster.Nodes;
        var fitting = NodeImageName.Newest(sources, static source => source.Name, wanted, nodes.AreArm).ToList();
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
                : existing is null
                ? Finding.Wrong("node image", choice, fix)
                : Finding.Note("node image", $"{choice}. The nodes keep theirs, so an apply goes on; upgrade the cluster soon");
        }

        var named = sources.FirstOrDefault(source => source.Id == stack.Cloud.Cluster.NodeImage);
        if (named.Name is { } fits && Fits(fits, wanted, nodes.AreArm))
            return Finding.Good("node image", $"{fits} fits");
        var text = named.Name is { } name
            ? $"{name} does not fit: {choice}"
            : $"{stack.Cloud.Cluster.NodeImage} is not an image of OKE in this region; {choice}";
        return existing is null
            ? Finding.Wrong("node image", text, fix)
            : Finding.Note("node image", $"{text}. The cluster exists, so an apply goes on with it", fix);
    }

    // An image that the stack file names may be of another kind, whose name has another form.
    private static bool Fits(string name, string version, bool isArm) =>
        name.Contains($"-OKE-{version.TrimStart('v')}-", StringComparison.Ordinal)
        && name.Contains("aarch64", StringComparison.Ordinal) == isArm;

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
