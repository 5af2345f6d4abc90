using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Cache.Guard;
using ModelServing.Cache.Splitting;
using ModelServing.Cache.Traffic;
using ModelServing.Contracts;

namespace ModelServing.Router.Rollouts;

/// <summary>The exchange between routers through the cache. No failure matters: the journal delivers the same news, only later.</summary>
internal sealed class RouterCache : IAsyncDisposable
{
    private readonly CacheConnection connection;
    private readonly RolloutChannel channel;
    private readonly string environment;

    public RouterCache(CacheSettings settings, string environment, ILogger<RouterCache> logger)
    {
        this.environment = environment;
        connection = CacheConnection.Open(settings);
        connection.Changed += state =>
        {
            if (state.IsUnavailable)
                RolloutLog.CacheUnavailable(logger, connection.Location, state.Reason ?? "");
            else
                RolloutLog.CacheReached(logger, connection.Location);
        };
        channel = new RolloutChannel(connection, environment);
    }

    /// <summary>Whether the cache answered last time.</summary>
    internal bool IsReached => !connection.State.IsUnavailable;

    /// <summary>The counts of one trial, which routers share.</summary>
    internal TrialCounts CountsOf(VersionTrial trial) => new(connection, environment, trial);

    /// <summary>What the routers publish for the function TrafficSplitter.</summary>
    internal PublishedStates Published => new(connection, environment);

    /// <summary>The routers' reports about a model's requests.</summary>
    internal RouterTraffic TrafficOf(ModelName model) => new(connection, environment, model);

    /// <summary>Announces an event in a model's journal.</summary>
    internal async Task PublishAsync(ModelName model, long seq, CancellationToken cancellation)
    {
        try
        {
            await channel.PublishAsync(model, seq, cancellation);
        }
        catch (CacheException)
        {
            // The connection's state reports the failure, and routers that missed the message read the journal.
        }
    }

    /// <summary>Listens until the returned subscription is disposed of.</summary>
    /// <param name="announced">Called with the model whose journal has a new event.</param>
    /// <param name="changed">Called when messages can be missed or received again: when the cache becomes unavailable, and each time the
    /// subscription is restored.</param>
    internal IAsyncDisposable Subscribe(Action<ModelName> announced, Action changed) =>
        new Subscription(connection, channel, announced, changed);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private sealed class Subscription : IAsyncDisposable
    {
        private readonly CacheConnection connection;
        private readonly Action<CacheState> stateChanged;
        private readonly IAsyncDisposable messages;

        internal Subscription(CacheConnection connection, RolloutChannel channel, Action<ModelName> announced, Action changed)
        {
            this.connection = connection;
            stateChanged = _ => changed();
            connection.Changed += stateChanged;
            messages = channel.Subscribe(change => announced(change.Model), changed);
        }

        public ValueTask DisposeAsync()
        {
            connection.Changed -= stateChanged;
            return messages.DisposeAsync();
        }
    }
}
