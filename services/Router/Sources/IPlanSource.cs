namespace ModelServing.Router.Sources;

/// <summary>Provides the plan, from the source that <see cref="Contracts.RouterSettings.Plan"/> names.</summary>
internal interface IPlanSource
{
    /// <summary>The source's name, for messages.</summary>
    string Name { get; }

    /// <summary>Follows the plan until it is canceled. For each change, it calls one of the two functions once, and waits for
    /// <paramref name="changed"/> before it reads again. An exception of <paramref name="changed"/> ends this, and the next call begins
    /// with the same plan.</summary>
    /// <param name="changed">Receives the plan's bytes, which are valid until its task ends.</param>
    /// <param name="refused">Receives the reason if the plan is gone or cannot be read.</param>
    /// <param name="cancellation">Ends the following.</param>
    Task FollowAsync(Func<ReadOnlyMemory<byte>, Task> changed, Action<string> refused, CancellationToken cancellation);
}
