using ModelServing.Contracts;

namespace ModelServing.Cache.Announcements;

/// <summary>
/// Notifies the pods of an environment that an artifact of a version arrived, so that a waiting pod need not wait until its next poll of
/// the registry. The message carries no verdict: receivers check the registry themselves. A message that is published while a pod or the
/// cache is unavailable is lost; the pod then learns of the artifact by polling.
/// </summary>
public sealed class ArtifactChannel
{
    private readonly ModelChannel channel;

    /// <param name="cache">The connection.</param>
    /// <param name="environment">The environment's name; several may share a cache.</param>
    /// <param name="wait">The wait between two tries to subscribe; null for 5 s.</param>
    /// <param name="time">Measures that wait.</param>
    public ArtifactChannel(CacheConnection cache, string environment, TimeSpan? wait = null, TimeProvider? time = null) =>
        channel = new ModelChannel(cache, environment, "artifacts", wait ?? TimeSpan.FromSeconds(5), time);

    /// <summary>Announces that an artifact of a version arrived.</summary>
    /// <returns>How many subscribers the queried server has itself; a sharded cache passes the message on to the others.</returns>
    /// <exception cref="CacheException">The cache did not accept the message.</exception>
    public Task<long> PublishAsync(ModelName model, ModelVersion version, CancellationToken cancellationToken) =>
        channel.PublishAsync("an artifact can't be announced", model, $"{version}", cancellationToken);

    /// <summary>Subscribes until the returned subscription is disposed of. It survives times in which the cache is unavailable.</summary>
    /// <param name="received">Called for each announced version, on any thread; it should return quickly.</param>
    /// <param name="subscribed">Called each time the subscription is made or restored: messages published before may have been
    /// missed.</param>
    public IAsyncDisposable Subscribe(Action<ModelName, ModelVersion> received, Action? subscribed = null)
    {
        ArgumentNullException.ThrowIfNull(received);
        return channel.Subscribe(
            (model, number) =>
            {
                if (ModelVersion.TryParse(number, null, out var version))
                    received(model, version);
            },
            subscribed);
    }
}
