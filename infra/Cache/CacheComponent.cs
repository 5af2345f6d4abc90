using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.Redis;
using Pulumi.Oci.Redis.Inputs;

namespace ModelServing.Infra.Cache;

/// <summary>
/// The cache of an environment: OCI Cache, reached by TLS only, which is all that the service offers by default. Its configuration
/// never evicts: a full cache refuses writes, which is seen, and forgets no feature and no count, which would not be.
/// </summary>
public sealed class CacheComponent : ComponentResource
{
    /// <summary>The port that a cache listens on; OCI has no other.</summary>
    public const int Port = 6379;

    /// <summary>Makes the cache.</summary>
    /// <exception cref="ArgumentException">An argument is missing or out of bounds.</exception>
    public CacheComponent(string name, CacheArgs args, ComponentResourceOptions? options = null)
        : base("modelserving:infra:Cache", name, options)
    {
        ArgumentNullException.ThrowIfNull(args);
        args.Checked<CacheArgs>().CheckedSizes();
        var tags = args.Names.Tags("cache");
        var configuration = new OciCacheConfigSet(name, new OciCacheConfigSetArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("cache"),
            SoftwareVersion = args.SoftwareVersion,
            ConfigurationDetails = new OciCacheConfigSetConfigurationDetailsArgs
            {
                Items = [new OciCacheConfigSetConfigurationDetailsItemArgs { ConfigKey = "maxmemory-policy", ConfigValue = "noeviction" }],
            },
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this });

        var cluster = new RedisCluster(name, new RedisClusterArgs
        {
            CompartmentId = args.CompartmentId,
            DisplayName = args.Names.NameOf("cache"),
            SubnetId = args.Place.SubnetId,
            NsgIds = [args.Place.GroupId],
            SoftwareVersion = args.SoftwareVersion,
            ClusterMode = args.Shards is null ? "NONSHARDED" : "SHARDED",
            ShardCount = args.Shards is { } shards ? shards : null,
            NodeCount = args.Nodes,
            NodeMemoryInGbs = args.NodeMemoryGbs,
            OciCacheConfigSetId = configuration.Id,
            FreeformTags = tags,
        }, new CustomResourceOptions { Parent = this, Protect = args.DataProtection });

        CacheId = cluster.Id;
        Host = args.Shards is null ? cluster.PrimaryFqdn : cluster.DiscoveryFqdn;
        Settings = Host.Apply(static host => new CacheSettings { Addresses = [$"{host}:{Port}"], Tls = true });
        IsSharded = args.Shards is not null;
        RegisterOutputs(new Dictionary<string, object?> { ["cacheId"] = CacheId, ["host"] = Host });
    }

    /// <summary>The OCID of the cache.</summary>
    public Output<string> CacheId { get; }

    /// <summary>The host name that a client connects to, at <see cref="Port"/> and by TLS: the writing node's, or of a sharded cache
    /// the one that tells of all nodes. Certificates are for names, so no address will do.</summary>
    public Output<string> Host { get; }

    /// <summary>How a program asks it. Without a user and a password: the service's own user has none, so the network alone keeps it.</summary>
    public Output<CacheSettings> Settings { get; }

    /// <summary>Whether a client has to speak the protocol's cluster mode.</summary>
    public bool IsSharded { get; }
}
