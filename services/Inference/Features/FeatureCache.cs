using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Contracts;
using ModelServing.OnlineStore;

namespace ModelServing.Inference.Features;

/// <summary>The connection over which features are read. It is not the one for counts, because no prediction can wait as long as they
/// do.</summary>
internal sealed class FeatureCache : IAsyncDisposable
{
    private readonly CacheConnection connection;

    public FeatureCache(CacheSettings settings, TimeSpan wait, TimeProvider time)
    {
        connection = CacheConnection.Open(settings, new CacheLimits { Answer = wait }, time);
        Values = new FeatureValues(connection);
        Reader = new OnlineReader(Values);
    }

    internal FeatureValues Values { get; }

    internal OnlineReader Reader { get; }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
