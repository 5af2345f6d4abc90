using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using ModelServing.Contracts;

namespace ModelServing.Cli.Conformance;

/// <summary>An answer of the server.</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Headers">The headers, by names without regard to case.</param>
/// <param name="Body">Its body, expanded.</param>
internal sealed record Answer(int Status, IReadOnlyDictionary<string, string> Headers, byte[] Body)
{
    private const int MostShown = 120;

    /// <summary>Requires a status.</summary>
    internal Answer Expect(int status) => Status == status ? this : throw Wrong($"status {status}");

    /// <summary>Requires an error of the caller, with the protocol's member <c>error</c>.</summary>
    internal Answer ExpectError()
    {
        if (Status is < 400 or > 499)
            throw Wrong("a status from 400 to 499");
        Require(Json()["error"] is JsonValue error && error.GetValueKind() == JsonValueKind.String, "the member 'error', a text");
        return this;
    }

    /// <summary>The body, or the part of it that is JSON.</summary>
    internal JsonObject Json()
    {
        try
        {
            var json = JsonNode.Parse(Body.AsSpan(0, JsonLength ?? Body.Length));
            return json as JsonObject ?? throw Wrong("a JSON object");
        }
        catch (JsonException)
        {
            throw Wrong("a JSON object");
        }
    }

    /// <summary>The length of the JSON before the bytes of tensors; null without them.</summary>
    internal int? JsonLength => !Headers.TryGetValue(HeaderNames.JsonLength, out var text) ? null
        : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var length) && length <= Body.Length ? length
        : throw Wrong($"{HeaderNames.JsonLength} within the body");

    /// <summary>An output, which the answer must have.</summary>
    internal JsonObject Output(string name)
    {
        if (Json()["outputs"] is JsonArray outputs)
        {
            foreach (var output in outputs)
            {
                if (output is JsonObject found && found["name"]?.ToString() == name)
                    return found;
            }
        }

        throw Wrong($"the output '{name}'");
    }

    /// <summary>The bytes of an output, which must have some.</summary>
    internal byte[] Bytes(string name)
    {
        var at = JsonLength ?? throw Wrong($"the header {HeaderNames.JsonLength}");
        foreach (var output in (Json()["outputs"] as JsonArray ?? []).OfType<JsonObject>())
        {
            if (SizeOf(output) is not { } size)
                continue;
            if (size < 0 || size > Body.Length - at)
                throw Wrong("as many bytes as 'binary_data_size' says");
            if (output["name"]?.ToString() == name)
                return Body[at..(at + size)];
            at += size;
        }

        throw Wrong($"the output '{name}' with 'binary_data_size'");
    }

    /// <summary>Requires a property of the answer.</summary>
    internal void Require(bool isSo, string expected)
    {
        if (!isSo)
            throw Wrong(expected);
    }

    /// <summary>Requires the elements of an output in JSON, flat or nested.</summary>
    internal void RequireData(string name, string elements)
    {
        var flat = new JsonArray();
        Flatten(Output(name)["data"], flat);
        var data = flat.ToJsonString(Readable);
        Require(data == elements, $"{name} with the data {elements}");
    }

    private static readonly JsonSerializerOptions Readable =
        new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static int? SizeOf(JsonObject output) =>
        output["parameters"] is JsonObject parameters && parameters["binary_data_size"] is JsonValue size && size.TryGetValue(out int bytes)
            ? bytes
            : null;

    private static void Flatten(JsonNode? node, JsonArray flat)
    {
        if (node is JsonArray list)
        {
            foreach (var item in list)
                Flatten(item, flat);
        }
        else
        {
            flat.Add(node?.DeepClone());
        }
    }

    private NotConformingException Wrong(string expected)
    {
        var text = VisibleText.From(Encoding.UTF8.GetString(Body.AsSpan(0, Math.Min(MostShown, Body.Length))));
        return new NotConformingException($"expected {expected}; got {Status} {text}");
    }
}
