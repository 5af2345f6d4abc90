using ModelServing.Oci.Calls;

namespace ModelServing.Oci.Nosql;

/// <summary>The limits of a <see cref="NosqlPredictionStore"/>'s calls.</summary>
internal sealed record PredictionCallLimits
{
    /// <summary>For a program that reads a lot and that no one waits for: it outlasts about twenty minutes of throttling.</summary>
    internal static PredictionCallLimits Patient { get; } = new()
    {
        Others = new() { Retries = 45, FirstDelay = TimeSpan.FromMilliseconds(200), LongestDelay = TimeSpan.FromSeconds(30) },
    };

    /// <summary>Of the puts of records. The shipper paces and repeats them itself.</summary>
    internal CallLimits Puts { get; init; } = new() { Retries = 0, Attempt = TimeSpan.FromSeconds(10) };

    /// <summary>Of the other calls. Short, because programs and people wait for them, and both try again.</summary>
    internal CallLimits Others { get; init; } = new()
    {
        Retries = 3,
        FirstDelay = TimeSpan.FromMilliseconds(200),
        LongestDelay = TimeSpan.FromSeconds(2),
        Attempt = TimeSpan.FromSeconds(5),
    };
}
