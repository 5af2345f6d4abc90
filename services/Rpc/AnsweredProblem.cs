using System.Text.Json;

namespace ModelServing.Rpc;

/// <summary>The error that is the body of an answer.</summary>
/// <param name="Reason">The kind of problem, for programs.</param>
/// <param name="Detail">What went wrong.</param>
internal readonly record struct AnsweredProblem(string Reason, string Detail)
{
    private const string TypePrefix = "urn:modelserving:problem:";

    /// <summary>Reads a body, which may be of another program.</summary>
    internal static AnsweredProblem Read(ReadOnlySpan<byte> body, int status)
    {
        var unknown = new AnsweredProblem("", $"The answer's status is {status}");
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!JsonDocument.TryParseValue(ref reader, out var document))
                return unknown;
            using (document)
            {
                if (document.RootElement.ValueKind != JsonValueKind.Object)
                    return unknown;
                var type = TextOf(document.RootElement, "type");
                return new AnsweredProblem(
                    type?.StartsWith(TypePrefix, StringComparison.Ordinal) == true ? type[TypePrefix.Length..] : "",
                    TextOf(document.RootElement, "detail") ?? TextOf(document.RootElement, "error") ?? unknown.Detail);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            return unknown;
        }
    }

    private static string? TextOf(JsonElement problem, string name) =>
        problem.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}
