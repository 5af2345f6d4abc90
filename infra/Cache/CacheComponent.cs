using System.Security.Cryptography;
using System.Text;
using ModelServing.Contracts;
using ModelServing.Infra.Secrets;
using Pulumi;
using Pulumi.Oci.Redis;
using Pulumi.Oci.Redis.Inputs;

namespace ModelServing.Infra.Cache;

/// <summary>
/// The cache of an environment: OCI Cache, reached only with TLS, the service's default. Its configuration never evicts: a full cache
/// refuses writes, which is noticed, instead of losing features and counts, which would not be. With a password, every client needs it.
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

        Password = args.PasswordSecretId is { } secret
            ? VaultText.Read(secret, "the password of the cache", new InvokeOptions { Parent = this })
            : null;
        var user = Password is { } password ? User(name, args, password) : null;
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
        }, new CustomResourceOptions
        {
            Parent = this,
            Protect = args.DataProtection,
            // A destroy deletes the user after the cache, because OCI may refuse to delete a user that a cache has.
            DependsOn = user is null ? [] : [user],
        });
        if (user is not null)
        {
            _ = new RedisClusterAttachOciCacheUser(name, new RedisClusterAttachOciCacheUserArgs
            {
                RedisClusterId = cluster.Id,
                OciCacheUsers = [user.Id],
            }, new CustomResourceOptions { Parent = this });
        }

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

    /// <summary>How programs connect, without the password.</summary>
    public Output<CacheSettings> Settings { get; }

    /// <summary>The password; null if the stack file names no secret. Then only the network protects the cache.</summary>
    public VaultText? Password { get; }

    /// <summary>Whether clients must use the protocol's cluster mode.</summary>
    public bool IsSharded { get; }

    // Attached to a cache, a user of this name replaces the service's own, which has no password and may do everything.
    private OciCacheUser User(string name, CacheArgs args, VaultText password) => new(name, new OciCacheUserArgs
    {
        CompartmentId = args.CompartmentId,
        Name = "default",
        Description = args.Names.NameOf("cache"),
        AclString = "allkeys allchannels allcommands",
        AuthenticationMode = new OciCacheUserAuthenticationModeArgs
        {
            AuthenticationType = "PASSWORD",
            // What the cache keeps of it.
            HashedPasswords =
            [
                password.Text.Apply(static text => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))),
            ],
        },
        Status = "ON",
        FreeformTags = args.Names.Tags("cache"),
    }, new CustomResourceOptions { Parent = this });
}
