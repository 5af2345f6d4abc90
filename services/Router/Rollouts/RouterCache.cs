using Microsoft.Extensions.Logging;
using ModelServing.Cache;
using ModelServing.Cache.Announcements;
using ModelServing.Cache.Guard;
using ModelServing.Contracts;

namespace ModelServing.Router.Rollouts;

/// <summary>What routers tell each other by the cache. Whatever of it fails is no failure here: the journal says the same, later.</summary>
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
            if (state.IsAway)
                RolloutLog.CacheAway(logger, connection.Location, state.Reason ?? "");
            else
                RolloutLog.CacheReached(logger, connection.Location);
        };
        channel = new RolloutChannel(connection, environment);
    }

    /// <summary>Whether it answers.</summary>
    internal bool IsReached => !connection.State.IsAway;

    /// <summary>What routers tell each other about one trial.</summary>
    internal TrialCounts CountsOf(VersionTrial trial) => new(connection, environment, trial);

    /// <summary>Says that a model's journal has an event of a number.</summary>
    internal async Task PublishAsync(ModelName model, long seq, CancellationToken cancellation)
    {
        try
        {
            await channel.PublishAsync(model, seq, cancellation);
        }
        catch (CacheException)
        {
            // The connection's state says it; who was not told reads the journal.
        }
    }

    /// <summary>Listens until the returned subscription is disposed of.</summary>
    /// <param name="told">Called with the model of which another says that its journal has something new.</param>
    /// <param name="changed">Called at each time that others can be heard again, and when the cache goes away: from then on nobody is told.</param>
    internal IAsyncDisposable Subscribe(Action<ModelName> told, Action changed) => new Subscription(connection, channel, told, changed);

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    private sealed class Subscription : IAsyncDisposable
    {
        private readonly CacheConnection connection;
        private readonly Action<CacheState> away;
        private readonly IAsyncDisposable messages;

        internal Subscription(CacheConnection connection, RolloutChannel channel, Action<ModelName> told, Action changed)
        {
            this.connection = connection;
            away = _ => changed();
            connection.Changed += away;
            messages = channel.Subscribe(change => told(change.Model), changed);
        }

        public ValueTask DisposeAsync()
        {
            connection.Changed -= away;
            return messages.DisposeAsync();
        }
    }
}
