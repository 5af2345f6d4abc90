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
    /// <summary>Creates the two providers. Identity can be changed only in the tenancy's home region. Everything else is created in the
    /// region that the settings name, whatever this machine's own configuration says.</summary>
    internal StackContext(StackConfiguration configuration)
    {
        var deployment = Deployment.Instance;
        Cloud = configuration.Cloud;
        IsOffline = configuration.IsOffline;
        Settings = configuration.File.Settings;
        Names = new EnvironmentNames(deployment.ProjectName, deployment.StackName);
        BucketName = Contracts.BucketName.From(deployment.ProjectName, deployment.StackName);
        Region = new Oci.Provider("region", new Oci.ProviderArgs { Region = Cloud.Region });
        HomeRegion = new Oci.Provider("home", new Oci.ProviderArgs { Region = Cloud.HomeRegion ?? Cloud.Region });
    }

    internal CloudSettings Cloud { get; }

    /// <summary>Whether the cloud cannot be asked.</summary>
    internal bool IsOffline { get; }

    internal StackSettings Settings { get; }

    internal EnvironmentNames Names { get; }

    /// <summary>The name of the bucket of artifacts.</summary>
    internal string BucketName { get; }

    internal Oci.Provider HomeRegion { get; }

    internal IReadOnlyDictionary<ModelName, ModelSettings> Models => Settings.Models;

    /// <summary>The key that encrypts the bucket, the cluster's secrets and the disks of the nodes; null for Oracle's own.</summary>
    internal Input<string>? KmsKeyId => Cloud.KmsKey is { } key ? (Input<string>)key : null;

    /// <summary>The load balancer's port for the routers' admin API. Null if the API stays in the cluster, because the gateway does not
    /// lead to it.</summary>
    internal int? AdminPort => Cloud.Gateway is { AdminApi: true } ? HostPorts.LoadBalancerAdmin : null;

    internal TimeSpan LongestDeadline => Models.Count == 0 ? TimeSpan.FromSeconds(10) : Models.Values.Max(static model => model.Deadline);

    private Oci.Provider Region { get; }

    /// <summary>The options of a component in the environment's region.</summary>
    internal ComponentResourceOptions InRegion() => new() { Provider = Region };
}
