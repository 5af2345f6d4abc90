namespace ModelServing.Oci.Calls;

/// <summary>How long a call to a service may take, and how often it is retried.</summary>
internal record CallLimits
{
    /// <summary>How often a request is repeated after a transient failure; 0 for a caller that does so itself. 4 by
    /// default.</summary>
    internal int Retries { get; init; } = 4;

    /// <summary>The delay before the first retry. Each further delay doubles, and jitter makes each longer or shorter by up to its own
    /// length. 500 ms by default.</summary>
    internal TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The upper bound of a delay. 15 s by default.</summary>
    internal TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one request may take until its response begins. 30 s by default. A request that sends bytes gets extra time
    /// according to <see cref="SlowestBytesPerSecond"/>.</summary>
    internal TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The slowest upload rate that does not time out. 64 KiB a second by default.</summary>
    internal int SlowestBytesPerSecond { get; init; } = 64 * 1024;

    /// <summary>The time limit of a request that sends <paramref name="bytes"/>.</summary>
    internal TimeSpan AttemptFor(long bytes) => Attempt + TimeSpan.FromSeconds(bytes / (double)SlowestBytesPerSecond);
}
