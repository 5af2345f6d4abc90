using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text;
using Pulumi.Testing;

namespace ModelServing.Infra.Tests.Stacks;

/// <summary>A mock of the cloud, which creates resources and answers queries as OCI would.</summary>
/// <param name="isApplied">Whether resources exist after creation, as in an apply. Otherwise their outputs stay unknown, as in a
/// preview.</param>
/// <param name="published">The keys of the objects in the bucket.</param>
internal sealed class SomeCloud(bool isApplied = true, params string[] published) : IMocks
{
    /// <summary>The tenancy's Object Storage namespace.</summary>
    internal string Namespace { get; init; } = "examplespace";

    /// <summary>The regions of the tenancy, its home region first.</summary>
    internal IReadOnlyList<string> Subscriptions { get; init; } = ["eu-frankfurt-1", "eu-zurich-1"];

    /// <summary>The content of the secret with the password of the cache.</summary>
    internal string CachePassword { get; init; } = "correct-horse-battery-staple\n";

    /// <summary>The content of <see cref="SomeStack.SplitSecret"/>.</summary>
    internal string SplitKey { get; init; } = "a-key-between-function-and-routers";

    /// <summary>The contents of published objects that are read.</summary>
    internal IReadOnlyDictionary<string, string> Contents { get; init; } = SomeArtifacts.Contents();

    /// <summary>The gateways of the compartment.</summary>
    internal IReadOnlyList<(string Name, string State)> Gateways { get; init; } = [];

    /// <summary>The versions of Kubernetes that OKE offers.</summary>
    internal IReadOnlyList<string> KubernetesVersions { get; init; } = ["v1.33.10", "v1.34.1"];

    /// <summary>The images of nodes that OKE offers for <c>v1.34.1</c>: names and OCIDs.</summary>
    internal IReadOnlyDictionary<string, string> NodeImages { get; init; } = new Dictionary<string, string>
    {
        ["Oracle-Linux-8.10-2026.08.20-0-OKE-1.34.1-1299"] = "ocid1.image.oc1.eu-frankfurt-1.some",
        ["Oracle-Linux-8.10-2026.09.20-0-OKE-1.34.1-1300"] = "ocid1.image.old",
        ["Oracle-Linux-8.10-2026.10.20-0-OKE-1.34.1-1301"] = "ocid1.image.some",
        ["Oracle-Linux-8.10-aarch64-2026.10.20-0-OKE-1.34.1-1302"] = "ocid1.image.arm",
        ["Oracle-Linux-8.10-Gen2-GPU-2026.10.30-0-OKE-1.34.1-1303"] = "ocid1.image.gpu",
        ["Oracle-Linux-8.10-2026.10.30-0-OKE-1.33.10-1304"] = "ocid1.image.other-version",
        ["Custom"] = "ocid1.image.custom",
    };

    /// <summary>The clusters that exist: names, versions and states.</summary>
    internal IReadOnlyList<(string Name, string Version, string State)> Clusters { get; init; } = [];

    /// <summary>The images of the node pools that exist.</summary>
    internal IReadOnlyList<string> PoolImages { get; init; } = [];

    /// <summary>The queries that it received.</summary>
    internal ConcurrentQueue<MockCallArgs> Calls { get; } = [];

    /// <summary>The provider of each resource and call of OCI; empty for the default one.</summary>
    internal ConcurrentBag<(string What, string Provider)> Providers { get; } = [];

    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        if (args.Type!.StartsWith("oci:", StringComparison.Ordinal))
            Providers.Add((args.Type, args.Provider ?? ""));
        object state = args.Type == "kubernetes:core/v1:Service" && isApplied
            ? args.Inputs.Add("status", new Dictionary<string, object>
            {
                ["loadBalancer"] = new Dictionary<string, object>
                {
                    ["ingress"] = new List<object> { new Dictionary<string, object> { ["ip"] = "10.0.1.70" } },
                },
            })
            : args.Inputs;
        // Programs check the form of some identifiers.
        var id = args.Type == "oci:Functions/function:Function" ? $"ocid1.fnfunc.{args.Name}" : $"{args.Name}-id";
        return Task.FromResult<(string?, object)>((isApplied
            ? id
            : null, isApplied ? State(args, (ImmutableDictionary<string, object>)state) : state));
    }

    public Task<object> CallAsync(MockCallArgs args)
    {
        Calls.Enqueue(args);
        Providers.Add((args.Token!, args.Provider ?? ""));
        return Task.FromResult<object>(args.Token switch
        {
            "oci:ObjectStorage/getNamespace:getNamespace" => new Dictionary<string, object> { ["namespace"] = Namespace },
            "oci:ObjectStorage/getObjects:getObjects" => new Dictionary<string, object>
            {
                ["objects"] = published.Where(key => key.StartsWith((string)args.Args["prefix"], StringComparison.Ordinal))
                    .Select(object (key) => new Dictionary<string, object> { ["name"] = key }).ToList(),
            },
            "oci:ObjectStorage/getObject:getObject" => new Dictionary<string, object>
            {
                ["content"] = Contents[(string)args.Args["object"]],
            },
            "oci:Core/getServices:getServices" => new Dictionary<string, object>
            {
                ["services"] = new List<object>
                {
                    new Dictionary<string, object>
                    {
                        ["id"] = "ocid1.service.all",
                        ["name"] = "All FRA Services In Oracle Services Network",
                        ["cidrBlock"] = "all-fra-services-in-oracle-services-network",
                    },
                },
            },
            "oci:Identity/getRegionSubscriptions:getRegionSubscriptions" => new Dictionary<string, object>
            {
                ["regionSubscriptions"] = Subscriptions.Select(object (name) => new Dictionary<string, object>
                {
                    ["regionName"] = name,
                    ["isHomeRegion"] = name == Subscriptions[0],
                    ["state"] = "READY",
                }).ToList(),
            },
            "oci:Identity/getAvailabilityDomains:getAvailabilityDomains" => new Dictionary<string, object>
            {
                ["availabilityDomains"] = Enumerable.Range(1, 3)
                    .Select(object (i) => new Dictionary<string, object> { ["id"] = $"ad{i}", ["name"] = $"XXXX:EU-FRANKFURT-1-AD-{i}" })
                    .ToList(),
            },
            "oci:ApiGateway/getGateways:getGateways" => new Dictionary<string, object>
            {
                ["gatewayCollections"] = Gateways.Select(object (gateway) => new Dictionary<string, object>
                {
                    ["displayName"] = gateway.Name,
                    ["state"] = gateway.State,
                }).ToList(),
            },
            "oci:ContainerEngine/getClusterOption:getClusterOption" =>
                new Dictionary<string, object> { ["kubernetesVersions"] = KubernetesVersions.ToList<object>() },
            "oci:ContainerEngine/getNodePoolOption:getNodePoolOption" => List("sources", NodeImages.Select(static image =>
                new Dictionary<string, object> { ["sourceName"] = image.Key, ["imageId"] = image.Value, ["sourceType"] = "IMAGE" })),
            "oci:ContainerEngine/getClusters:getClusters" => List("clusters", Clusters.Select(static each =>
                new Dictionary<string, object>
                {
                    ["id"] = "ocid1.cluster.some",
                    ["name"] = each.Name,
                    ["kubernetesVersion"] = each.Version,
                    ["state"] = each.State,
                })),
            "oci:ContainerEngine/getNodePools:getNodePools" => List("nodePools", PoolImages.Select(static image =>
                new Dictionary<string, object>
                {
                    ["nodeSourceDetails"] = new List<object> { new Dictionary<string, object> { ["imageId"] = image } },
                })),
            "oci:Secrets/getSecretbundle:getSecretbundle" => new Dictionary<string, object>
            {
                ["secretBundleContents"] = new List<object>
                {
                    new Dictionary<string, object>
                    {
                        ["content"] = Convert.ToBase64String(Encoding.UTF8.GetBytes(
                            SomeStack.SplitSecret.Equals(args.Args["secretId"]) ? SplitKey : CachePassword)),
                        ["contentType"] = "BASE64",
                    },
                },
                ["versionNumber"] = "3",
            },
            "oci:ContainerEngine/getClusterKubeConfig:getClusterKubeConfig" =>
                new Dictionary<string, object> { ["content"] = "apiVersion: v1" },
            _ => throw new NotSupportedException($"no answer for {args.Token}"),
        });
    }

    private static Dictionary<string, object> List(string key, IEnumerable<Dictionary<string, object>> items) =>
        new() { [key] = items.ToList<object>() };

    // The outputs that a resource of this kind computes and the program reads.
    private static ImmutableDictionary<string, object> State(
        MockResourceArgs args,
        ImmutableDictionary<string, object> inputs) => args.Type switch
        {
            "oci:Artifacts/containerRepository:ContainerRepository" => inputs.SetItem("namespace", "examplespace"),
            "oci:Core/vcn:Vcn" => inputs.SetItem("defaultSecurityListId", "ocid1.securitylist.default"),
            "oci:Redis/redisCluster:RedisCluster" =>
                inputs.SetItem("primaryFqdn", "primary.example.com").SetItem("discoveryFqdn", "discovery.example.com"),
            "oci:Functions/function:Function" => inputs.SetItem("invokeEndpoint", "https://functions.example.com"),
            "oci:Ons/notificationTopic:NotificationTopic" => inputs.SetItem("topicId", $"ocid1.onstopic.{args.Name}"),
            "oci:ApiGateway/gateway:Gateway" => inputs.SetItem("hostname", "gateway.example.com").SetItem(
                "ipAddresses",
                new List<object> { new Dictionary<string, object> { ["ipAddress"] = "192.0.2.10" } }),
            "oci:ApiGateway/deployment:Deployment" => inputs.SetItem("endpoint", "https://gateway.example.com/v2"),
            _ => inputs,
        };
}
