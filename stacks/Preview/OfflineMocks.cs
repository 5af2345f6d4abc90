using System.Text;
using Pulumi.Testing;
using Pulumi.Utilities;

namespace ModelServing.Stacks.Preview;

/// <summary>
/// Answers as the cloud does after an apply, with placeholders for what only the cloud knows. An output that is not listed here stays
/// unknown, and the preview counts the values made from it as not comparable.
/// </summary>
internal sealed class OfflineMocks : IMocks
{
    /// <summary>The outputs that the program reads and that are not inputs.</summary>
    private static readonly Dictionary<string, string[]> Computed = new(StringComparer.Ordinal)
    {
        ["oci:Artifacts/containerRepository:ContainerRepository"] = ["namespace"],
        ["oci:ApiGateway/gateway:Gateway"] = ["hostname"],
        ["oci:Core/vcn:Vcn"] = ["defaultSecurityListId"],
        ["oci:Functions/function:Function"] = ["invokeEndpoint"],
        ["oci:Ons/notificationTopic:NotificationTopic"] = ["topicId"],
        ["oci:Redis/redisCluster:RedisCluster"] = ["primaryFqdn", "discoveryFqdn"],
    };

    public Task<(string? id, object state)> NewResourceAsync(MockResourceArgs args)
    {
        ArgumentNullException.ThrowIfNull(args);
        var (type, name) = (args.Type!, args.Name!);
        var state = args.Inputs;
        foreach (var output in Computed.GetValueOrDefault(type, []))
            state = state.SetItem(output, Placeholder.From(type, name, output));
        if (type == "oci:ApiGateway/gateway:Gateway")
            state = state.SetItem("ipAddresses", AddressesOf(Placeholder.From(type, name, "address")));
        if (type == "kubernetes:core/v1:Service")
            state = state.SetItem("status", BalancerAt(Placeholder.From(type, name, "address")));
        return Task.FromResult<(string?, object)>((Placeholder.From(type, name, "id"), state));
    }

    public Task<object> CallAsync(MockCallArgs args)
    {
        ArgumentNullException.ThrowIfNull(args);
        return Task.FromResult<object>(args.Token switch
        {
            "oci:ObjectStorage/getNamespace:getNamespace" => new Dictionary<string, object> { ["namespace"] = "<tenancy.namespace>" },
            "oci:Core/getServices:getServices" => WithList("services", [Map("oracle-services", "id", "name", "cidrBlock")]),
            // A region has at most three.
            "oci:Identity/getAvailabilityDomains:getAvailabilityDomains" => WithList(
                "availabilityDomains",
                [.. Enumerable.Range(1, 3).Select(static number => Map($"availability-domain-{number}", "id", "name"))]),
            "oci:Secrets/getSecretbundle:getSecretbundle" => new Dictionary<string, object>
            {
                ["secretBundleContents"] = new List<object>
                {
                    new Dictionary<string, object>
                    {
                        ["content"] = Convert.ToBase64String(Encoding.UTF8.GetBytes($"<{args.Args["secretId"]}.content>")),
                        ["contentType"] = "BASE64",
                    },
                },
                ["versionNumber"] = $"<{args.Args["secretId"]}.versionNumber>",
            },
            "oci:ContainerEngine/getClusterKubeConfig:getClusterKubeConfig" => new Dictionary<string, object>
            {
                ["content"] = $"kubeconfig of {args.Args["clusterId"]}, {args.Args["endpoint"]}",
            },
            _ => new Dictionary<string, object> { ["id"] = OutputUtilities.CreateUnknown("") },
        });
    }

    private static Dictionary<string, object> BalancerAt(string address) =>
        new() { ["loadBalancer"] = WithList("ingress", [new Dictionary<string, object> { ["ip"] = address }]) };

    private static List<object> AddressesOf(string address) => [new Dictionary<string, object> { ["ipAddress"] = address }];

    private static Dictionary<string, object> WithList(string key, List<object> items) => new() { [key] = items };

    private static Dictionary<string, object> Map(string subject, params string[] outputs) =>
        outputs.ToDictionary(static output => output, object (output) => $"<{subject}.{output}>");
}
