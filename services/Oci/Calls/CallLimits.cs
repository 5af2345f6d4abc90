namespace ModelServing.Oci.Calls;

/// <summary>How long a service is waited for, and how often it is asked again.</summary>
internal record CallLimits
{
    /// <summary>How often a request is sent again after one that may succeed another time. 4 by default.</summary>
    internal int Retries { get; init; } = 4;

    /// <summary>The wait before the first of those; later ones double, and each is up to itself longer or shorter. 500 ms by default.</summary>
    internal TimeSpan FirstDelay { get; init; } = TimeSpan.FromMilliseconds(500);

    /// <summary>The longest such wait. 15 s by default.</summary>
    internal TimeSpan LongestDelay { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long one request may take until its answer begins. 30 s by default; what sends bytes has the time that
    /// <see cref="SlowestBytesPerSecond"/> gives them on top of that.</summary>
    internal TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(30);

    /// <summary>The slowest sending that is still waited for. 64 KiB a second by default.</summary>
    internal int SlowestBytesPerSecond { get; init; } = 64 * 1024;

    /// <summary>How long a request that sends <paramref name="bytes"/> may take.</summary>
    internal TimeSpan AttemptFor(long bytes) => Attempt + TimeSpan.FromSeconds(bytes / (double)SlowestBytesPerSecond);
}
