using System.Net;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace ModelServing.Oci.Rest;

/// <summary>The answer to a call of <see cref="OciRest"/>, or the reason why the service gave none.</summary>
public sealed record RestAnswer
{
    private RestAnswer()
    {
    }

    /// <summary>The status; null if no answer came.</summary>
    public HttpStatusCode? Status { get; private init; }

    /// <summary>The body's text; empty if no answer came.</summary>
    public string Text { get; private init; } = "";

    /// <summary>The body as JSON; null if it is not JSON.</summary>
    public JsonNode? Body { get; private init; }

    /// <summary>The service's code for an error, as in <c>NotAuthorizedOrNotFound</c>; null for none.</summary>
    public string? Code { get; private init; }

    /// <summary>Why the call failed, as in <c>404 NotAuthorizedOrNotFound: ...</c>; empty for a success.</summary>
    public string Problem { get; private init; } = "";

    /// <summary>The next page's token; null for none.</summary>
    public string? NextPage { get; private init; }

    /// <summary>Whether the service did what it was asked to do.</summary>
    public bool IsSuccess => Status is { } status && (int)status is >= 200 and < 300;

    /// <summary>Whether the service refused: the identity lacks the right, or the thing does not exist. OCI's answer is the same for
    /// both.</summary>
    public bool IsRefusal => Status is HttpStatusCode.NotFound or HttpStatusCode.Forbidden or HttpStatusCode.Unauthorized;

    /// <summary>Whether the same call may succeed later.</summary>
    internal bool IsTransient => Status is null || (int)Status is 429 or >= 500;

    /// <summary>The entries of a list, which is an array or has the member <c>items</c>.</summary>
    public IEnumerable<JsonObject> Items => (Body as JsonArray ?? (Body as JsonObject)?["items"] as JsonArray ?? []).OfType<JsonObject>();

    internal static RestAnswer None(string reason) => new() { Problem = reason };

    internal static RestAnswer From(HttpStatusCode status, string text, string? nextPage)
    {
        var body = Parse(text);
        var success = (int)status is >= 200 and < 300;
        var code = success ? null : Member(body, "code");
        var message = success ? "" : Member(body, "message") ?? "the answer gives no reason";
        return new RestAnswer
        {
            Status = status,
            Text = text,
            Body = body,
            Code = code,
            Problem = success ? "" : $"{(int)status}{(code is null ? "" : " " + code)}: {message.ReplaceLineEndings(" ")}",
            NextPage = string.IsNullOrEmpty(nextPage) ? null : nextPage,
        };
    }

    private static JsonNode? Parse(string text)
    {
        try
        {
            return text.Length == 0 ? null : JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Member(JsonNode? body, string name) =>
        (body as JsonObject)?[name] is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;
}
