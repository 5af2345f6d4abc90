using System.Collections.Concurrent;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;
using ModelServing.TestKit.Emulation;

namespace ModelServing.TestKit.ControlPlane;

/// <summary>
/// The services that <c>ms doctor --stack</c> asks, on one loopback port: identity, limits, Kubernetes Engine and the lists of the others,
/// with the paths and members of OCI's SDK. It begins as a tenancy in which an apply of the stack <c>dev</c> would succeed; a test changes
/// the answers.
/// </summary>
public sealed class ControlPlaneEmulator : ServiceEmulator<ControlPlaneOperation, ControlPlaneRequest>
{
    public const string Tenancy = "ocid1.tenancy.oc1..exampletenancy";

    public const string Compartment = "ocid1.compartment.oc1..exampledev";

    public const string Region = EmulatorIdentity.Region;

    public const string Space = "examplenamespace";

    /// <summary>Versions of Kubernetes that are offered beside the stack's.</summary>
    public const string OldVersion = "v1.30.1";

    public const string NewVersion = "v1.90.1";

    private static readonly string[] Lists =
    [
        "/20160918/vcns", "/20160918/instances", "/20180222/clusters", "/20180222/nodePools", "/20220315/redisClusters",
        "/20190828/tables", "/20160918/container/repositories", "/20190501/gateways", "/20200531/logGroups", "/20181201/applications",
        "/20181201/topics", "/20180401/alarms", "/20181201/rules", "/20160918/policies", "/20160918/dynamicGroups",
        "/20210331/bastions", "/20160918/tagNamespaces", "/20190111/budgets", $"/n/{Space}/b",
    ];

    // These answer an object with the member items; the others answer an array.
    private static readonly string[] Wrapped =
        ["/20190828/tables", "/20160918/container/repositories", "/20220315/redisClusters", "/20190501/gateways"];

    private readonly ConcurrentDictionary<string, JsonNode> bodies = new();
    private readonly ConcurrentDictionary<string, bool> refused = new();

    private ControlPlaneEmulator(string version, string image)
        : base(TimeProvider.System)
    {
        foreach (var list in Lists)
            bodies[list] = new JsonArray();
        bodies[$"/20160918/tenancies/{Tenancy}/regionSubscriptions"] = Array(
            new JsonObject { ["regionName"] = Region, ["regionKey"] = "FRA", ["status"] = "READY", ["isHomeRegion"] = true },
            new JsonObject { ["regionName"] = "eu-zurich-1", ["regionKey"] = "ZRH", ["status"] = "READY", ["isHomeRegion"] = false });
        bodies[$"/20160918/compartments/{Compartment}"] =
            new JsonObject { ["id"] = Compartment, ["name"] = "modelserving-dev", ["lifecycleState"] = "ACTIVE" };
        bodies["/20160918/availabilityDomains"] = Array(
            [.. Enumerable.Range(1, 3).Select(static each => new JsonObject { ["name"] = $"EXMP:EU-FRANKFURT-1-AD-{each}" })]);
        bodies["/20180222/clusterOptions/all"] = new JsonObject { ["kubernetesVersions"] = new JsonArray(OldVersion, version, NewVersion) };
        bodies["/20180222/nodePoolOptions/all"] = new JsonObject
        {
            ["kubernetesVersions"] = new JsonArray(OldVersion, version, NewVersion),
            ["shapes"] = new JsonArray("VM.Standard.E4.Flex", "VM.Standard.E5.Flex", "VM.Standard.A1.Flex", "VM.Standard2.1"),
            ["sources"] = Array(
                Source($"Oracle-Linux-8.10-2026.03.18-0-OKE-{version.TrimStart('v')}-1001", image),
                Source($"Oracle-Linux-8.10-aarch64-2026.03.18-0-OKE-{version.TrimStart('v')}-1001", image + "arm"),
                Source($"Oracle-Linux-8.10-2026.05.20-0-OKE-{NewVersion.TrimStart('v')}-1050", image + "new")),
        };
        bodies["/n"] = JsonValue.Create(Space);
    }

    /// <summary>Returns what is available of a limit, by service and name, in an availability domain or, if that is empty, in the region.
    /// Null is a limit whose use the service does not know.</summary>
    /// <remarks>OCI tells it for most limits, but for none of a single cluster, and for none of the memory of functions.</remarks>
    public Func<string, string, string, double?> Available { get; set; } = static (_, limit, _) =>
        limit == "node-count" || limit.EndsWith("-concurrency-mb", StringComparison.Ordinal) ? null : 1000;

    /// <summary>Returns a limit's value by service and name; null for a limit that the service does not know.</summary>
    public Func<string, string, double?> LimitValue { get; set; } = static (_, _) => 20_000;

    /// <summary>The quota of every limit; null for none.</summary>
    public double? Quota { get; set; }

    /// <summary>The upper bound of a page.</summary>
    public int PageSize { get; set; } = 1000;

    /// <summary>The content of a kubeconfig; null for a cluster that does not exist.</summary>
    public string? Kubeconfig { get; set; }

    /// <summary>Starts an emulator on a free port.</summary>
    /// <param name="version">The version of Kubernetes that the stack names.</param>
    /// <param name="image">The node image that the stack names.</param>
    public static async Task<ControlPlaneEmulator> StartAsync(string version, string image)
    {
        var emulator = new ControlPlaneEmulator(version, image);
        await emulator.ListenAsync();
        return emulator;
    }

    /// <summary>Sets the answer at a path.</summary>
    public void Set(string path, JsonNode body) => bodies[path] = body;

    /// <summary>Adds an entry to a list.</summary>
    public void Add(string path, JsonObject entry) => ((JsonArray)bodies[path]).Add(entry);

    /// <summary>Refuses a path, as a service does if the caller lacks the right.</summary>
    public void Refuse(string path) => refused[path] = true;

    private protected override ControlPlaneRequest Record(HttpContext context, string target) => new(
        target,
        context.Request.Method == "GET" ? ControlPlaneOperation.Read
        : target.Split('?')[0].EndsWith("/kubeconfig/content", StringComparison.Ordinal) ? ControlPlaneOperation.CreateKubeconfig
        : null);

    private protected override Task AnswerAsync(HttpContext context, ControlPlaneRequest request, byte[]? signedBody)
    {
        var operation = request.Operation ?? throw EmulatorError.NotFound();
        return RunAsync(context, operation, request.Path, () => Task.FromResult(
            operation == ControlPlaneOperation.CreateKubeconfig
                ? Config(EmulatorError.ReadDetails(signedBody!))
                : Read(context, request.Path)));
    }

    private EmulatorAnswer Config(JsonObject details) =>
        details["tokenVersion"]?.GetValue<string>() == "2.0.0" && Kubeconfig is { } content
            ? new(200) { Body = Encoding.UTF8.GetBytes(content), ContentType = "application/x-yaml" }
            : throw EmulatorError.NotFound();

    private EmulatorAnswer Read(HttpContext context, string path)
    {
        if (refused.ContainsKey(path))
            throw EmulatorError.NotFound();
        if (path.Split('/') is ["", "20190729", "services", var service, "limits", var limit, "resourceAvailability"])
            return Limit(context, service, limit);
        if (path == "/20190729/limitValues")
            return Values(context);
        if (path.StartsWith($"/n/{Space}/b/", StringComparison.Ordinal) && !bodies.ContainsKey(path))
            throw new EmulatorError(404, "BucketNotFound", "Either the bucket does not exist, or you are not authorized to access it.");
        if (!bodies.TryGetValue(path, out var body))
            throw EmulatorError.NotFound();
        if (path.EndsWith("Options/all", StringComparison.Ordinal) && context.Request.Query["shouldListAllPatchVersions"] != "true")
            body = NewestPatches(body);
        return body is JsonArray list && Lists.Contains(path) ? Page(context, path, list) : EmulatorAnswer.Json(body);
    }

    private EmulatorAnswer Limit(HttpContext context, string service, string limit)
    {
        var domain = context.Request.Query["availabilityDomain"].ToString();
        if (context.Request.Query["compartmentId"] != Compartment)
            throw EmulatorError.NotFound();
        var body = new JsonObject();
        if (Available(service, limit, domain) is { } available)
            body["available"] = available;
        if (Quota is { } quota)
            body["effectiveQuotaValue"] = quota;
        return EmulatorAnswer.Json(body);
    }

    // The values of limits are those of the whole tenancy.
    private EmulatorAnswer Values(HttpContext context)
    {
        var query = context.Request.Query;
        if (query["compartmentId"] != Tenancy)
            throw EmulatorError.NotFound();
        var (service, name) = (query["serviceName"].ToString(), query["name"].ToString());
        return EmulatorAnswer.Json(LimitValue(service, name) is { } value
            ? Array(new JsonObject { ["name"] = name, ["scopeType"] = "REGION", ["value"] = value })
            : []);
    }

    private EmulatorAnswer Page(HttpContext context, string path, JsonArray list)
    {
        var query = context.Request.Query;
        if (query["compartmentId"] != Compartment && query["compartmentId"] != Tenancy)
            throw EmulatorError.NotFound();
        var first = int.TryParse(query["page"], NumberStyles.None, CultureInfo.InvariantCulture, out var page) ? page : 0;
        var size = int.TryParse(query["limit"], NumberStyles.None, CultureInfo.InvariantCulture, out var most)
            ? Math.Min(most, PageSize)
            : PageSize;
        var items = Array([.. list.OfType<JsonObject>().Skip(first).Take(size).Select(static entry => entry.DeepClone().AsObject())]);
        var answer = EmulatorAnswer.Json(Wrapped.Contains(path) ? new JsonObject { ["items"] = items } : (JsonNode)items);
        if (first + size < list.Count)
            answer.Headers["opc-next-page"] = (first + size).ToString(CultureInfo.InvariantCulture);
        return answer;
    }

    // Without the parameter, OKE names one version of each minor.
    private static JsonNode NewestPatches(JsonNode options)
    {
        var newest = options.DeepClone();
        newest["kubernetesVersions"] = new JsonArray([.. ((JsonArray)options["kubernetesVersions"]!)
            .Select(static version => Version.Parse(version!.ToString().TrimStart('v')))
            .GroupBy(static version => (version.Major, version.Minor))
            .Select(static minor => (JsonNode)$"v{minor.Max()}")]);
        return newest;
    }

    private static JsonArray Array(params JsonObject[] entries) => new([.. entries]);

    private static JsonObject Source(string name, string id) =>
        new() { ["sourceType"] = "IMAGE", ["sourceName"] = name, ["imageId"] = id };
}
