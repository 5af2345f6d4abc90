using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>Versions that start and stop together: a version with a process of its own, or those of a pool.</summary>
internal interface IVersionGroup
{
    /// <summary>Its name in messages.</summary>
    string Label { get; }

    IReadOnlyCollection<PublishedVersion> Versions { get; }

    /// <summary>Completes when it is known for the first time which versions are ready.</summary>
    /// <exception cref="HostFailedException">None will be.</exception>
    Task Ready { get; }

    /// <summary>How long ago it was started.</summary>
    TimeSpan Age { get; }

    /// <summary>Why it is not ready, as it said when it was asked last.</summary>
    string Problem { get; }

    /// <summary>Whether it serves a version, or does so again as soon as its process has been restarted.</summary>
    bool Serves(PublishedVersion version);

    /// <summary>Why a version is not served although the group is ready; null if it is served.</summary>
    VersionRefusal? RefusalOf(PublishedVersion version);

    /// <summary>Takes its processes out of the endpoints for good.</summary>
    void Withdraw();

    Task StopAsync(TimeSpan timeout, CancellationToken kill);
}
