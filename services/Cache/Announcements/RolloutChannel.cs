using System.Globalization;
using ModelServing.Contracts;

namespace ModelServing.Cache.Announcements;

/// <summary>
/// Notifies all routers of an environment within milliseconds that the journal has a new event. A message that is published while a router
/// or the cache is unavailable is lost, so subscribers also read the journal from time to time.
/// </summary>
public sealed class RolloutChannel
{
    private readonly ModelChannel channel;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="wait">The wait between two tries to subscribe; null for 500 ms.</param>
    /// <param name="time">Measures that wait.</param>
    public RolloutChannel(CacheConnection cache, string environment, TimeSpan? wait = null, TimeProvider? time = null) =>
        channel = new ModelChannel(cache, environment, "journal", wait ?? TimeSpan.FromMilliseconds(500), time);

    /// <summary>Announces an event in a model's journal.</summary>
    /// <returns>How many subscribers the queried server has itself; a sharded cache passes the message on to the others.</returns>
    /// <exception cref="CacheException">The cache did not accept the message.</exception>
    public Task<long> PublishAsync(ModelName model, long seq, CancellationToken cancellationToken) =>
        channel.PublishAsync("a change can't be published", model, seq.ToString(CultureInfo.InvariantCulture), cancellationToken);

    /// <summary>Subscribes until the returned subscription is disposed of. It survives times in which the cache is unavailable.</summary>
    /// <param name="received">Called for each change, on any thread and in any order; it should return quickly.</param>
    /// <param name="subscribed">Called each time the subscription is made or restored: messages published before may have been
    /// missed.</param>
    public IAsyncDisposable Subscribe(Action<JournalChange> received, Action? subscribed = null)
    {
        ArgumentNullException.ThrowIfNull(received);
        return channel.Subscribe(
            (model, number) =>
            {
                if (long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var seq))
                    received(new JournalChange(model, seq));
            },
            subscribed);
    }
}
