using StackExchange.Redis;

namespace ModelServing.Cache.Features;

/// <summary>The key of one value in the cache. <see cref="FeatureKeys"/> makes it.</summary>
public readonly record struct FeatureKey
{
    internal FeatureKey(string text) => Text = text;

    /// <summary>The key, for messages.</summary>
    public string Text { get; }

    internal RedisKey Redis => Text;

    public override string ToString() => Text;
}
