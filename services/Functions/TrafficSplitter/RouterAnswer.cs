using System.Globalization;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Functions.Listener;

namespace ModelServing.Functions.TrafficSplitter;

/// <summary>A router's answer.</summary>
/// <param name="Headers">All headers but those of the content's length and of the connection.</param>
/// <param name="Body">The content.</param>
/// <param name="Elapsed">How long the function waited for it.</param>
internal sealed record RouterAnswer(int Status, IReadOnlyDictionary<string, string> Headers, ReadOnlyMemory<byte> Body, TimeSpan Elapsed)
{
    private const string VersionTime = "version;dur=";

    /// <summary>Why the version gave no answer, one of <see cref="SplitResults"/>; null if it did.</summary>
    internal string? Result => Headers.GetValueOrDefault(SplitHeaders.Result);

    internal bool IsNonFinite => Headers.GetValueOrDefault(HeaderNames.ModelOutcome) == HeaderNames.NonFinite;

    internal bool IsBusy => Headers.GetValueOrDefault(HeaderNames.ModelOutcome) == HeaderNames.Busy;

    /// <summary>The hash of the client's name; 0 if the router did not name it.</summary>
    internal ulong ClientHash =>
        ulong.TryParse(
            Headers.GetValueOrDefault(SplitHeaders.Client), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var hash)
                ? hash
                : 0;

    /// <summary>The attempt limit; null if the router did not give one.</summary>
    internal TimeSpan? AttemptLimit =>
        RequestTimeout.TryParse(Headers.GetValueOrDefault(SplitHeaders.AttemptLimit), out var limit) ? limit : null;

    /// <summary>The version's time, as the router measured it. It has no part of the way between the function and the router.</summary>
    internal TimeSpan VersionElapsed
    {
        get
        {
            foreach (var part in (Headers.GetValueOrDefault(HeaderNames.ServerTiming) ?? "").Split(", "))
            {
                if (part.StartsWith(VersionTime, StringComparison.Ordinal) && double.TryParse(
                    part.AsSpan(VersionTime.Length), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var milliseconds))
                    return TimeSpan.FromMilliseconds(milliseconds);
            }

            return Elapsed;
        }
    }

    /// <summary>The answer for the caller.</summary>
    /// <param name="failover">The variant that failed before; null for none.</param>
    internal FunctionAnswer ToCaller(string? failover = null)
    {
        var headers = Headers.Where(static header => !header.Key.StartsWith(SplitHeaders.Prefix, StringComparison.OrdinalIgnoreCase)
                && !header.Key.Equals("Content-Type", StringComparison.OrdinalIgnoreCase))
            .ToDictionary(static header => header.Key, static header => header.Value, StringComparer.OrdinalIgnoreCase);
        if (failover is not null)
            headers[HeaderNames.ModelFailover] = failover;
        return new FunctionAnswer(Status, Body, Headers.GetValueOrDefault("Content-Type")) { Headers = headers };
    }
}
