using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace ModelServing.TestKit.Emulation;

/// <summary>A refusal in the form that OCI's services use: <c>{"code","message"}</c>.</summary>
internal sealed class EmulatorError(int status, string code, string message) : Exception($"{status} {code}: {message}")
{
    private static readonly JsonSerializerOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    internal static EmulatorError InvalidParameter(string message) => new(StatusCodes.Status400BadRequest, "InvalidParameter", message);

    /// <summary>The one error for a missing permission and for something that does not exist.</summary>
    internal static EmulatorError NotFound() =>
        new(StatusCodes.Status404NotFound, "NotAuthorizedOrNotFound", "Authorization failed or requested resource not found.");

    /// <summary>Reads a request's body.</summary>
    /// <exception cref="EmulatorError">The body is not a JSON object.</exception>
    internal static JsonObject ReadDetails(byte[] body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonObject ?? throw new JsonException("it is not an object");
        }
        catch (JsonException e)
        {
            throw new EmulatorError(StatusCodes.Status400BadRequest, "CannotParseRequest", $"Invalid payload: {e.Message}");
        }
    }

    internal async Task WriteAsync(HttpContext context)
    {
        var body = JsonSerializer.SerializeToUtf8Bytes(new Dictionary<string, object?> { ["code"] = code, ["message"] = message }, Options);
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        context.Response.ContentLength = body.Length;
        if (context.Request.Method != "HEAD")
            await context.Response.Body.WriteAsync(body, context.RequestAborted);
    }
}
