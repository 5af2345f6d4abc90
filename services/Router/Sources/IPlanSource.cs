namespace ModelServing.Router.Sources;

/// <summary>Where the plan comes from, by one of the forms of <see cref="Contracts.RouterSettings.Plan"/>.</summary>
internal interface IPlanSource
{
    /// <summary>What it is, as messages have it.</summary>
    string Name { get; }

    /// <summary>Follows the plan until it is cancelled, and returns then. Each of the two is called once for each change, and the next look
    /// waits for <paramref name="changed"/>.</summary>
    /// <param name="changed">Takes the plan's bytes.</param>
    /// <param name="refused">Takes the reason when there is no plan any more, or none that can be read.</param>
    /// <param name="cancellation">Ends it.</param>
    Task FollowAsync(Func<byte[], Task> changed, Action<string> refused, CancellationToken cancellation);
}
