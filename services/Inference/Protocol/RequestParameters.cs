using System.Text.Json;
using ModelServing.Hosting;

namespace ModelServing.Inference.Protocol;

/// <summary>
/// Reads the parameters of a request, input or output. They are ignored, except for those that have a meaning here and those that must not
/// be ignored: they ask for an extension that this version does not have, or they say that the data are encoded. Data are never read in
/// another way than their sender says.
/// </summary>
internal static class RequestParameters
{
    private const string ContentType = "content_type";
    private const string BinarySize = "binary_data_size";
    private const string Timeout = "timeout";
    private const string Priority = "priority";

    // Longer times than any request may take.
    private const ulong MostMicroseconds = 3_600_000_000;

    private static readonly string[] Unsupported =
        ["classification", "shared_memory_region", "shared_memory_offset", "shared_memory_byte_size"];

    // The binary extension's, by the place that each belongs to.
    private static readonly string[] Binary = ["binary_data_output", BinarySize, "binary_data"];

    // Names that clients use for it.
    private static readonly string[] Encodings =
        [ContentType, "content_encoding", "transfer_encoding", "encoding", "compression", "charset"];

    // The values that describe what this version reads and writes anyway.
    private static readonly string[] Plain = ["identity", "none", "utf-8", "utf8"];

    /// <summary>Reads an object of parameters, or null.</summary>
    /// <param name="reader">The reader, before the object.</param>
    /// <param name="field">The object.</param>
    /// <param name="place">Whose parameters they are.</param>
    internal static ReadParameters Read(ref Utf8JsonReader reader, in Field field, ParameterPlace place)
    {
        ReadParameters found = default;
        if (!RequestJson.ReadTokenOrNull(ref reader, JsonTokenType.StartObject, field, "an object"))
            return found;
        MemberNames? names = null;
        while (RequestJson.NextMember(ref reader))
        {
            var path = $"{field}.{JsonPlace.Shown(reader.ValueSpan)}";
            var name = (names ??= new()).Add(ref reader, field.ToString());
            reader.Read();
            if (reader.TokenType != JsonTokenType.Null)
                ReadValue(ref reader, path, name, place, ref found);
            Skip(ref reader, path);
        }

        return found;
    }

    /// <summary>The fault of data that are not text, in spite of their content type.</summary>
    internal static RequestFaultException NotText(in Field field, string tensor) =>
        new($"{field}.{ContentType}", $"it is 'str'; '{tensor}' has no text");

    private static void ReadValue(
        ref Utf8JsonReader reader, string path, string name, ParameterPlace place, ref ReadParameters found)
    {
        var canonical = Canonical(name);
        if (Unsupported.Contains(canonical))
            throw new RequestFaultException(path, "this version does not support it");
        if (Binary.Contains(canonical))
            found = ReadBinary(ref reader, path, name, place, found);
        else if (Encodings.Contains(canonical))
            found = found with { AreText = found.AreText | ReadEncoding(ref reader, path, canonical) };
        else if (place == ParameterPlace.Request && name is Timeout or Priority)
            found = ReadSchedule(ref reader, path, name, found);
    }

    private static ReadParameters ReadBinary(
        ref Utf8JsonReader reader, string path, string name, ParameterPlace place, in ReadParameters found)
    {
        if (name != Binary[(int)place])
        {
            // False asks for what is done anyway.
            return reader.TokenType == JsonTokenType.False && Canonical(name) != BinarySize
                ? found
                : throw new RequestFaultException(
                    path, $"it is not a parameter of {PlaceText(place)}; that is '{Binary[(int)place]}'");
        }

        if (place != ParameterPlace.Input)
        {
            return reader.TokenType is JsonTokenType.True or JsonTokenType.False
                ? found with { IsBinary = reader.TokenType == JsonTokenType.True }
                : throw new RequestFaultException(path, "it must be true or false");
        }

        return reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out var size) && size >= 0
            ? found with { BinarySize = size }
            : throw new RequestFaultException(path, "it must be the number of the input's bytes behind the JSON");
    }

    // The priority is checked and not used, as by a server whose model has no levels of it.
    private static ReadParameters ReadSchedule(ref Utf8JsonReader reader, string path, string name, in ReadParameters found)
    {
        if (reader.TokenType != JsonTokenType.Number || !reader.TryGetUInt64(out var value))
            throw new RequestFaultException(path, $"it must be a whole number{(name == Timeout ? " of microseconds" : "")}, at least 0");
        // By the protocol, 0 is the same as no timeout.
        return name == Timeout && value is > 0 and < MostMicroseconds
            ? found with { Timeout = TimeSpan.FromMicroseconds(value) }
            : found;
    }

    private static string PlaceText(ParameterPlace place) => place switch
    {
        ParameterPlace.Input => "an input",
        ParameterPlace.Output => "an output",
        _ => "the request",
    };

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
