using ModelServing.Contracts;
using Pulumi;
using Pulumi.Oci.Redis;
using Pulumi.Oci.Redis.Inputs;

namespace ModelServing.Infra.Cache;

/// <summary>
/// The cache of an environment: OCI Cache, reached only with TLS, the service's default. Its configuration never evicts: a full cache
/// refuses writes, which is noticed, instead of losing features and counts, which would not be.
/// </summary>
public sealed class CacheComponent : ComponentResource
{
    /// <summary>The port that the cache listens on; OCI offers no other.</summary>
    public const int Port = 6379;

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
            SubnetId = args.Placement.SubnetId,
            NsgIds = [args.Placement.GroupId],
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

    /// <summary>The host name that clients connect to, at <see cref="Port"/> and with TLS: that of the node that accepts writes, or of a
    /// sharded cache the one that lists all nodes. Certificates name hosts, so an IP address would not work.</summary>
    public Output<string> Host { get; }

    /// <summary>How programs connect. There is no user or password, because the service's default user has none: the network alone
    /// protects the cache.</summary>
    public Output<CacheSettings> Settings { get; }

    /// <summary>Whether clients must use the protocol's cluster mode.</summary>
    public bool IsSharded { get; }
}
