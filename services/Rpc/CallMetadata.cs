using Microsoft.AspNetCore.Http;
using Microsoft.Net.Http.Headers;
using ModelServing.Hosting;

namespace ModelServing.Rpc;

/// <summary>The metadata of calls, which are headers of HTTP/2. Those that are not about gRPC itself are headers of the requests that calls
/// become, and the headers of their answers are metadata.</summary>
internal static class CallMetadata
{
    // The body is another one. What compresses the answers of the host's own paths would also compress a message, which has a length of
    // its own before it.
    private static readonly string[] OfCall =
    [
        HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.ContentEncoding, HeaderNames.AcceptEncoding, HeaderNames.Accept,
        HeaderNames.TE, CallTimeout.Header, "grpc-encoding", "grpc-accept-encoding",
    ];

    private static readonly string[] OfBody =
    [
        HeaderNames.ContentType, HeaderNames.ContentLength, HeaderNames.ContentEncoding, HeaderNames.AcceptEncoding, HeaderNames.Accept,
        HeaderNames.Allow, HeaderNames.Connection, HeaderNames.TransferEncoding,
    ];

    /// <summary>Makes the headers of a call those of the request that it becomes.</summary>
    internal static void Change(IHeaderDictionary headers, in MessageHead head, TimeSpan? timeout)
    {
        foreach (var name in OfCall)
            headers.Remove(name);
        headers.ContentType = UnsupportedBody.Protobuf;
        headers.ContentLength = head.Length;
        if (head.Coding is { } coding)
            headers.ContentEncoding = coding;
        if (timeout is { } limit)
            CallTimeout.Write(headers, limit);
    }

    /// <summary>Makes the headers of a request without a body.</summary>
    internal static HeaderDictionary Copy(IHeaderDictionary headers, TimeSpan? timeout)
    {
        var copy = new HeaderDictionary();
        foreach (var (name, values) in headers)
        {
            if (!OfCall.Contains(name, StringComparer.OrdinalIgnoreCase))
                copy[name] = values;
        }

        if (timeout is { } limit)
            CallTimeout.Write(copy, limit);
        return copy;
    }

    /// <summary>Adds what the headers of an answer say beside its body.</summary>
    internal static void Add(IHeaderDictionary answer, IHeaderDictionary metadata)
    {
        foreach (var (name, values) in answer)
        {
            if (!OfBody.Contains(name, StringComparer.OrdinalIgnoreCase))
                metadata[name] = values;
        }
    }

    /// <summary>Leaves out what the headers of an answer say about its body.</summary>
    internal static void RemoveOfBody(IHeaderDictionary answer)
    {
        foreach (var name in OfBody)
            answer.Remove(name);
    }
}
