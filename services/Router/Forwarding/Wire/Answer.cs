using System.Buffers;
using System.Globalization;
using System.Net.Http.Headers;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;
using ModelServing.Contracts.Splitting;
using ModelServing.Hosting;

namespace ModelServing.Router.Forwarding.Wire;

/// <summary>The head of an endpoint's answer.</summary>
/// <remarks>
/// The HTTP client accepts heads that two readers could read in two ways: two lengths, a length beside chunks, a control character in a
/// value. These are refused here.
/// </remarks>
internal readonly struct Answer
{
    /// <summary>The most kibibytes of a head.</summary>
    internal const int MaxKibibytes = 64;

    // All control characters except the tab.
    private static readonly SearchValues<char> InvalidInValue = SearchValues.Create(
        [.. Enumerable.Range(0, 32).Where(static c => c != '\t').Append(127).Select(static c => (char)c)]);

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789");

    private readonly HttpResponseMessage message;

    private Answer(HttpResponseMessage message) => this.message = message;

    internal int Status { get; private init; }

    /// <summary>The body's length; null if its end is found in another way.</summary>
    internal long? Length { get; private init; }

    /// <summary>Whether the version reports that its outputs hold NaN or infinity.</summary>
    internal bool IsNonFinite { get; private init; }

    /// <summary>Whether the version refused the request because of other requests.</summary>
    internal bool IsBusy { get; private init; }

    /// <summary>The version's times, as it reports them; null if it reports none.</summary>
    internal string? Timing { get; private init; }

    /// <summary>Whether an answer of this status has a body.</summary>
    internal bool HasBody => Status is not (StatusCodes.Status204NoContent or StatusCodes.Status304NotModified);

    /// <summary>Whether Connection names headers that are only for this hop.</summary>
    private bool NamesHeaders { get; init; }

    /// <summary>The bytes behind the head. The HTTP client reads them as they are asked for.</summary>
    internal Stream Body => message.Content.ReadAsStream();

    /// <summary>Reads the head.</summary>
    /// <exception cref="BadAnswerException">It is ambiguous, or has no status that the router can pass on.</exception>
    internal static Answer Read(HttpResponseMessage message)
    {
        var status = (int)message.StatusCode;
        // 101 is refused too: the router never asks for another protocol.
        if (status is < 200 or >= 600)
            throw new BadAnswerException($"its status is {status}");
        var isChunked = false;
        var namesHeaders = false;
        var isNonFinite = false;
        var isBusy = false;
        string? timing = null;
        foreach (var (name, values) in message.Headers.NonValidated)
        {
            foreach (var value in values)
                Check(value);
            if (Is(name, "Transfer-Encoding"))
            {
                if (!Is(values.ToString(), "chunked"))
                    throw new BadAnswerException("its Transfer-Encoding is not 'chunked'");
                isChunked = true;
            }
            else if (Is(name, "Connection"))
            {
                namesHeaders |= NamesOthers(values);
            }
            else if (Is(name, HeaderNames.ModelOutcome))
            {
                var outcome = values.ToString();
                isNonFinite = Is(outcome, HeaderNames.NonFinite);
                isBusy = Is(outcome, HeaderNames.Busy);
            }
            else if (Is(name, HeaderNames.ServerTiming))
            {
                timing = values.ToString();
            }
        }

        long? length = null;
        foreach (var (name, values) in message.Content.Headers.NonValidated)
        {
            foreach (var value in values)
            {
                Check(value);
                if (Is(name, "Content-Length"))
                    length = LengthFrom(value, length);
            }
        }

        if (isChunked && length is not null)
            throw new BadAnswerException("it has both Content-Length and Transfer-Encoding");
        var hasNoBody = status is StatusCodes.Status204NoContent or StatusCodes.Status304NotModified;
        return new Answer(message)
        {
            Status = status,
            Length = hasNoBody ? 0 : length,
            NamesHeaders = namesHeaders,
            IsNonFinite = isNonFinite,
            IsBusy = isBusy,
            Timing = timing,
        };
    }

    /// <summary>Copies status and headers to the client's response, except hop-by-hop headers and headers that only the router may
    /// set.</summary>
    /// <param name="response">The client's response.</param>
    /// <param name="timing">The router's own times, to which those of the endpoint are added.</param>
    internal void CopyTo(HttpResponse response, ref ServerTiming timing)
    {
        response.StatusCode = Status;
        Copy(message.Headers.NonValidated, response.Headers, ref timing);
        Copy(message.Content.Headers.NonValidated, response.Headers, ref timing);
    }

    private void Copy(HttpHeadersNonValidated from, IHeaderDictionary to, ref ServerTiming timing)
    {
        foreach (var (name, values) in from)
        {
            if (IsDropped(name) || IsForSplitter(name) || (NamesHeaders && IsNamed(name)))
                continue;
            if (Is(name, HeaderNames.ServerTiming))
            {
                timing.Add(values.ToString());
                continue;
            }

            foreach (var value in values)
                to.Append(name, value);
        }
    }

    private bool IsNamed(string header)
    {
        foreach (var value in message.Headers.NonValidated["Connection"])
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                if (value.AsSpan(part).Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }

    private static bool NamesOthers(HeaderStringValues connection)
    {
        foreach (var value in connection)
        {
            foreach (var part in value.AsSpan().Split(','))
            {
                var option = value.AsSpan(part).Trim();
                if (!option.Equals("close", StringComparison.OrdinalIgnoreCase) &&
                    !option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }

    private static void Check(string value)
    {
        if (value.AsSpan().ContainsAny(InvalidInValue))
            throw new BadAnswerException("a value in its head has a control character");
    }

    private static long LengthFrom(string value, long? other) =>
        value.Length > 0
        && !value.AsSpan().ContainsAnyExcept(Digits)
        && long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var length)
        && (other is null || other == length)
            ? length
            : throw new BadAnswerException("its Content-Length is not a length");

    private static bool IsDropped(string name) => name.Length switch
    {
        2 => Is(name, "TE"),
        4 => Is(name, "Date"),
        6 => Is(name, "Server"),
        7 => Is(name, "Trailer") || Is(name, "Upgrade"),
        10 => Is(name, "Connection") || Is(name, "Keep-Alive"),
        12 => Is(name, HeaderNames.RequestId),
        14 => Is(name, "Content-Length"),
        15 => Is(name, HeaderNames.ModelVersion) || Is(name, HeaderNames.ModelVariant),
        16 => Is(name, "Proxy-Connection") || Is(name, HeaderNames.ModelFailover),
        17 => Is(name, "Transfer-Encoding"),
        18 => Is(name, "Proxy-Authenticate"),
        _ => false,
    };

    // The function TrafficSplitter takes these as the router's word.
    private static bool IsForSplitter(string name) => name.StartsWith(SplitHeaders.Prefix, StringComparison.OrdinalIgnoreCase);

    private static bool Is(string name, string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
}
