using System.Text.Json;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the parameters of a request, input or output. They are ignored, except for those that must not be: they ask for an extension that
/// this version does not have, or they say that the data are encoded. Data are never read in another way than their sender says.
/// </summary>
internal static class RequestParameters
{
    /// <summary>The most parameters of one object. Each name is kept while the object is read, outside of the budget of bytes.</summary>
    internal const int MaxNames = 64;

    /// <summary>The most bytes of a name.</summary>
    internal const int MaxNameBytes = 256;

    private const string ContentType = "content_type";

    private static readonly string[] Unsupported =
        ["binary_data_size", "classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    // Names that clients use for it, with '_' for '-' and in lower case.
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
        HashSet<string>? names = null;
        while (RequestJson.NextMember(ref reader))
        {
            if (names?.Count == MaxNames)
                throw field.Fault($"it has more than {MaxNames} parameters");
            var path = $"{field}.{JsonPlace.Shown(reader.ValueSpan)}";
            if (reader.ValueSpan.Length > MaxNameBytes)
                throw new RequestFaultException(path, $"its name has more than {MaxNameBytes} bytes");
            var name = reader.GetString()!;
            if (!(names ??= []).Add(name))
                throw new RequestFaultException(path, "it is duplicated");
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
            {
                if (Unsupported.Contains(name))
                    throw new RequestFaultException(path, "this version does not support it");
                if (CanonicalEncoding(name) is { } encoding)
                    areText |= ReadEncoding(ref reader, path, encoding);
            }

            reader.Skip();
        }

        return areText;
    }

    /// <summary>The fault of data that are not text, in spite of their content type.</summary>
    internal static RequestFaultException NotText(in Field field, string tensor) =>
        new($"{field}.{ContentType}", $"it is 'str'; '{tensor}' has no text");

    private static string? CanonicalEncoding(string name)
    {
        foreach (var encoding in Encodings)
        {
            if (name.Replace('-', '_').Equals(encoding, StringComparison.OrdinalIgnoreCase))
                return encoding;
        }

        return null;
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
