namespace ModelServing.Settings.Cloud;

public enum CacheMode
{
    /// <summary>Every node holds all data.</summary>
    Nonsharded,

    /// <summary>Every shard holds a part of the data.</summary>
    Sharded,
}
