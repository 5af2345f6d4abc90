using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Cache.Reports;
using ModelServing.Contracts;
using ModelServing.Contracts.Features;

namespace ModelServing.FeatureServer;

/// <summary>The server's connections to the cache: one for readers, who can't wait, and one for the views' writes, which block their
/// connection for a round trip each.</summary>
internal sealed class CacheConnections : IAsyncDisposable
{
    private static readonly CacheLimits Patient = new() { Answer = TimeSpan.FromSeconds(10) };

    private readonly CacheConnection reading;
    private readonly CacheConnection writing;

    internal CacheConnections(CacheSettings settings, TimeProvider time)
    {
        reading = CacheConnection.Open(settings, time: time);
        writing = CacheConnection.Open(settings, Patient, time);
        Reads = new FeatureValues(reading);
        Writes = new FeatureValues(writing);
    }

    internal FeatureValues Reads { get; }

    internal FeatureValues Writes { get; }

    /// <summary>Why the cache does not take writes; null if it does.</summary>
    internal string? Failure => writing.State.Reason;

    /// <summary>The server's reports for ModelMetrics.</summary>
    internal FeatureReports Reports(FeatureServerSettings settings) => new(reading, settings.Environment, settings.Minute);

    public async ValueTask DisposeAsync()
    {
        await reading.DisposeAsync();
        await writing.DisposeAsync();
    }
}
