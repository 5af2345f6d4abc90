using System.Globalization;
using System.Text;
using Grpc.Core;
using Microsoft.AspNetCore.Http;
using ModelServing.Contracts;

namespace ModelServing.Rpc;

/// <summary>How a call ended, in the form of gRPC.</summary>
internal static class CallStatus
{
    internal const string ContentType = "application/grpc";
    internal const string Name = "grpc-status";
    internal const string Message = "grpc-message";

    // Clients limit what they read of metadata, often to 8 KiB.
    private const int MostCharacters = 1000;

    /// <summary>The gRPC status for the HTTP status of an answer that is an error.</summary>
    internal static StatusCode For(int status) => status switch
    {
        StatusCodes.Status400BadRequest => StatusCode.InvalidArgument,
        StatusCodes.Status401Unauthorized => StatusCode.Unauthenticated,
        StatusCodes.Status403Forbidden => StatusCode.PermissionDenied,
        StatusCodes.Status404NotFound => StatusCode.NotFound,
        StatusCodes.Status405MethodNotAllowed => StatusCode.Unimplemented,
        // The time of the call is over, whether the message or the answer is late.
        StatusCodes.Status408RequestTimeout or StatusCodes.Status504GatewayTimeout => StatusCode.DeadlineExceeded,
        StatusCodes.Status413PayloadTooLarge or StatusCodes.Status429TooManyRequests => StatusCode.ResourceExhausted,
        StatusCodes.Status415UnsupportedMediaType or StatusCodes.Status422UnprocessableEntity => StatusCode.InvalidArgument,
        StatusCodes.Status499ClientClosedRequest => StatusCode.Cancelled,
        // A version that ends in the middle of a call is unavailable, as it would be without a router.
        StatusCodes.Status502BadGateway or StatusCodes.Status503ServiceUnavailable => StatusCode.Unavailable,
        _ => StatusCode.Internal,
    };

    /// <summary>Makes a response an answer without a message. It must not have started.</summary>
    internal static void Write(HttpResponse response, StatusCode status, string message, string reason)
    {
        var headers = response.Headers;
        headers.ContentLength = null;
        headers.ContentEncoding = default;
        response.StatusCode = StatusCodes.Status200OK;
        response.ContentType = ContentType;
        headers[Name] = ((int)status).ToString(CultureInfo.InvariantCulture);
        headers[Message] = Encode(message.Length <= MostCharacters ? message : message[..MostCharacters] + "...");
        headers[HeaderNames.ProblemReason] = reason;
    }

    /// <summary>The text of a status in a header: UTF-8, in which all but printable ASCII is percent-encoded.</summary>
    internal static string Encode(string message)
    {
        var text = new StringBuilder(message.Length + 16);
        foreach (var letter in Encoding.UTF8.GetBytes(message))
        {
            if (letter is >= (byte)' ' and <= (byte)'~' and not (byte)'%')
                text.Append((char)letter);
            else
                text.Append(CultureInfo.InvariantCulture, $"%{letter:X2}");
        }

        return text.ToString();
    }
}
