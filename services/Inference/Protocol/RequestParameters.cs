using System.Text.Json;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the parameters of a request, input or output. They are ignored, except for those that must not be: they ask for an extension that
/// this version does not have, or they say that the data are encoded. Data are never read in another way than their sender says.
/// </summary>
internal static class RequestParameters
{
    private const string ContentType = "content_type";

    private static readonly string[] Unsupported =
        ["binary_data_size", "classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    // They ask for outputs as bytes, which would be read as JSON, unless they are false.
    private static readonly string[] Binary = ["binary_data", "binary_data_output"];

    // Names that clients use for it.
    private static readonly string[] Encodings =
        [ContentType, "content_encoding", "transfer_encoding", "encoding", "compression", "charset"];

    // The values that describe what this version reads and writes anyway.
    private static readonly string[] Plain = ["identity", "none", "utf-8", "utf8"];

    /// <summary>Reads an object of parameters, or null.</summary>
    /// <param name="reader">The reader, before the object.</param>
    /// <param name="field">The object.</param>
    /// <returns>Whether they say that the data are text (MLServer's content type <c>str</c>), which only BYTES are.</returns>
    internal static bool Read(ref Utf8JsonReader reader, in Field field)
    {
        var areText = false;
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartObject, field, "an object"))
            return areText;
        MemberNames? names = null;
        while (RequestJson.NextMember(ref reader))
        {
            var path = $"{field}.{JsonPlace.Shown(reader.ValueSpan)}";
            var name = Canonical((names ??= new()).Add(ref reader, field.ToString()));
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                if (Unsupported.Contains(name) || (Binary.Contains(name) && reader.TokenType != JsonTokenType.False))
                    throw new RequestFaultException(path, "this version does not support it");
                if (Encodings.Contains(name))
                    areText |= ReadEncoding(ref reader, path, name);
            }

            Skip(ref reader, path);
        }

        return areText;
    }

    /// <summary>The fault of data that are not text, in spite of their content type.</summary>
    internal static RequestFaultException NotText(in Field field, string tensor) =>
        new($"{field}.{ContentType}", $"it is 'str'; '{tensor}' has no text");

    // Clients write these names in several ways.
    private static string Canonical(string name) => name.Replace('-', '_').ToLowerInvariant();

    // Passes over a value that is ignored. It may still not be one that readers understand differently. A fault names the parameter and the
    // member, without what is between them.
    private static void Skip(ref Utf8JsonReader reader, string path)
    {
        if (reader.TokenType == JsonTokenType.StartArray)
        {
            while (RequestJson.NextEntry(ref reader))
                Skip(ref reader, path);
        }
        else if (reader.TokenType == JsonTokenType.StartObject)
        {
            MemberNames? names = null;
            while (RequestJson.NextMember(ref reader))
            {
                (names ??= new()).Add(ref reader, path);
                reader.Read();
                Skip(ref reader, path);
            }
        }
    }

    private static bool ReadEncoding(ref Utf8JsonReader reader, string path, string encoding)
    {
        var value = reader.TokenType == JsonTokenType.String ? reader.GetString()! : "";
        if (encoding == ContentType)
        {
            if (value.Equals("str", StringComparison.OrdinalIgnoreCase))
                return true;
            if (!value.Equals("np", StringComparison.OrdinalIgnoreCase))
                throw Refused(ref reader, path, "'np' (the elements of a tensor) or 'str' (texts)");
        }
        else if (!Plain.Contains(value, StringComparer.OrdinalIgnoreCase))
        {
            throw Refused(ref reader, path, $"one of {string.Join(", ", Plain)}");
        }

        return false;
    }

    private static RequestFaultException Refused(ref Utf8JsonReader reader, string path, string known)
    {
        var value = reader.TokenType == JsonTokenType.String ? $"'{JsonPlace.Shown(reader.ValueSpan)}'" : "not a string";
        return new RequestFaultException(path, $"it is {value}; data can't be encoded, so it may only be {known}");
    }
}
