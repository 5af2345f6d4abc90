using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ModelServing.Registry;

namespace ModelServing.Cli.Up;

/// <summary>An example of an inference request for a version: zeros in the shapes of its inputs.</summary>
internal static class ExampleRequest
{
    // More would be unreadable in one command.
    private const int MostElements = 64;

    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The request's body between the single quotes of a shell command; null if it would be too long to type.</summary>
    internal static string? From(IReadOnlyList<TensorInfo> inputs) =>
        BodyOf(inputs)?.Replace("'", "'\\''", StringComparison.Ordinal);

    private static string? BodyOf(IReadOnlyList<TensorInfo> inputs)
    {
        const long TooMany = MostElements + 1;
        if (inputs.Sum(static input => Shape(input).Aggregate(
            1L, static (product, length) => Math.Min(product * Math.Min(length, TooMany), TooMany))) > MostElements)
            return null;
        using var body = new MemoryStream();
        using (var json = new Utf8JsonWriter(body, Readable))
        {
            json.WriteStartObject();
            json.WriteStartArray("inputs");
            foreach (var input in inputs)
                Write(json, input);
            json.WriteEndArray();
            json.WriteEndObject();
        }

        return Encoding.UTF8.GetString(body.ToArray());
    }

    private static void Write(Utf8JsonWriter json, TensorInfo input)
    {
        var shape = Shape(input);
        json.WriteStartObject();
        json.WriteString("name", input.Name);
        json.WriteStartArray("shape");
        foreach (var length in shape)
            json.WriteNumberValue(length);
        json.WriteEndArray();
        json.WriteString("datatype", DatatypeNames.NameOf(input.Datatype));
        json.WriteStartArray("data");
        for (var i = shape.Aggregate(1L, static (product, length) => product * length); i > 0; i--)
        {
            switch (input.Datatype)
            {
                case Datatype.Bool:
                    json.WriteBooleanValue(false);
                    break;
                case Datatype.Bytes:
                    json.WriteStringValue("");
                    break;
                default:
                    json.WriteNumberValue(0);
                    break;
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    // One row where any number is allowed.
    private static List<long> Shape(TensorInfo input) => [.. input.Shape.Select(static length => length < 0 ? 1 : length)];
}
