using System.Text.Json;
using ModelServing.OpenInference.Errors;
using ModelServing.OpenInference.Metadata;

namespace ModelServing.OpenInference.Rest;

/// <summary>Reads metadata in JSON.</summary>
internal static class MetadataReader
{
    internal static ServerMetadata ReadServer(ReadOnlyMemory<byte> body) => Read(body, static json => new ServerMetadata(
        Text(json, "name"), Text(json, "version"), [.. List(json, "extensions").Select(static each => each.GetString()!)]));

    internal static ModelMetadata ReadModel(ReadOnlyMemory<byte> body) => Read(body, static json => new ModelMetadata(
        Text(json, "name"),
        [.. List(json, "versions").Select(static each => each.GetString()!)],
        Text(json, "platform"),
        [.. List(json, "inputs").Select(Tensor)],
        [.. List(json, "outputs").Select(Tensor)]));

    private static T Read<T>(ReadOnlyMemory<byte> body, Func<JsonElement, T> read)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            return read(json.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            // A member has another type than the protocol gives it, or is missing.
            throw TransportFaults.Malformed($"the metadata have another form ({e.Message})", e);
        }
    }

    private static TensorMetadata Tensor(JsonElement json) => new(
        Text(json, "name"), Text(json, "datatype"), [.. List(json, "shape").Select(static each => each.GetInt64())]);

    private static string Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.GetString()! : "";

    private static JsonElement.ArrayEnumerator List(JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value.EnumerateArray() : default;
}
