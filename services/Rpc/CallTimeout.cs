using System.Globalization;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Rpc;

/// <summary>The deadline of a gRPC call: the header <c>grpc-timeout</c>, as in <c>250m</c> for 250 milliseconds.</summary>
internal static class CallTimeout
{
    internal const string Header = "grpc-timeout";

    /// <summary>The form of the value, for messages.</summary>
    internal const string Form = "1 to 8 digits and one of the units H, M, S, m, u and n";

    private const int MostDigits = 8;

    private static readonly TimeSpan Longest = TimeSpan.FromDays(1);

    /// <summary>Reads the header. A longer time than a day counts as a day.</summary>
    /// <returns>False if it has another form. Without the header, the timeout is null.</returns>
    internal static bool TryRead(IHeaderDictionary headers, out TimeSpan? timeout)
    {
        timeout = null;
        if (headers[Header] is not { Count: > 0 } values)
            return true;
        if (values is not [{ Length: > 1 and <= MostDigits + 1 } text]
            || !long.TryParse(text.AsSpan(..^1), NumberStyles.None, CultureInfo.InvariantCulture, out var count))
            return false;
        timeout = text[^1] switch
        {
            'H' => TimeSpan.FromHours(count),
            'M' => TimeSpan.FromMinutes(count),
            'S' => TimeSpan.FromSeconds(count),
            'm' => TimeSpan.FromMilliseconds(count),
            'u' => TimeSpan.FromMicroseconds(count),
            'n' => TimeSpan.FromMicroseconds(count / 1000),
            _ => null,
        };
        if (timeout > Longest)
            timeout = Longest;
        return timeout is not null;
    }

    /// <summary>Writes the timeout as the host's own paths read it. A shorter one that the caller gave in their form stays.</summary>
    internal static void Write(IHeaderDictionary headers, TimeSpan timeout)
    {
        var given = headers[HeaderNames.RequestTimeout];
        // What can't be read is refused as it is.
        if (given.Count > 0 && (given.Count > 1 || !RequestTimeout.TryParse(given[0], out var own) || own <= timeout))
            return;
        headers[HeaderNames.RequestTimeout] =
            Math.Max(1, (long)Math.Ceiling(timeout.TotalMilliseconds)).ToString(CultureInfo.InvariantCulture);
    }
}
