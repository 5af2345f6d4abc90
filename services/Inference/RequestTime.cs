using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Inference.Protocol;

namespace ModelServing.Inference;

/// <summary>The time that a request has, from its head to the end of the model's call.</summary>
/// <param name="Began">The timestamp of its head.</param>
/// <param name="Limit">How long it may take.</param>
/// <param name="IsShortened">Whether the caller allows less time than its model usually gets. Then the version is not to blame if the time
/// is not enough.</param>
internal readonly record struct RequestTime(long Began, TimeSpan Limit, bool IsShortened)
{
    private const string Shortened = "1";
    private const string ShortenedBelow = "below=";

    // The longest deadline that a stack file can give to a model.
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    // A router closes its connection at the deadline, and by its own clock that may be a little earlier.
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(5);

    /// <summary>The caller has also shortened the time if less than this is left when its body ends.</summary>
    internal TimeSpan Least { get; init; }

    /// <summary>Gets whether the request's parameter <c>timeout</c> shortened the time.</summary>
    internal bool IsOfParameters { get; private init; }

    /// <exception cref="RequestFaultException">The header is wrong.</exception>
    internal static RequestTime Read(HttpRequest request, long began, TimeSpan usual)
    {
        if (request.Headers[HeaderNames.RequestTimeout] is not { Count: > 0 } values)
            return new RequestTime(began, usual, false);
        if (values.Count > 1 || !RequestTimeout.TryParse(values[0], out var timeout))
            throw new RequestFaultException(HeaderNames.RequestTimeout, $"it is '{values}'; it must be {RequestTimeout.Form}");
        string? shortened = request.Headers[HeaderNames.TimeoutShortened];
        return new RequestTime(began, timeout < Longest ? timeout : Longest, shortened == Shortened) { Least = LeastIn(shortened) };
    }

    /// <summary>The time with what the request itself allows from now on, once it has been read; null if it says nothing.</summary>
    internal RequestTime Within(TimeSpan? timeout, TimeProvider time) =>
        timeout is { } allowed && time.GetElapsedTime(Began) + allowed is var limit && limit < Limit
            ? this with { Limit = limit, IsShortened = true, IsOfParameters = true }
            : this;

    /// <summary>Whether the version is not to blame if the time is not enough.</summary>
    /// <param name="bodyEnd">The timestamp of the body's last byte; 0 if it was there with the head.</param>
    /// <param name="time">The clock.</param>
    internal bool IsShortenedBy(long bodyEnd, TimeProvider time) =>
        IsShortened || (bodyEnd > 0 && Limit - time.GetElapsedTime(Began, bodyEnd) < Least);

    /// <summary>The timestamp at which the time is over.</summary>
    internal long Deadline(TimeProvider time) => Began + (long)(Limit.TotalSeconds * time.TimestampFrequency);

    /// <summary>The rest of the time; zero if it is over.</summary>
    internal TimeSpan Remaining(TimeProvider time) =>
        Limit - time.GetElapsedTime(Began) is var remaining && remaining > TimeSpan.Zero ? remaining : TimeSpan.Zero;

    /// <summary>Whether a caller that leaves now has waited to the end.</summary>
    internal bool IsOver(TimeProvider time) => Remaining(time) <= Tolerance;

    private static TimeSpan LeastIn(string? shortened) =>
        shortened?.StartsWith(ShortenedBelow, StringComparison.Ordinal) == true
        && RequestTimeout.TryParse(shortened.AsSpan(ShortenedBelow.Length), out var least)
            ? least
            : TimeSpan.Zero;
}
