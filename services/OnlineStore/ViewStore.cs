using ModelServing.Cache;
using ModelServing.Cache.Features;
using ModelServing.Features.Engine;

namespace ModelServing.OnlineStore;

/// <summary>One version of a view in the cache: its states, its marker, and the lock of the process that fills it.</summary>
public sealed class ViewStore
{
    private readonly FeatureValues values;

    // The value that the marker's key had last, which nearly always it still has.
    private volatile KnownMarker? known;

    /// <param name="engine">Computes the view.</param>
    /// <param name="values">The values in the cache.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    public ViewStore(FeatureEngine engine, FeatureValues values, string environment)
    {
        ArgumentNullException.ThrowIfNull(engine);
        this.values = values;
        Engine = engine;
        Keys = new FeatureKeys(environment, engine.Definition.View.Text, engine.Definition.Version);
    }

    public FeatureEngine Engine { get; }

    /// <summary>How long a value is kept after its last write. Longer than the view's time to live, so that a reader learns that the entity
    /// is expired and not that it never was.</summary>
    public TimeSpan Kept => Engine.Definition.TimeToLive * 1.25 + TimeSpan.FromHours(1);

    internal FeatureKeys Keys { get; }

    internal FeatureValues Values => values;

    /// <summary>Reads the marker; null if the view is not filled, or was filled with another definition.</summary>
    /// <exception cref="CacheException">The marker can't be read.</exception>
    public async Task<ViewMarker?> FindMarkerAsync(CancellationToken cancellationToken) =>
        Accept((await values.ReadAsync([Keys.Marker], cancellationToken))[0]);

    /// <summary>Reads the marker of an epoch of the event log, or of a later one; null if the view was not filled since.</summary>
    /// <exception cref="CacheException">The marker can't be read.</exception>
    public async Task<ViewMarker?> FindMarkerAsync(int epoch, CancellationToken cancellationToken) =>
        await FindMarkerAsync(cancellationToken) is { } marker && marker.Epoch >= epoch ? marker : null;

    /// <summary>Keeps the marker of a fill longer, if it is still there, and notes the runs of the cache's servers.</summary>
    /// <param name="runs">The runs; null if they are unknown.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <exception cref="CacheException">The marker may not be written.</exception>
    internal Task RenewAsync(string fill, string? runs, CancellationToken cancellationToken) => values.UpdateAsync(
        [Keys.Marker],
        (_, old) => Accept(old) is { } marker && marker.Fill == fill ? (marker with { Runs = runs ?? marker.Runs }).ToUtf8() : null,
        Kept,
        cancellationToken);

    /// <summary>The marker in a value of its key; null if it is not one of this definition.</summary>
    internal ViewMarker? Accept(ReadOnlySpan<byte> value)
    {
        if (known is { } before && value.SequenceEqual(before.Value))
            return before.Marker;
        if (ViewMarker.Parse(value) is not { } marker || marker.Digest != Engine.Digest)
            return null;
        known = new KnownMarker(value.ToArray(), marker);
        return marker;
    }

    internal FeatureKey KeyOf(EntityKey entity) => Keys.ForEntity(entity.Text);

    private sealed record KnownMarker(byte[] Value, ViewMarker Marker);
}
