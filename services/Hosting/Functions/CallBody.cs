using System.Buffers;
using Microsoft.AspNetCore.Http;

namespace ModelServing.Hosting.Functions;

/// <summary>Reads a call's payload as the bytes that it is.</summary>
internal static class CallBody
{
    /// <summary>The payload; null where it has more than <see cref="FunctionCall.MaxBodyBytes"/>, of which the rest is not read.</summary>
    internal static async Task<byte[]?> ReadAsync(HttpRequest request, CancellationToken gone)
    {
        if (request.ContentLength > FunctionCall.MaxBodyBytes)
            return null;
        var body = request.BodyReader;
        while (true)
        {
            var read = await body.ReadAsync(gone);
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
