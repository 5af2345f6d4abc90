using Microsoft.Extensions.Logging;
using ModelServing.Contracts;
using ModelServing.Journal;

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

    /// <summary>What routers tell each other about one attempt.</summary>
    internal AttemptCounts Of(VersionAttempt attempt) => new(connection, environment, attempt);

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

    /// <summary>Calls back at each change that another says, at each time that it can be heard again, and when the cache goes away: from
    /// then on nobody is told.</summary>
    internal IAsyncDisposable Subscribe(Action changed)
    {
        connection.Changed += _ => changed();
        return channel.Subscribe(_ => changed(), changed);
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
