using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Functions.Listener;

/// <summary>Reads the payload of a call, byte by byte as it was sent.</summary>
internal static class CallBody
{
    /// <summary>Returns the payload; null if it has more than <see cref="FunctionCall.MaxBodyBytes"/>, in which case the rest is not
    /// read.</summary>
    internal static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken callerGone)
    {
        if (request.ContentLength > FunctionCall.MaxBodyBytes)
            return null;
        var body = request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(callerGone);
            if (read.Buffer.Length > FunctionCall.MaxBodyBytes)
            {
                body.AdvanceTo(read.Buffer.End);
                return null;
            }

            if (read.IsCompleted)
            {
                var bytes = read.Buffer.ToArray();
                body.AdvanceTo(read.Buffer.End);
                return bytes;
            }

            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }
}
