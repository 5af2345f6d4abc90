using ModelServing.Settings.Schema;

namespace ModelServing.Settings.Cloud;

public sealed record CacheStackSettings
{
    [Setting("Whether the data is spread over shards. `sharded` is unproven: the platform has never run against such a cache.")]
    public CacheMode Mode { get; init; } = CacheMode.Nonsharded;

    [Setting("The number of shards, an odd number. Only for `sharded`.", Min = "3", Max = "99")]
    public int? Shards { get; init; }

    [Setting("The number of nodes: in total, or per shard.", Min = "1", Max = "5")]
    public int Nodes { get; init; } = 1;

    [Setting("The memory of a node in GB.", Min = "2", Max = "500")]
    public int MemoryInGbs { get; init; } = 2;

    [Setting(
        "The secret of OCI Vault that holds the password of the cache: 16 to 128 printable characters. `pulumi up` reads it. Without it, "
        + "everything that reaches the cache's port may read and write.",
        Pattern = "^ocid1\\.vaultsecret\\.[a-z0-9]+\\.[a-z0-9-]*\\.[a-z0-9-]+$",
        Form = "the OCID of a secret",
        Example = "ocid1.vaultsecret.oc1.eu-frankfurt-1.aaaa")]
    public string? PasswordSecret { get; init; }
}
