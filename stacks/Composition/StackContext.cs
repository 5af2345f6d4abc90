using ModelServing.Contracts;
using ModelServing.Infra.Naming;
using ModelServing.Settings.Cloud;
using ModelServing.Settings.Models;
using Pulumi;
using Oci = Pulumi.Oci;

namespace ModelServing.Stacks.Composition;

/// <summary>The settings, the names and the providers, which every part of the composition needs.</summary>
internal sealed class StackContext
{
    private const string ConsistencyVariable = "OCI_GO_SDK_EC_CONFIG";

    /// <summary>Creates the provider of the environment's region, whatever this machine's own configuration says, and, only if the
    /// tenancy's home region is another one, a second provider for it: identity can be changed only there.</summary>
    /// <remarks>A new policy takes minutes to become effective. The provider repeats what is refused until then, but each provider is a
    /// process that knows only of the policies that it wrote itself, unless they share a file.</remarks>
    internal StackContext(StackConfiguration configuration)
    {
        var deployment = Deployment.Instance;
        Cloud = configuration.Cloud;
        IsOffline = configuration.IsOffline;
        Settings = configuration.File.Settings;
        Names = NamesOf(deployment);
        BucketName = Contracts.BucketName.From(deployment.ProjectName, deployment.StackName);
        Region = ProviderOf("region", Cloud.Region);
        HomeRegion = Cloud.HomeRegion is { } home && home != Cloud.Region
            ? ProviderOf("home", home)
            : Region;
        if (HomeRegion != Region && !configuration.IsOffline && !SharesFile(Environment.GetEnvironmentVariable(ConsistencyVariable)))
        {
            Log.Warn(
                $"the home region is another one than the environment's, and {ConsistencyVariable} is not set to file,PATH. New policies "
                + "take minutes to become effective there, so this apply may fail at the bucket or the cluster; a second one succeeds");
        }
    }

    internal CloudSettings Cloud { get; }

    /// <summary>Whether the cloud cannot be asked.</summary>
    internal bool IsOffline { get; }

    internal StackSettings Settings { get; }

    internal EnvironmentNames Names { get; }

    /// <summary>The name of the bucket of artifacts.</summary>
    internal string BucketName { get; }

    /// <summary>The provider for policies and dynamic groups; the same as that of the environment if the regions are the same.</summary>
    internal Oci.Provider HomeRegion { get; }

    /// <summary>The name of the bucket's copy in another region; null for none.</summary>
    internal string? ReplicaName => Cloud.Replication is null ? null : BucketName + "-copy";

    internal IReadOnlyDictionary<ModelName, ModelSettings> Models => Settings.Models;

    /// <summary>The key that encrypts the bucket, the cluster's secrets and the disks of the nodes; null for Oracle's own.</summary>
    internal Input<string>? KmsKeyId => Cloud.KmsKey is { } key ? (Input<string>)key : null;

    /// <summary>The load balancer's port for the routers' admin API. Null if the API stays in the cluster, because the gateway does not
    /// lead to it.</summary>
    internal int? AdminPort => Cloud.Gateway is { AdminApi: true } ? HostPorts.LoadBalancerAdmin : null;

    /// <summary>The settings of the function TrafficSplitter; null if the environment does not have it.</summary>
    internal SplitterStackSettings? Splitter => Cloud.Functions.Splitter;

    internal TimeSpan LongestDeadline => Models.Count == 0 ? TimeSpan.FromSeconds(10) : Models.Values.Max(static model => model.Deadline);

    private Oci.Provider Region { get; }

    /// <summary>Whether a value of OCI_GO_SDK_EC_CONFIG makes the providers' processes share a file.</summary>
    internal static bool SharesFile(string? consistency) => consistency?.Split(',', 2) is [var mode, { Length: > 0 }]
        && mode.Equals("file", StringComparison.OrdinalIgnoreCase);

    /// <summary>A provider of the region of the bucket's copy.</summary>
    internal Oci.Provider ReplicaRegion(ReplicationSettings replication) =>
        replication.Region == Cloud.HomeRegion ? HomeRegion : ProviderOf("replica", replication.Region);

    // OCI itself puts two tags on each resource. If the program names any tags, the provider would remove those two.
    private Oci.Provider ProviderOf(string name, string region)
    {
        var args = new Oci.ProviderArgs { Region = region };
        if (Cloud.Costs.TagNamespace is not null)
            args.IgnoreDefinedTags = ["Oracle-Tags.CreatedBy", "Oracle-Tags.CreatedOn"];
        return new Oci.Provider(name, args);
    }

    private static EnvironmentNames NamesOf(DeploymentInstance deployment)
    {
        try
        {
            return new EnvironmentNames(deployment.ProjectName, deployment.StackName);
        }
        catch (ArgumentException e)
        {
            // A stack file does not have its stack's name, so its rules can't check it.
            throw new RunException($"{e.Message}. Choose another name of the stack, and rename its file");
        }
    }

    /// <summary>The options of a component in the environment's region.</summary>
    internal ComponentResourceOptions InRegion() => new() { Provider = Region };
}
