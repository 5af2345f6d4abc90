using System.Text.Json;

namespace ModelServing.Functions.ModelLoader;

/// <summary>An event of the Events service about an object in a bucket (CloudEvents 0.1).</summary>
/// <param name="Type">The kind of event, as in <c>com.oraclecloud.objectstorage.createobject</c>.</param>
/// <param name="Id">The event's identifier, which a repeat has too; empty if it has none.</param>
/// <param name="Object">The object's name, which can be any text.</param>
/// <param name="Bucket">The bucket's name; null if the event has none.</param>
/// <param name="Namespace">The tenancy's Object Storage namespace; null if the event has none.</param>
internal sealed record ObjectEvent(string Type, string Id, string Object, string? Bucket, string? Namespace)
{
    private const string Prefix = "com.oraclecloud.objectstorage.";

    // Readers differ in which of two members they take.
    private static readonly JsonDocumentOptions Strict = new() { AllowDuplicateProperties = false };

    /// <summary>Whether an object was created or replaced.</summary>
    internal bool IsArrival => Type is Prefix + "createobject" or Prefix + "updateobject";

    /// <summary>Reads an event.</summary>
    /// <exception cref="ObjectEventException">The payload is not an object's event.</exception>
    internal static ObjectEvent Read(ReadOnlyMemory<byte> utf8)
    {
        try
        {
            using var document = JsonDocument.Parse(utf8, Strict);
            var root = document.RootElement;
            var data = Member(root, "data");
            return new ObjectEvent(
                Text(root, "eventType") ?? throw new ObjectEventException("it has no 'eventType'"),
                Text(root, "eventID") ?? "",
                Text(data, "resourceName") ?? throw new ObjectEventException("it has no 'data.resourceName'"),
                Text(Member(data, "additionalDetails"), "bucketName"),
                Text(Member(data, "additionalDetails"), "namespace"));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw new ObjectEventException($"it is not JSON: {e.Message}", e);
        }
    }

    private static JsonElement? Member(JsonElement? parent, string name) =>
        parent is { ValueKind: JsonValueKind.Object } element && element.TryGetProperty(name, out var member) ? member : null;

    private static string? Text(JsonElement? parent, string name) =>
        Member(parent, name) is { ValueKind: JsonValueKind.String } text ? text.GetString() : null;
}
